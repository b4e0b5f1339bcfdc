"""Files on disk: the user's folders, and writing that leaves either the old file or the whole new one."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from lego_cli.errors import ExitCode, LegoError


def data_folder() -> Path:
    """Folder of the user's styles and topologies; ``LEGO_HOME`` moves it, and everything below, elsewhere."""
    return _home() or Path(platformdirs.user_data_dir("lego", appauthor=False))


def styles_folder() -> Path:
    """Folder of the styles that the user made or added."""
    return data_folder() / "styles"


def topologies_folder() -> Path:
    """Folder of the topologies that the user made or added."""
    return data_folder() / "topologies"


def models_folder() -> Path:
    """Folder of files that can be had again: downloaded or converted models."""
    home = _home()
    return (home if home else Path(platformdirs.user_cache_dir("lego", appauthor=False))) / "models"


def refuse_doubles(paths: Sequence[Path | None]) -> None:
    """Raise :class:`LegoError` when two results would be one file."""
    for path in filter(None, paths):
        if paths.count(path) > 1:
            raise LegoError(f"two results would be {path}", "rename an input, or run them one by one", ExitCode.USAGE)


def refuse_one_file(output: Path, suffixes: Sequence[str]) -> None:
    """Raise LegoError (exit code 2) where several results are to go into what is no folder by its name."""
    if output.suffix.lower() in suffixes and not output.is_dir():
        hint = f"name a folder: -o {output.stem}/"
        raise LegoError(f"several inputs do not go into one {output.name}", hint, ExitCode.USAGE)


def refuse_overwrite(*paths: Path | None, force: bool = False) -> None:
    """Raise :class:`LegoError` where a path exists and ``force`` is off, is a folder, lies in a read-only one, or is
    there twice.

    Called before the work, so that nobody waits for a result that has no place.
    """
    refuse_doubles(paths)
    for path in filter(None, paths):
        if path.is_dir():
            raise LegoError(f"{path} is a folder", "give the name of a file after -o", ExitCode.USAGE)
        if path.exists() and not force:
            raise LegoError(f"{path} exists", "add --force to replace it, or give another name with -o", ExitCode.USAGE)
        nearest = next((folder for folder in path.absolute().parents if folder.exists()), None)
        if nearest and not nearest.is_dir():
            raise _cannot_write(path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
        knows_rights = os.name == "posix"  # Windows has no such folders
        if nearest and knows_rights and not os.access(nearest, os.W_OK | os.X_OK):
            raise _cannot_write(path, PermissionError(errno.EACCES, f"{nearest} is read-only"))


def require_own_place(path: Path) -> None:
    """Raise :class:`LegoError` where a file in the user's folders could not be written; before the work."""
    try:
        refuse_overwrite(path, force=True)
    except LegoError as error:
        raise LegoError(error.message, "set LEGO_HOME to a folder that you may write to", error.code) from error


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Hand out a temporary name beside ``path`` (same suffix); it becomes ``path`` when the block ends well.

    Missing parent folders are made. When the block raises, nothing is left behind. Raises :class:`LegoError` where
    the folder cannot be written.
    """
    with _folders_of(path):
        temporary = _temporary_beside(path)
        try:
            yield temporary
            try:
                temporary.replace(path)
            except OSError as error:
                raise _cannot_write(path, error) from error
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_files(path: Path, force: bool = False) -> Iterator[Path]:
    """Hand out ``path`` in a temporary folder, where further files may be written beside it and in folders below.

    When the block ends well, all go where ``path`` is to be: the others first, so that it never names what is not
    there. Others that are there already stay if they are the same, and are an error, before anything has changed, if
    they differ and ``force`` is off. Raises :class:`LegoError` where the folder cannot be written.
    """
    with _folders_of(path):
        try:
            folder = Path(tempfile.mkdtemp(prefix=f".{path.stem[:40]}.", dir=path.parent))
        except OSError as error:
            raise _cannot_write(path, error) from error
        try:
            yield folder / path.name
            _move_all(folder, path, force)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _move_all(folder: Path, path: Path, force: bool) -> None:
    """Everything in ``folder`` to where ``path`` is to be, that one last."""
    made = sorted(file for file in folder.rglob("*") if file.is_file())
    others = {file: path.parent / file.relative_to(folder) for file in made if file != folder / path.name}
    wanted = {file: goal for file, goal in others.items() if not _same(file, goal)}
    refuse_overwrite(*wanted.values(), force=force)
    for file, goal in {**wanted, folder / path.name: path}.items():
        try:
            goal.parent.mkdir(parents=True, exist_ok=True)
            file.replace(goal)
        except OSError as error:
            raise _cannot_write(goal, error) from error


@contextmanager
def _folders_of(path: Path) -> Iterator[None]:
    """Make the folders that ``path`` lies in; those that were made for nothing go again."""
    new = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        yield
    finally:
        with suppress(OSError):  # what is in use stays
            for folder in new:
                folder.rmdir()


def _same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return other.is_file() and filecmp.cmp(one, other, shallow=False)


def _temporary_beside(path: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp makes private files, results are ordinary ones
    except OSError as error:
        raise _cannot_write(path, error) from error
    return Path(name)


def _cannot_write(path: Path, error: OSError) -> LegoError:
    return LegoError(f"cannot write {path}: {error.strerror}", "choose a folder you may write to, with -o")


def _home() -> Path | None:
    home = os.environ.get("LEGO_HOME")
    return Path(home).expanduser().absolute() if home else None
