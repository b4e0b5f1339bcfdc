"""The text of a new OBJ file."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh
from lego_formats.decimals import decimals, position_text

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


def fresh_obj(mesh: Mesh, libraries: tuple[str, ...] = ()) -> str:
    """OBJ text of ``mesh``: faces in their order with groups, materials and smoothing; ``libraries`` are .mtl files."""
    lines = [f"mtllib {library}" for library in libraries]
    lines += _vertices(mesh)
    if mesh.uvs is not None and mesh.corner_uv is not None:
        lines += [f"vt {u:.9g} {v:.9g}" for u, v in (mesh.uvs + 0.0).tolist()]
    if mesh.normals is not None and mesh.corner_normal is not None:
        lines += [f"vn {x:.7g} {y:.7g} {z:.7g}" for x, y, z in (mesh.normals + 0.0).tolist()]
    lines += _faces(mesh)
    return "\n".join(lines) + "\n"


def _vertices(mesh: Mesh) -> list[str]:
    texts = position_text(mesh.vertices, decimals(mesh.vertices))
    if mesh.colours is None:
        return [f"v {text}" for text in texts]
    return [f"v {text} {colour}" for text, colour in zip(texts, position_text(mesh.colours, 6), strict=True)]


def _faces(mesh: Mesh) -> list[str]:
    """The ``f`` lines, and before them the statements that change what holds for them."""
    corners = _corners(mesh)
    bounds = [*mesh.face_starts.tolist(), len(corners)]
    before: dict[int, list[str]] = {}
    for face, statement in (
        *_changes("g", mesh.groups, mesh.face_group),
        *_changes("usemtl", mesh.materials, mesh.face_material),
        *_smoothing_changes(mesh.smoothing),
    ):
        before.setdefault(face, []).append(statement)
    lines: list[str] = []
    for face, (start, end) in enumerate(pairwise(bounds)):
        lines += before.get(face, ())
        lines.append("f " + " ".join(corners[start:end]))
    return lines


def _corners(mesh: Mesh) -> list[str]:
    """``v``, ``v/vt``, ``v//vn`` or ``v/vt/vn`` of each corner, counted from 1."""
    corners = [str(index) for index in (mesh.corner_vertex + 1).tolist()]
    uv = _index_text(mesh.uvs, mesh.corner_uv)
    normal = _index_text(mesh.normals, mesh.corner_normal)
    if normal:
        uv = uv or [""] * len(corners)
        return [f"{v}/{t}/{n}" if n else f"{v}/{t}" if t else v for v, t, n in zip(corners, uv, normal, strict=True)]
    return [f"{v}/{t}" if t else v for v, t in zip(corners, uv, strict=True)] if uv else corners


def _index_text(values: Floats | None, index: Ints | None) -> list[str]:
    if values is None or index is None:
        return []
    return ["" if number < 0 else str(number + 1) for number in index.tolist()]


def _changes(word: str, names: tuple[str, ...], index: Ints | None) -> list[tuple[int, str]]:
    """(face, statement) wherever another name begins to hold; the bare word ends the last one."""
    if index is None:
        return []
    return [(face, f"{word} {_one_line(names[now])}" if now >= 0 else word) for face, now in _steps(index, -1)]


def _smoothing_changes(smoothing: Ints | None) -> list[tuple[int, str]]:
    if smoothing is None:
        return []
    return [(face, f"s {now}" if now else "s off") for face, now in _steps(smoothing, -1)]


def _steps(values: Ints, before: int) -> list[tuple[int, int]]:
    """(face, value) wherever ``values`` differ from the face before."""
    faces = np.flatnonzero(np.diff(values, prepend=before) != 0)
    return list(zip(faces.tolist(), values[faces].tolist(), strict=True))


def _one_line(name: str) -> str:
    return " ".join(name.split())
