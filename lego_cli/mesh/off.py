"""OFF, the Object File Format: polygons in plain text, optionally with colours, normals and UVs per vertex."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.growing import Growing
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.text_rows import TextRows

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_HEADER = re.compile(r"(ST)?(C)?(N)?(4)?(n)?OFF\b")
_WIDEST = 12  # numbers of a vertex: position, normal, colour and UV
_DAMAGED = "the file is damaged or was cut short: export the mesh again"


def read_off(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of an OFF file's bytes, quads and n-gons kept."""
    name = path.name
    rows = TextRows(name, data)
    first = rows.one()
    header = _HEADER.fullmatch(first[0]) if first else None
    if header is None or header.group(4) or header.group(5) or "BINARY" in first:
        raise LegoError(f"{name} is an OFF file of a kind that cannot be read", "convert it to ASCII OFF, PLY or OBJ")
    vertices, faces = _counts(name, first[1:] or rows.one())
    if vertices + faces > len(data):
        raise _too_few(name, vertices, faces, sum(map(len, rows.take(len(data)))))
    limits.require_vertices(name, vertices)
    limits.require_corners(name, faces)
    table = _table(name, rows.take(vertices))
    sizes, corners = _faces(name, rows.take(faces), limits)
    if len(table) + len(sizes) < vertices + faces:
        raise _too_few(name, vertices, faces, len(table) + len(sizes))
    extra = _extras(name, table, corners, uv=bool(header[1]), colour=bool(header[2]), normal=bool(header[3]))
    return Mesh(np.ascontiguousarray(table[:, :3]), sizes, corners, path=path, **extra)


def _too_few(name: str, vertices: int, faces: int, lines: int) -> LegoError:
    what = f"{name} declares {vertices} vertices and {faces} faces, but has {lines} lines for them"
    return LegoError(what, _DAMAGED)


def _counts(name: str, numbers: list[str]) -> tuple[int, int]:
    if len(numbers) < 2 or not all(re.fullmatch(r"\d{1,18}", number) for number in numbers[:2]):
        raise LegoError(
            f"{name} has no counts of vertices and faces", "the line after OFF reads 'vertices faces edges'"
        )
    return int(numbers[0]), int(numbers[1])


def _table(name: str, pieces: Iterator[list[list[str]]]) -> Floats:
    """``(V, k)`` numbers of the vertex lines; k is that of the shortest."""
    width, found = _WIDEST, Growing(float, _WIDEST)
    for rows in pieces:
        least, most = min(map(len, rows)), max(map(len, rows))
        if least < 3 or most > _WIDEST:
            wrong = next(number for number, row in enumerate(rows) if not 3 <= len(row) <= _WIDEST)
            what = f"vertex {len(found) + wrong} has {len(rows[wrong])} numbers where 3 are needed"
            raise LegoError(f"{name}: {what}", _DAMAGED)
        if least < width:
            before, width = found.floats()[:, :least] if len(found) else None, least
            found = Growing(float, width)
            if before is not None:
                found.add(before)
        try:
            found.add(list(map(float, chain.from_iterable(row[:width] for row in rows))))
        except ValueError as error:
            comma = any("," in text for row in rows for text in row)
            hint = "export again with a point as the decimal sign (English number format)" if comma else _DAMAGED
            raise LegoError(f"{name}: {'a number has a decimal comma' if comma else error}", hint) from error
    return found.floats() if len(found) else np.zeros((0, 3))


def _faces(name: str, pieces: Iterator[list[list[str]]], limits: ReadLimits) -> tuple[Ints, Ints]:
    sizes, corners = Growing(int), Growing(int)
    for rows in pieces:
        found = _regular_faces(rows) or _faces_one_by_one(name, rows, len(sizes))
        sizes.add(found[0])
        corners.add(found[1])
        limits.require_corners(name, len(corners))
    return sizes.ints(), corners.ints()


def _regular_faces(rows: list[list[str]]) -> tuple[Any, Any] | None:
    """Sizes and corners of faces that all have as many corners, and nothing behind them."""
    width = len(rows[0])
    if rows[0][0] != str(width - 1) or any(len(row) != width or row[0] != rows[0][0] for row in rows):
        return None
    try:
        table = np.array(list(map(int, chain.from_iterable(rows))), dtype=np.int64)
    except (ValueError, OverflowError):
        return None
    return np.full(len(rows), width - 1), table.reshape(-1, width)[:, 1:]


def _faces_one_by_one(name: str, rows: list[list[str]], before: int) -> tuple[Any, Any]:
    sizes: list[int] = []
    corners: list[int] = []
    for number, row in enumerate(rows, before):
        try:
            size, found = int(row[0]), list(map(int, row[1 : 1 + max(int(row[0]), 0)]))
        except ValueError as error:
            raise LegoError(f"{name}: face {number} is not made of whole numbers", _DAMAGED) from error
        if size < 0 or len(found) != size or any(abs(index) >= 2**62 for index in found):
            raise LegoError(f"{name}: face {number} declares {size} corners, but lists {len(found)}", _DAMAGED)
        sizes.append(size)
        corners.extend(found)
    return sizes, corners


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
