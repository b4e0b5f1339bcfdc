"""What a process holds for all its code, and putting it back: folder, environment, signals, Python's own settings."""

from __future__ import annotations

import builtins
import gc
import locale
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager, suppress
from typing import Any

from lego_cli.quarantine.numbers import NUMBERS

PutBack = Callable[[], object]
SEARCHED = ("path", "meta_path", "path_hooks")  # what plugins may add to, at the end
HELD = (*SEARCHED, "argv", "modules", "excepthook", "unraisablehook", "displayhook", "breakpointhook", "tracebacklimit")
SETTINGS = (
    ("getrecursionlimit", "setrecursionlimit"),
    ("getswitchinterval", "setswitchinterval"),
    ("get_int_max_str_digits", "set_int_max_str_digits"),
    ("gettrace", "settrace"),
    ("getprofile", "setprofile"),
)
ABSENT = object()


@contextmanager
def kept() -> Iterator[None]:
    """In the block, anything may be done to the state of this process; afterwards it is as it was."""
    put_back: list[PutBack] = []
    for each in KEEPERS:
        with suppress(Exception):  # what cannot even be asked is not kept
            put_back.append(each())
    with warnings.catch_warnings():
        try:
            yield
        finally:
            for back in reversed(put_back):
                with suppress(Exception):  # one thing that cannot be put back must not keep the others
                    back()


def _folder() -> PutBack:
    try:
        here = os.getcwd()
    except OSError:  # it was deleted
        return int
    return lambda: os.chdir(here)


def _mask() -> PutBack:
    mask = os.umask(0o077)
    os.umask(mask)
    return lambda: os.umask(mask)


def _environment() -> PutBack:
    environment, before = os.environ, dict(os.environ)

    def back() -> None:
        os.environ = environment  # noqa: B003 - a plugin may have put another in its place
        for name in set(environment) - set(before):
            del environment[name]
        environment.update(before)  # also what was changed behind Python's back

    return back


def _signals() -> PutBack:
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, ()) if hasattr(signal, "pthread_sigmask") else None
    timers = [
        getattr(signal, name) for name in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF") if hasattr(signal, name)
    ]
    running = {timer: signal.getitimer(timer) for timer in timers}

    def back() -> None:
        for timer, before in running.items():
            if before[0] == 0:  # one that was running goes on
                signal.setitimer(timer, 0)
        for number, handler in handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                with suppress(OSError, ValueError):
                    signal.signal(number, handler)
        if masked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    return back


def _python() -> PutBack:
    held = {name: getattr(sys, name, ABSENT) for name in HELD}
    lists = {name: list(getattr(sys, name)) for name in (*SEARCHED, "argv")}
    settings = [(getter, setter, getattr(sys, getter)()) for getter, setter in SETTINGS]
    modules, words = dict(sys.modules), dict(vars(builtins))

    def back() -> None:
        for getter, setter, value in settings:
            if getattr(sys, getter)() != value:
                getattr(sys, setter)(value)
        for name, value in held.items():
            _set(sys, name, value)
        for name, before in lists.items():
            _restore(getattr(sys, name), before, more=name in SEARCHED)
        sys.modules.update(modules)
        for word in set(vars(builtins)) - set(words):
            delattr(builtins, word)
        vars(builtins).update(words)

    return back


def _restore(values: MutableSequence[Any], before: list[Any], more: bool) -> None:
    """What was there comes first again, and in its order; ``more`` may follow."""
    new = [value for value in values if not any(value is old for old in before)] if more else []
    values[:] = before + new


def _set(where: Any, name: str, value: object) -> None:
    if value is not ABSENT:
        setattr(where, name, value)
    elif hasattr(where, name):
        delattr(where, name)


def _garbage() -> PutBack:
    enabled, threshold = gc.isenabled(), gc.get_threshold()

    def back() -> None:
        gc.set_threshold(*threshold)
        (gc.enable if enabled else gc.disable)()

    return back


def _language() -> PutBack:
    before = locale.setlocale(locale.LC_ALL)
    return lambda: locale.setlocale(locale.LC_ALL) == before or locale.setlocale(locale.LC_ALL, before)


def _limits() -> PutBack:
    try:
        import resource
    except ImportError:  # Windows
        return int
    kinds = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    before = {kind: resource.getrlimit(kind) for kind in kinds}

    def back() -> None:
        for kind, limit in before.items():
            if resource.getrlimit(kind) != limit:
                with suppress(OSError, ValueError):
                    resource.setrlimit(kind, (limit[0], resource.getrlimit(kind)[1]))

    return back


def _cores() -> PutBack:
    if not hasattr(os, "sched_getaffinity"):
        return int
    before = os.sched_getaffinity(0)
    return lambda: os.sched_setaffinity(0, before)


def _alarms() -> PutBack:
    """What would end the process later, of the module that dumps tracebacks."""
    import faulthandler

    return faulthandler.cancel_dump_traceback_later


def _threads() -> PutBack:
    import threading

    before, trace, profile = threading.excepthook, threading.gettrace(), threading.getprofile()

    def back() -> None:
        threading.excepthook = before
        threading.settrace(trace)
        threading.setprofile(profile)

    return back


def _log() -> PutBack:
    import logging

    root = logging.root
    before, level, disabled = list(root.handlers), root.level, root.manager.disable

    def back() -> None:
        root.handlers[:] = before
        root.setLevel(level)
        logging.disable(disabled)

    return back


KEEPERS: tuple[Callable[[], PutBack], ...] = (
    *NUMBERS, _folder, _mask, _environment, _signals, _garbage, _language, _limits, _cores, _alarms, _threads, _log,
    _python,
)  # fmt: skip
"""Put back in the opposite order: Python's own parts come first, since the others use them."""
