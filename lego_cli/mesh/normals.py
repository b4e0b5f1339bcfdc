"""Normals of polygon meshes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from lego_cli.api import Mesh

if TYPE_CHECKING:
    from lego_cli.api import Floats

Weighting = Literal["angle", "area"]


def face_normals(mesh: Mesh) -> Floats:
    """``(F, 3)`` unit normals of the faces (Newell's formula); zero where a face has no area."""
    return _unit(mesh.area_vectors())


def corner_angles(mesh: Mesh) -> Floats:
    """``(C,)`` inner angle of each corner in radians; 0 where an edge has no length."""
    position = np.asarray(mesh.vertices, dtype=np.float64)[mesh.corner_vertex]
    following = mesh.next_corners()
    onward = position[following] - position
    back = np.empty_like(onward)
    back[following] = -onward
    return np.arctan2(np.linalg.norm(np.cross(onward, back), axis=1), (onward * back).sum(axis=1)) * (
        (onward.any(axis=1)) & (back.any(axis=1))
    )


def vertex_normals(mesh: Mesh, weighting: Weighting = "angle") -> Floats:
    """``(V, 3)`` unit normals, the mean of the faces round each vertex; zero where there is no face.

    Weighted by the angle of each face at the vertex (Thürmer and Wüthrich 1998), which does not depend on how the
    surface is cut into faces, or by area.
    """
    face = np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    if weighting == "angle":
        vectors: Floats = face_normals(mesh)[face] * corner_angles(mesh)[:, None]
    else:
        vectors = mesh.area_vectors()[face]
    count = len(mesh.vertices)
    return _unit(np.stack([np.bincount(mesh.corner_vertex, vectors[:, i], count) for i in range(3)], axis=1))


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors, dtype=np.float64), where=length > 0)
