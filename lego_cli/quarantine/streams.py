"""Where output goes: what third-party code writes never gets among results, at whatever level it writes."""

from __future__ import annotations

import atexit
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

STANDARD = (0, 1, 2)
NAMES = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")

_results: list[int] = []  # the descriptor that results go to once they have one of their own


@contextmanager
def diverted() -> Iterator[None]:
    """In the block, descriptor 1 leads where 2 does and 0 is empty, for Python, C and child processes alike.

    Afterwards descriptors and Python's streams are as they were, even if the block has closed or replaced them.
    """
    streams = {name: getattr(sys, name, None) for name in NAMES}
    _flush(streams["stdout"], streams["stderr"])
    saved = {number: _saved(number) for number in STANDARD}
    blocking = {number: _blocking(number) for number in STANDARD}
    try:
        _divert()
        with open(os.devnull, encoding="utf-8") as nothing:
            sys.stdin = sys.__stdin__ = nothing  # type: ignore[misc]
            sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = _throwaway()  # type: ignore[misc]
            try:
                yield
            finally:
                _flush(sys.stdout, sys.stderr)  # also one that the block has put there
    finally:
        for name, stream in streams.items():
            setattr(sys, name, stream)
        for number, copy in saved.items():
            _put_back(number, copy, blocking[number])


def results_apart() -> None:
    """From now on ``sys.stdout`` alone leads to the results; whoever writes to descriptor 1 is heard on stderr.

    Threads, child processes and exit handlers of plugins thus never spoil them. Nothing happens where ``sys.stdout``
    is not the process's own (under a test, in a notebook).
    """
    shown = sys.__stdout__
    if _results or shown is None or shown is not sys.stdout or _number(shown) != 1:
        return
    _flush(shown)
    number = os.dup(1)
    buffering = 1 if shown.line_buffering else -1
    sys.stdout = open(number, "w", encoding=shown.encoding, errors=shown.errors, buffering=buffering, closefd=False)  # noqa: SIM115
    _results.append(number)
    _lead(1, 2)
    close_at_exit()


def close_at_exit() -> None:
    """Have no exit handler that was registered until now print among results. To be called after third-party code."""
    if _results:
        atexit.unregister(_close)
        atexit.register(_close)  # the last one comes first


@contextmanager
def own_output() -> Iterator[None]:
    """In the block, descriptor 1 is where results go again: a plugin's own command may use it."""
    if not _results:
        yield
        return
    _flush(sys.stdout)
    _lead(1, _results[0])
    try:
        yield
    finally:
        _flush(sys.stdout, sys.__stdout__)
        _lead(1, 2)


def _close() -> None:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        return  # Python tries once more and makes that the exit code
    sys.stdout = sys.stderr


def _divert() -> None:
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    if empty > 2:
        os.close(empty)
    _lead(1, 2)


class _Stderr(io.RawIOBase):
    """Writes where descriptor 2 leads, and has none of its own that could be closed: a logger may keep it."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def write(self, data: Any) -> int:
        with suppress(OSError):
            return os.write(2, data)
        return len(data)


def _throwaway() -> io.TextIOWrapper:
    raw = io.BufferedWriter(_Stderr())
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


def _lead(number: int, other: int) -> None:
    """Make descriptor ``number`` lead where ``other`` does; to nowhere when that is closed."""
    try:
        os.dup2(other, number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        if nowhere != number:
            os.close(nowhere)


def _saved(number: int) -> int | None:
    """Another descriptor for the same place, out of reach of who closes the first few dozen; None if it is closed."""
    try:
        import fcntl
    except ImportError:  # Windows
        with suppress(OSError):
            return os.dup(number)
        return None
    for least in (200, 3):
        with suppress(OSError):
            return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, least)
    return None


def _put_back(number: int, copy: int | None, blocking: bool | None) -> None:
    with suppress(OSError):
        if copy is None:
            os.close(number)
        else:
            os.dup2(copy, number)
            os.close(copy)
    with suppress(OSError, AttributeError):
        if blocking is not None and os.get_blocking(number) != blocking:
            os.set_blocking(number, blocking)


def _blocking(number: int) -> bool | None:
    with suppress(OSError, AttributeError):
        return os.get_blocking(number)
    return None


def _number(stream: IO[str]) -> int:
    with suppress(OSError, ValueError, AttributeError):
        return stream.fileno()
    return -1


def _flush(*streams: IO[str] | None) -> None:
    for stream in streams:
        with suppress(Exception):  # closed, or not even a stream
            stream.flush()  # type: ignore[union-attr]
