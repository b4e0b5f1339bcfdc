"""Where results may go: asked before the work, so that nobody waits for a result that has no place."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.inputs import Inputs, guarded, guarding, refuse_inputs


def record_place(result: Path) -> Path:
    """Where the record of a result lies: ``a.glb`` and ``a.obj`` have one each."""
    return result.with_name(f"{result.name}.run.json")


def refuse_doubles(paths: Sequence[Path | None]) -> None:
    """Raise :class:`LegoError` when two results would be one file, however their names are spelt."""
    seen: set[str] = set()
    for path in filter(None, paths):
        place = os.path.normcase(os.path.realpath(path))
        if place in seen:
            raise LegoError(f"two results would be {path}", "rename an input, or run them one by one", ExitCode.USAGE)
        seen.add(place)


def refuse_one_file(output: Path, suffixes: Sequence[str]) -> None:
    """Raise LegoError (exit code 2) where several results are to go into what is no folder by its name."""
    if output.suffix.lower() in suffixes and not output.is_dir():
        hint = f"name a folder: -o {output.stem}/"
        raise LegoError(f"several inputs do not go into one {output.name}", hint, ExitCode.USAGE)


def refuse_overwrite(*paths: Path | None, force: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Raise :class:`LegoError` where a path is one of the ``inputs`` or another file that this run has read, exists
    (or has a record) and ``force`` is off, is a folder, lies in a read-only one, or is there twice.

    ``inputs`` are kept from being written over from now on, too.
    """  # fmt: skip
    refuse_doubles(paths)
    outputs = tuple(filter(None, paths))
    with guarding(guarded() or Inputs()) as known:
        for path in inputs:
            known.add(path)
        refuse_inputs(*outputs)
    for path in outputs:
        if path.is_dir():
            raise LegoError(f"{path} is a folder", "give the name of a file after -o", ExitCode.USAGE)
        for taken in () if force else (path, record_place(path)):
            if taken.exists():
                hint = "add --force to replace it, or give another name with -o"
                raise LegoError(f"{taken} exists", hint, ExitCode.USAGE)
        _require_writable(path)


def _require_writable(path: Path) -> None:
    nearest = next((folder for folder in path.absolute().parents if folder.exists()), None)
    if nearest and not nearest.is_dir():
        raise cannot_write(path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
    knows_rights = os.name == "posix"  # Windows has no such folders
    if nearest and knows_rights and not os.access(nearest, os.W_OK | os.X_OK):
        raise cannot_write(path, PermissionError(errno.EACCES, f"{nearest} is read-only"))


def require_own_place(path: Path) -> None:
    """Raise :class:`LegoError` where a file in the user's folders could not be written; before the work."""
    try:
        refuse_overwrite(path, force=True)
    except LegoError as error:
        raise LegoError(error.message, "set LEGO_HOME to a folder that you may write to", error.code) from error


def cannot_write(path: Path, error: OSError) -> LegoError:
    """The two lines for what the system answered to a write."""
    hint = "choose a folder you may write to, with -o"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some disk space, or write elsewhere with -o"
    return LegoError(f"cannot write {path}: {error.strerror}", hint)
