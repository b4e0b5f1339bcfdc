"""Writing that leaves either the old file or the whole new one, whatever ends the run in between.

Everything is first written into a folder ``.lego-*.tmp`` beside its place, flushed to disk, and renamed. The folder is
locked as long as its run lives: one that is not was left by a run that was killed, and the next run there removes it.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lego_cli.files.inputs import refuse_inputs
from lego_cli.files.outputs import cannot_write, record_place, refuse_overwrite

PREFIX, SUFFIX = ".lego-", ".tmp"
_swept: set[str] = set()  # folders that this process has looked through


@contextmanager
def atomic_write(path: Path, force: bool = False) -> Iterator[Path]:
    """Hand out ``path`` in a temporary folder, where further files may be written beside it and in folders below.

    When the block ends well, all go where ``path`` is to be: the others first, so that it never names what is not
    there. A record of what was at ``path`` goes before that is replaced. Others that are there already stay if they
    are the same, and are an error, before anything has changed, if they differ and ``force`` is off. Missing folders
    are made; when the block raises, nothing is left behind. Raises :class:`LegoError` where the folder cannot be
    written, and for files that this run reads.
    """
    with _folders_of(path):
        try:
            with scratch_folder(path.parent) as folder:
                yield folder / path.name
                _move_all(folder, path, force)
        except OSError as error:
            if error.filename is not None and not str(error.filename).startswith(str(path.parent)):
                raise  # not about this place
            raise cannot_write(path, error) from error


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder for temporary files in ``parent``, the system's own place for them when omitted; it goes at the end.

    Those that killed runs left in ``parent`` go first. Raises ``OSError`` where it cannot be made.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep(parent)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=parent))
        lock = _lock(folder, wait=True)
        if folder.exists():  # nobody took it for a dead run's in the moment before it was locked
            break
        _unlock(lock)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


def sweep(parent: Path) -> None:
    """Remove what killed runs left in a folder; once for each folder and process."""
    key = os.path.realpath(parent)
    if key in _swept:
        return
    _swept.add(key)
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            ours = entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
            if ours and entry.is_dir(follow_symlinks=False):
                _remove_dead(Path(entry.path))


def _remove_dead(folder: Path) -> None:
    lock = _lock(folder)
    if lock is not None:
        shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


def _lock(folder: Path, wait: bool = False) -> int | None:
    """A lock on a folder that ends with this process; None where another has it, or there are no such locks.

    With ``wait``, another who has it is waited for: one who sweeps lets go at once.
    """
    try:
        import fcntl
    except ImportError:  # Windows: temporaries of killed runs stay
        return None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _move_all(folder: Path, path: Path, force: bool) -> None:
    """Everything in ``folder`` to where ``path`` is to be, that one last."""
    made = sorted(file for file in folder.rglob("*") if file.is_file())
    others = {file: path.parent / file.relative_to(folder) for file in made if file != folder / path.name}
    wanted = {file: goal for file, goal in others.items() if not _same(file, goal)}
    refuse_overwrite(*wanted.values(), force=force)
    refuse_inputs(path)
    for file in (*wanted, folder / path.name):
        _flush(file)
    for file, goal in {**wanted, folder / path.name: path}.items():
        goal.parent.mkdir(parents=True, exist_ok=True)
        record_place(goal).unlink(missing_ok=True)
        file.replace(goal)
    _flush_names({goal.parent for goal in (*wanted.values(), path)})


def _flush(file: Path) -> None:
    """Have the bytes of a file on disk, so that a power cut after its renaming finds them there."""
    with file.open("rb+") as handle:
        os.fsync(handle.fileno())


def _flush_names(folders: Iterable[Path]) -> None:
    """The same for the names in folders, where the system can."""
    for folder in folders if os.name == "posix" else ():
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def _folders_of(path: Path) -> Iterator[None]:
    """Make the folders that ``path`` lies in; those that were made for nothing go again."""
    new = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        with suppress(OSError):  # what is in use stays
            for folder in new:
                folder.rmdir()


def _same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return other.is_file() and filecmp.cmp(one, other, shallow=False)
