"""OFF, the Object File Format: polygons in plain text, optionally with colours, normals and UVs per vertex."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.limits import ReadLimits

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_HEADER = re.compile(r"(ST)?(C)?(N)?(4)?(n)?OFF\b")
_DAMAGED = "the file is damaged or was cut short: export the mesh again"


def read_off(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of an OFF file's bytes, quads and n-gons kept."""
    name = path.name
    rows = [row for line in data.decode("latin-1").splitlines() if (row := line.partition("#")[0].split())]
    header = _HEADER.fullmatch(rows[0][0]) if rows else None
    if header is None or header.group(4) or header.group(5) or "BINARY" in rows[0]:
        raise LegoError(f"{name} is an OFF file of a kind that cannot be read", "convert it to ASCII OFF, PLY or OBJ")
    rest = [rows[0][1:], *rows[1:]] if len(rows[0]) > 1 else rows[1:]
    vertices, faces = _counts(name, rest)
    if vertices + faces > len(rest) - 1:
        raise LegoError(
            f"{name} declares {vertices} vertices and {faces} faces, but has {len(rest) - 1} lines for them", _DAMAGED
        )
    limits.require_vertices(name, vertices)
    table = _table(name, rest[1 : 1 + vertices])
    sizes, corners = _faces(name, rest[1 + vertices : 1 + vertices + faces])
    extra = _extras(name, table, corners, uv=bool(header[1]), colour=bool(header[2]), normal=bool(header[3]))
    return Mesh(np.ascontiguousarray(table[:, :3]), sizes, corners, path=path, **extra)


def _counts(name: str, rows: list[list[str]]) -> tuple[int, int]:
    numbers = rows[0] if rows else []
    if len(numbers) < 2 or not all(re.fullmatch(r"\d{1,18}", number) for number in numbers[:2]):
        raise LegoError(
            f"{name} has no counts of vertices and faces", "the line after OFF reads 'vertices faces edges'"
        )
    return int(numbers[0]), int(numbers[1])


def _table(name: str, rows: list[list[str]]) -> Floats:
    """``(V, k)`` numbers of the vertex lines; k is that of the shortest."""
    width = min(map(len, rows), default=3)
    if width < 3:
        short = next(number for number, row in enumerate(rows) if len(row) < 3)
        raise LegoError(f"{name}: vertex {short} has {len(rows[short])} numbers where 3 are needed", _DAMAGED)
    try:
        return np.array([float(text) for row in rows for text in row[:width]]).reshape(-1, width)
    except ValueError as error:
        comma = any("," in text for row in rows for text in row)
        hint = "export again with a point as the decimal sign (English number format)" if comma else _DAMAGED
        raise LegoError(f"{name}: {'a number has a decimal comma' if comma else error}", hint) from error


def _faces(name: str, rows: list[list[str]]) -> tuple[Ints, Ints]:
    sizes, corners = [], []
    for number, row in enumerate(rows):
        try:
            size, found = int(row[0]), list(map(int, row[1 : 1 + max(int(row[0]), 0)]))
        except ValueError as error:
            raise LegoError(f"{name}: face {number} is not made of whole numbers", _DAMAGED) from error
        if size < 0 or len(found) != size or any(abs(index) >= 2**62 for index in found):
            raise LegoError(f"{name}: face {number} declares {size} corners, but lists {len(found)}", _DAMAGED)
        sizes.append(size)
        corners.extend(found)
    return np.array(sizes, dtype=np.int64), np.array(corners, dtype=np.int64)


def _extras(name: str, table: Floats, corners: Ints, *, uv: bool, colour: bool, normal: bool) -> dict[str, Any]:
    """What stands behind the positions, in the order normal, colour, UV."""
    found: dict[str, Any] = {}
    behind = table.shape[1] - 3
    if behind < 3 * normal + 3 * colour + 2 * uv:
        raise LegoError(f"{name} has fewer numbers per vertex than its header promises", _DAMAGED)
    place = 3
    if normal:
        found |= {"normals": table[:, 3:6], "corner_normal": corners}
        place = 6
    if colour:
        colours = table[:, place : table.shape[1] - 2 * uv][:, :4]
        found["colours"] = np.clip(colours / 255.0 if colours.max(initial=0) > 1 else colours, 0, 1)
    if uv:
        found |= {"uvs": table[:, -2:], "corner_uv": corners}
    return found
