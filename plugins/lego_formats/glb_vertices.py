"""The vertices that a graphics card wants: one for each pair of position, UV and normal that occurs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh
from lego_formats.turned_normals import turned_normals

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


@dataclass(frozen=True, eq=False)
class SplitVertices:
    """``n`` vertices, in the order of the mesh's own, and which of them each corner has."""

    corner: Ints  # (C,)
    vertex: Ints  # (n,) vertex of the mesh
    normals: Floats  # (n, 3), unit length
    uvs: Floats | None  # (n, 2), origin at the lower left


def split_vertices(mesh: Mesh) -> SplitVertices:
    """Vertices cut apart only where their corners have different UVs or stored normals."""
    normals, normal = _normals(mesh)
    uvs, uv = _uvs(mesh)
    pair = _paired(_paired(mesh.corner_vertex, uv), normal)
    _, first, corner = np.unique(pair, return_index=True, return_inverse=True)
    return SplitVertices(
        corner=corner.reshape(-1),
        vertex=mesh.corner_vertex[first],
        normals=normals[normal[first]],
        uvs=None if uvs is None else uvs[uv[first]],
    )


def posed_normals(mesh: Mesh, split: SplitVertices, vertices: Floats) -> Floats:
    """``(n, 3)`` normals of the split vertices once those of the mesh are at ``vertices (V, 3)``.

    Smooth ones are made anew; stored ones, hard edges among them, turn with the faces that use them.
    """
    if mesh.normals is None or mesh.corner_normal is None:
        return smooth_normals(replace(mesh, vertices=vertices))[split.vertex]
    turned = turned_normals(replace(mesh, normals=split.normals, corner_normal=split.corner), vertices)
    return split.normals if turned is None else _unit(turned)


def smooth_normals(mesh: Mesh) -> Floats:
    """``(V, 3)`` unit normals, the mean of the faces round each vertex by area; +Y where there is no area."""
    face = np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    vectors = mesh.area_vectors()[face]
    count = len(mesh.vertices)
    summed = np.stack([np.bincount(mesh.corner_vertex, vectors[:, axis], count) for axis in range(3)], axis=1)
    return _unit(summed.astype(np.float64))


def _normals(mesh: Mesh) -> tuple[Floats, Ints]:
    """Distinct normals, and which of them each corner has: its stored one, or the smooth one of its vertex."""
    smooth = smooth_normals(mesh)
    if mesh.normals is None or mesh.corner_normal is None:
        return smooth, mesh.corner_vertex
    stored, number = np.unique(_unit(mesh.normals), axis=0, return_inverse=True)
    known = mesh.corner_normal >= 0
    index = np.where(known, number.reshape(-1)[np.maximum(mesh.corner_normal, 0)], len(stored) + mesh.corner_vertex)
    return np.concatenate([stored, smooth]), index


def _uvs(mesh: Mesh) -> tuple[Floats | None, Ints]:
    if mesh.uvs is None or mesh.corner_uv is None:
        return None, np.zeros(len(mesh.corner_vertex), dtype=np.int64)
    distinct, number = np.unique(mesh.uvs, axis=0, return_inverse=True)
    index = np.where(mesh.corner_uv >= 0, number.reshape(-1)[np.maximum(mesh.corner_uv, 0)], len(distinct))
    return np.concatenate([distinct, np.zeros((1, 2))]), index


def _paired(one: Ints, other: Ints) -> Ints:
    """A number for each distinct pair, ascending with ``one``."""
    _, small = np.unique(other, return_inverse=True)
    _, paired = np.unique(one * (int(small.max(initial=0)) + 1) + small.reshape(-1), return_inverse=True)
    return paired.reshape(-1)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    upright = np.broadcast_to(np.array([0.0, 1.0, 0.0]), vectors.shape)
    return np.where(length > 1e-30, vectors / np.maximum(length, 1e-30), upright)
