"""Named arrays on disk: one compressed ``.npz`` that depends on nothing but what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lego_cli.errors import LegoError
from lego_cli.files.atomic import atomic_write

MOST_BYTES = 1 << 30  # unpacked; a head with all its shapes takes a tenth of that, a zip bomb more


def write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write named arrays without pickles; the same arrays give the same bytes. Raises LegoError where it cannot."""
    import io
    import zipfile

    import numpy as np

    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name in sorted(arrays):
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(arrays[name]), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, data.getvalue(), compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)


def read_arrays(path: Path, what: str, hint: str) -> dict[str, Any]:
    """All arrays of an ``.npz`` file. Raises LegoError, which calls it ``what``, when it is missing or damaged."""
    import zipfile
    import zlib

    import numpy as np

    damage = (OSError, EOFError, ValueError, KeyError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise ValueError("it is too large")
        with np.load(path, allow_pickle=False) as loaded:
            return {name: loaded[name] for name in loaded.files}
    except damage as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise LegoError(f"cannot read {what} {path}: {reason}", hint) from problem
