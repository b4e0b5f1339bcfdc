"""The quarantine itself: output elsewhere, state put back, no way to end the process, what was raised in one line."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from lego_cli.errors import one_line
from lego_cli.quarantine.state import kept
from lego_cli.quarantine.streams import close_at_exit, diverted

LONGEST, LONGEST_TRACE = 300, 20_000  # letters of what is told about an error, and of its traceback
MORE = " ..."
ENDINGS = ("_exit", "abort", "execv", "execve")  # of os: the process would be over, whatever else it has to do

interrupted: Callable[[], bool] = bool  # says no
"""Whether the user has asked this run to end; set by the command line. A KeyboardInterrupt is else the plugin's own."""

_one_at_a_time = threading.RLock()  # descriptors and folder are those of the whole process
_leave = os._exit


class NotAllowed(BaseException):
    """Third-party code called what would have ended the process, or could never be undone."""


class Overdue(BaseException):
    """Third-party code took too long."""


@contextmanager
def quarantine() -> Iterator[None]:
    """Run third-party code in the block. What it raises comes out; what it has done to the process is undone.

    A copy of the process that it has forked ends here.
    """
    process = os.getpid()
    with _one_at_a_time:
        with diverted(), kept(), _no_way_out():
            try:
                yield
            finally:
                if os.getpid() != process:
                    _leave(0)
        close_at_exit()
        if interrupted():  # even if the block has swallowed it
            raise KeyboardInterrupt


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`Overdue` in the block after ``seconds``, where the system and the thread let us."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_REAL)[0]:  # the caller's own
        yield
        return
    before = signal.signal(signal.SIGALRM, _overdue)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def is_interruption(error: BaseException) -> bool:
    """Whether an error is the user's wish to end the command, which no guard may swallow."""
    return isinstance(error, KeyboardInterrupt) and interrupted()


def described(error: BaseException) -> tuple[str, str]:
    """One line on what third-party code raised, and its traceback; neither is long, nor does a terminal obey it."""
    try:
        name, text = type(error).__name__, " ".join(str(error)[: 4 * LONGEST].split())
    except BaseException as worse:
        if is_interruption(worse):
            raise
        name, text = "an error that cannot be shown", ""
    try:
        trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    except BaseException as worse:
        if is_interruption(worse):
            raise
        trace = ""
    line = one_line(f"{name}: {text}" if text else str(name))
    shown = line if len(line) <= LONGEST else line[:LONGEST] + MORE
    return shown, "\n".join(map(one_line, trace.splitlines()))


@contextmanager
def _no_way_out() -> Iterator[None]:
    """In the block, what ends the process at once, or could not be undone, raises :class:`NotAllowed` instead."""
    native: Any = sys.modules.get("posix") or sys.modules.get("nt")
    places = [(module, name) for module in (os, native) for name in ENDINGS if hasattr(module, name)]
    places.append((sys, "addaudithook"))
    usual = {(module, name): getattr(module, name) for module, name in places}
    active = [os.getpid()]
    for (module, name), real in usual.items():
        setattr(module, name, _refusing(f"{'sys' if module is sys else 'os'}.{name}", real, active))
    try:
        yield
    finally:
        active.clear()
        for (module, name), real in usual.items():
            setattr(module, name, real)


def _refusing(name: str, real: Callable[..., Any], active: list[int]) -> Callable[..., Any]:
    def refuse(*arguments: Any, **named: Any) -> Any:
        if active == [os.getpid()]:  # a forked copy may end
            raise NotAllowed(f"it called {name}")
        return real(*arguments, **named)  # kept by a plugin, and called later

    return refuse


def _overdue(number: int, frame: FrameType | None) -> None:
    raise Overdue("it takes too long")
