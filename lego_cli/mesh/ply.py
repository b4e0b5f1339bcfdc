"""PLY, ASCII and binary of both byte orders: polygons, colours, normals, and UVs per vertex or per corner."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.ply_body import read_ply_tables
from lego_cli.mesh.ply_header import PlyHeader, read_ply_header
from lego_cli.mesh.ply_textures import with_ply_textures
from lego_cli.mesh.weld import distinct

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.mesh.ply_body import Columns

_UV_NAMES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"), ("texture_s", "texture_t"))
_COLOUR_NAMES = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))
_CORNER_NAMES = ("vertex_indices", "vertex_index")
_WANTED = {
    "vertex": frozenset(chain("xyz", ("nx", "ny", "nz", "alpha", "a"), *_UV_NAMES, *_COLOUR_NAMES)),
    "face": frozenset((*_CORNER_NAMES, "texcoord", "texnumber")),
}
_FULL = {"u1": 255.0, "u2": 65535.0, "i4": 255.0}  # what the largest colour of each type is


def read_ply(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of a PLY file's bytes, quads and n-gons kept; a file without faces is a point cloud."""
    header = read_ply_header(path.name, data)
    counts = {element.name: element.count for element in header.elements}
    limits.require_vertices(path.name, counts.get("vertex", 0))
    if counts.get("tristrips"):
        raise LegoError(f"{path.name} holds triangle strips", "export the mesh with ordinary faces")
    tables = read_ply_tables(path.name, data, header, _WANTED, limits)
    vertex, _ = tables.get("vertex", ({}, {}))
    if not all(axis in vertex for axis in "xyz"):
        raise LegoError(f"{path.name} has no vertices with x, y and z", "export the head again, with its mesh selected")
    faces = tables.pop("face", ({}, {}))
    has_faces = any(element.name == "face" and element.properties for element in header.elements)
    if has_faces and not any(title in faces[1] for title in _CORNER_NAMES):
        raise LegoError(f"{path.name} has faces without vertex_indices", "export the mesh again as PLY")
    for title in _CORNER_NAMES:
        limits.require_corners(path.name, len(faces[0].get(title, ())))
    sizes, corners, corner_uvs = _faces(path.name, *faces)
    numbers = faces[0].get("texnumber")
    del faces  # what is read of it is there as numbers now
    mesh = Mesh(
        vertices=_stack(vertex, "xyz"),
        face_sizes=sizes,
        corner_vertex=corners,
        colours=_colours(vertex, header),
        path=path,
        **_normals(vertex, corners),
        **_uvs(vertex, corners, corner_uvs),
    )
    return with_ply_textures(mesh, data[: header.length], numbers)


def _faces(name: str, columns: Columns, lists: Columns) -> tuple[Ints, Ints, Floats | None]:
    """Face sizes, corners, and ``(C, 2)`` UVs per corner where the file has such."""
    title = next((title for title in _CORNER_NAMES if title in lists), None)
    if title is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), None
    sizes, corners = lists[title], columns[title]
    with np.errstate(invalid="ignore"):
        whole = corners.astype(np.int64)
    if (whole != corners).any():
        raise LegoError(f"{name} has a face index that is no whole number", "export the mesh again")
    uvs = columns.get("texcoord")
    if uvs is None or not np.array_equal(lists.get("texcoord", []), 2 * sizes):
        return sizes, whole, None
    return sizes, whole, uvs.astype(np.float64, copy=False).reshape(-1, 2)


def _stack(columns: Columns, names: str | tuple[str, ...]) -> Floats:
    return np.stack([columns[name].astype(np.float64) for name in names], axis=1)


def _colours(vertex: Columns, header: PlyHeader) -> Floats | None:
    names = next((names for names in _COLOUR_NAMES if all(name in vertex for name in names)), None)
    if names is None:
        return None
    declared = next(element for element in header.elements if element.name == "vertex")
    kinds = {column.name: column.kind for column in declared.properties}
    alpha = tuple(name for name in ("alpha", "a") if name in vertex)[:1]
    colours = _stack(vertex, names + alpha) / _FULL.get(kinds[names[0]], 1.0)
    return np.clip(colours, 0.0, 1.0)


def _normals(vertex: Columns, corners: Ints) -> dict[str, Any]:
    if not len(corners) or not all(name in vertex for name in ("nx", "ny", "nz")):
        return {}
    return {"normals": _stack(vertex, ("nx", "ny", "nz")), "corner_normal": corners}


def _uvs(vertex: Columns, corners: Ints, corner_uvs: Floats | None) -> dict[str, Any]:
    """UVs as the mesh keeps them; equal ones of corners are one."""
    if corner_uvs is not None and len(corner_uvs):
        values, index = distinct(corner_uvs)
        return {"uvs": values, "corner_uv": index}
    names = next((names for names in _UV_NAMES if all(name in vertex for name in names)), None)
    return {"uvs": _stack(vertex, names), "corner_uv": corners} if names and len(corners) else {}
