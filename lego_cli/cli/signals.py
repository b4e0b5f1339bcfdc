"""SIGTERM and SIGHUP end a run as Ctrl-C does: what is half done goes, what can be gone on with is kept."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

INTERRUPTED = "interrupted"
WHOLE = "what was written is whole: run the same command again, with --force if it says that a file exists"
CAUGHT = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
AGAIN = 0.05  # seconds between two looks at whether torch is still being imported
BREATH = 2.0  # seconds in which further signals do not disturb what the first one set off
SIGNALLED = 128  # plus the signal's number: the exit code of shells

_came: list[int] = []
_last: list[float] = []


def catch() -> None:
    """Turn the signals that ask a program to end into KeyboardInterrupt, but for those that its parent turned off."""
    _came.clear()
    for number in CAUGHT:
        if signal.getsignal(number) not in (signal.SIG_IGN, None):  # nohup, jobs in the background
            signal.signal(number, _stop)
    sys.unraisablehook = _heard


def check() -> None:
    """Raise KeyboardInterrupt where the one that a signal raised was lost, as in a callback of native code."""
    if interrupted():
        raise KeyboardInterrupt


def ignore() -> None:
    """Let no signal disturb the last moments of a run that is over."""
    for number in CAUGHT:
        signal.signal(number, signal.SIG_IGN)


def interrupted() -> bool:
    """Whether the user, or the system, has asked this run to end."""
    return bool(_came)


def exit_code() -> int:
    """The exit code of a run that was asked to end: 128 and the number of the signal; of Ctrl-C where none came."""
    return SIGNALLED + (_came[0] if _came else signal.SIGINT)


def _heard(lost: sys.UnraisableHookArgs) -> None:
    """What Python cannot raise it prints; an interruption is no news, and :func:`check` brings it up again."""
    if not (interrupted() and isinstance(lost.exc_value, KeyboardInterrupt)):
        sys.__unraisablehook__(lost)


def _stop(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    if _last and now - _last[0] < BREATH and _came:
        return
    _last[:] = [now]
    _came.append(number)
    _raise_when_torch_is_loaded(number, frame)


def _raise_when_torch_is_loaded(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, a little later where torch is just being imported: there it aborts the process."""
    if _loads_torch(frame) and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _raise_when_torch_is_loaded)
        signal.setitimer(signal.ITIMER_REAL, AGAIN)
        return
    raise KeyboardInterrupt


def _loads_torch(frame: FrameType | None) -> bool:
    """Whether modules of torch are being imported on this stack."""
    importing = torch = False
    while frame is not None and not (importing and torch):
        importing = importing or frame.f_code.co_filename.startswith("<frozen importlib")
        torch = torch or str(frame.f_globals.get("__name__", "")).partition(".")[0] == "torch"
        frame = frame.f_back
    return importing and torch
