"""What a run reads: files of the user's, within bounds, that the same run never writes over.

Whoever reads a file of the user's notes it here, by what the file system says that it is: another spelling of its
name, a link to it or to its folder is the same file. Whoever writes asks (:mod:`lego_cli.files.atomic`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from lego_cli.errors import ExitCode, LegoError

Identity = tuple[int, int]  # device and number of a file on it


class Inputs:
    """The files that one run has read."""

    def __init__(self) -> None:
        self._known: dict[Identity, Path] = {}

    def add(self, path: Path) -> None:
        """Remember a file; what is not there is nothing to lose."""
        identity = _identity(path)
        if identity is not None:
            self._known.setdefault(identity, path)

    def same(self, path: Path) -> Path | None:
        """The input, as it was named, that ``path`` means."""
        identity = _identity(path)
        known = None if identity is None else self._known.get(identity)
        return known if known is not None and _identity(known) == identity else None


_current: ContextVar[Inputs | None] = ContextVar("inputs", default=None)


@contextmanager
def guarding(inputs: Inputs | None = None) -> Iterator[Inputs]:
    """In the block, what is read is noted in ``inputs`` (new ones when omitted), and what they hold is not replaced."""
    inputs = inputs or Inputs()
    token = _current.set(inputs)
    try:
        yield inputs
    finally:
        _current.reset(token)


def guarded() -> Inputs | None:
    """The inputs of the innermost :func:`guarding` block."""
    return _current.get()


def note_input(path: Path) -> Path:
    """Keep a file that is read from being replaced by the same run; returns it."""
    inputs = _current.get()
    if inputs is not None:
        inputs.add(path)
    return path


def refuse_inputs(*paths: Path) -> None:
    """Raise :class:`LegoError` (exit code 2) where one of ``paths`` is a file that this run reads."""
    inputs = _current.get()
    for path in paths if inputs else ():
        same = inputs.same(path) if inputs else None
        if same is not None:
            named = f"{path} is the input itself" if str(path) == str(same) else f"{path} is the input {same} itself"
            raise LegoError(named, "give another name for the result", ExitCode.USAGE)


def input_bytes(path: Path, most: int, hint: str) -> bytes:
    """All bytes of a file of the user's, at most ``most``; noted as an input.

    Raises :class:`LegoError`: exit code 2 where there is no such file, 1 where it cannot be read or is too large; the
    ``hint`` says what to give instead.
    """
    require_file(path, hint)
    try:
        with note_input(path).open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise LegoError(f"cannot read {path}: {error.strerror}", "check its permissions and the disk") from error
    if len(data) > most:
        raise LegoError(f"{path} is too large: over {most >> 20} MB", hint)
    return data


def require_file(path: Path, hint: str) -> None:
    """Raise :class:`LegoError` (exit code 2) unless ``path`` is an ordinary file."""
    try:
        if path.is_file():
            return
        reason = "is a folder" if path.is_dir() else "is no ordinary file" if path.exists() else "is not there"
    except (OSError, ValueError) as error:  # names that are too long, hold a NUL, ...
        raise LegoError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint, ExitCode.USAGE
        ) from None
    raise LegoError(f"{path} {reason}", hint, ExitCode.USAGE)


def _identity(path: Path) -> Identity | None:
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return stat.st_dev, stat.st_ino
