"""Named arrays on disk: one compressed ``.npz`` that depends on nothing but what is in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import LegoError
from lego_cli.files.atomic import atomic_write
from lego_cli.files.inputs import input_bytes

if TYPE_CHECKING:
    from lego_cli.files.zip_members import ZipMembers

MOST_FILE = 256 << 20  # bytes
MOST_BYTES = 512 << 20  # unpacked: with the file, under 1 GB; a head with all its shapes takes a fifth of that
SUFFIX = ".npy"


def write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write named arrays without pickles; the same arrays give the same bytes. Raises LegoError where it cannot."""
    import io
    import zipfile

    import numpy as np

    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name in sorted(arrays):
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(arrays[name]), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}{SUFFIX}", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, data.getvalue(), compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)


def read_arrays(path: Path, what: str, hint: str, wanted: Callable[[str], bool] | None = None) -> dict[str, Any]:
    """The arrays of an ``.npz`` file by name: plain values only, all of them or those whose names are ``wanted``.

    Members that are no arrays by their names are passed over. Raises LegoError, which calls the file ``what``, when
    it is missing, damaged, too large, or holds objects.
    """
    from lego_cli.files.zip_members import ZipMembers

    try:
        members = ZipMembers(input_bytes(path, MOST_FILE, hint), MOST_BYTES, wanted=partial(_is_wanted, wanted))
        return {name.removesuffix(SUFFIX): _array(members, name) for name in members.names}
    except LegoError as problem:
        raise LegoError(f"cannot read {what}: {problem.message}", hint, problem.code) from problem
    except (ValueError, MemoryError) as problem:
        raise LegoError(f"cannot read {what} {path}: {str(problem) or 'it is too large'}", hint) from problem


def _is_wanted(wanted: Callable[[str], bool] | None, member: str) -> bool:
    return member.endswith(SUFFIX) and (wanted is None or wanted(member.removesuffix(SUFFIX)))


def _array(members: ZipMembers, member: str) -> Any:
    from lego_cli.files.npy import array_of

    try:
        return array_of(members.chunks(member), members.size(member))
    except ValueError as problem:
        raise ValueError(f"{member}: {problem}") from None
