"""STL, ASCII and binary: a soup of triangles, welded where positions are equal."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.stl_text import read_stl_text
from lego_cli.mesh.weld import welded

_FACET_DTYPE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
_SOLID = re.compile(rb"\s*+solid", re.IGNORECASE)
_DAMAGED = "the file is damaged or was cut short: export the mesh again"


def read_stl(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The welded mesh of an STL file's bytes; the named solids of an ASCII file are its groups."""
    binary = _is_binary(data)
    text = None if binary else read_stl_text(path.name, data, limits)
    corners = _binary(path.name, data, limits) if text is None else text.corners
    if not len(corners):
        raise LegoError(f"{path.name} holds no triangles", "export the head again, with its mesh selected")
    positions = corners.reshape(-1, 3)
    kept, index = welded(positions)
    limits.require_vertices(path.name, len(kept))
    mesh = Mesh.from_faces(positions[kept].astype(np.float64), index.reshape(-1, 3), path=path)
    if text is None or not text.solids:
        return mesh
    return Mesh(**{**vars(mesh), "groups": text.solids, "face_group": text.solid_of_facets})


def _is_binary(data: bytes) -> bool:
    exact = len(data) >= 84 and 84 + 50 * int.from_bytes(data[80:84], "little") == len(data)
    return exact or b"\0" in data or _SOLID.match(data) is None


def _binary(name: str, data: bytes, limits: ReadLimits) -> np.ndarray:
    """``(n, 3, 3)`` float32 corners."""
    if b"\0" not in data:
        raise LegoError(f"{name} holds plain text, not an STL mesh", "an ASCII STL begins with the word 'solid'")
    if len(data) < 84:
        raise LegoError(f"{name} is shorter than the header of a binary STL", _DAMAGED)
    declared, held = int.from_bytes(data[80:84], "little"), (len(data) - 84) // 50
    if declared > held:
        raise LegoError(f"{name} declares {declared} triangles, but has bytes for {held}", _DAMAGED)
    limits.require_corners(name, 3 * declared)
    return np.frombuffer(data, dtype=_FACET_DTYPE, count=declared, offset=84)["corners"]
