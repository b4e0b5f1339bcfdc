"""A sound file, with those that lie beside it, before anything is done to it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """Files by name, of which ``main`` is the one that a reader is given; the folder itself where it is empty."""

    main: str
    files: Mapping[str, bytes]


def alone(name: str, data: bytes | str) -> Sample:
    """A sample of one file."""
    return Sample(name, {name: data.encode() if isinstance(data, str) else data})


def written(name: str, write: Callable[[Path], object]) -> Sample:
    """A sample of what ``write`` makes of a path, side files too."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / name)
        found = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return Sample(name, {path.relative_to(folder).as_posix(): path.read_bytes() for path in found})
