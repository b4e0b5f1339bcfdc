"""STL, ASCII and binary: a soup of triangles, welded where positions are equal."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.weld import welded

_FACET_DTYPE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
_FACET = b"facet normal x y z outer loop vertex x y z vertex x y z vertex x y z endloop endfacet".split()
_COORDINATES = [8, 9, 10, 12, 13, 14, 16, 17, 18]  # places in _FACET
_SOLID = re.compile(rb"^[ \t]*(end)?solid\b([^\n]*)$", re.MULTILINE | re.IGNORECASE)
_DAMAGED = "the file is damaged or was cut short: export the mesh again"


def read_stl(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The welded mesh of an STL file's bytes; the named solids of an ASCII file are its groups."""
    corners, names, solid = _binary(path.name, data) if _is_binary(data) else _ascii(path.name, data)
    if not len(corners):
        raise LegoError(f"{path.name} holds no triangles", "export the head again, with its mesh selected")
    positions = corners.reshape(-1, 3).astype(np.float64)
    kept, index = welded(positions)
    mesh = Mesh.from_faces(positions[kept], index.reshape(-1, 3), path=path)
    return Mesh(**{**vars(mesh), "groups": names, "face_group": solid}) if names else mesh


def _is_binary(data: bytes) -> bool:
    exact = len(data) >= 84 and 84 + 50 * int.from_bytes(data[80:84], "little") == len(data)
    return exact or b"\0" in data or data.lstrip()[:5].lower() != b"solid"


def _binary(name: str, data: bytes) -> tuple[np.ndarray, tuple[str, ...], np.ndarray | None]:
    if b"\0" not in data:
        raise LegoError(f"{name} holds plain text, not an STL mesh", "an ASCII STL begins with the word 'solid'")
    if len(data) < 84:
        raise LegoError(f"{name} is shorter than the header of a binary STL", _DAMAGED)
    declared, held = int.from_bytes(data[80:84], "little"), (len(data) - 84) // 50
    if declared > held:
        raise LegoError(f"{name} declares {declared} triangles, but has bytes for {held}", _DAMAGED)
    return np.frombuffer(data, dtype=_FACET_DTYPE, count=declared, offset=84)["corners"], (), None


def _ascii(name: str, data: bytes) -> tuple[np.ndarray, tuple[str, ...], np.ndarray | None]:
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    marks = list(_SOLID.finditer(text))
    if not marks or marks[-1].group(1) is None:
        raise LegoError(f"{name} ends before its 'endsolid' line", _DAMAGED)
    corners, titles = [], []
    for mark, following in pairwise(marks):
        if mark.group(1) is None:
            corners.append(_facets(name, text[mark.end() : following.start()]))
            titles.append(mark.group(2).strip().decode("utf-8", "replace"))
    groups = tuple(dict.fromkeys(title for title in titles if title))
    number = np.array([groups.index(title) if title else -1 for title in titles], dtype=np.int64)
    return np.concatenate(corners), groups, np.repeat(number, [len(part) for part in corners])


def _facets(name: str, body: bytes) -> np.ndarray:
    """``(n, 3, 3)`` corners of the facets of one solid."""
    tokens = np.array(body.lower().split() or [b""], dtype=object)
    if len(tokens) % len(_FACET):
        if len(tokens) == 1 and not tokens[0]:
            return np.zeros((0, 3, 3))
        raise LegoError(f"{name} has a facet that is not whole", _DAMAGED)
    table = tokens.reshape(-1, len(_FACET))
    words = [place for place, word in enumerate(_FACET) if len(word) > 1]
    wrong = (table[:, words] != np.array(_FACET, dtype=object)[words]).any(axis=1)
    if wrong.any():
        raise LegoError(f"{name}: facet {int(np.flatnonzero(wrong)[0])} is not whole", _DAMAGED)
    numbers = table[:, _COORDINATES].reshape(-1).tolist()
    try:
        return np.array([float(number.replace(b"_", b"?")) for number in numbers]).reshape(-1, 3, 3)
    except ValueError as error:
        comma = any(b"," in number for number in numbers)
        hint = "export again with a point as the decimal sign (English number format)" if comma else _DAMAGED
        raise LegoError(
            f"{name}: a coordinate {'has a decimal comma' if comma else 'is not a number'}", hint
        ) from error
