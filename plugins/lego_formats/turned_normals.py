"""Normals that follow a surface when its vertices move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


def turned_normals(mesh: Mesh, vertices: Floats) -> Floats | None:
    """``(N, 3)`` normals of ``mesh`` once its vertices are at ``vertices (V, 3)``; None where it has none.

    Each stored normal turns with the faces that use it: as their summed area vectors do, and about these as the edges
    at its corners do on the whole. So smooth, flat and hand-made normals stay what they are. Normals whose faces keep
    still are returned bit for bit.
    """
    if mesh.normals is None or mesh.corner_normal is None:
        return None
    moved = replace(mesh, vertices=vertices)
    before = _summed_areas(mesh, mesh.corner_normal, len(mesh.normals))
    after = _summed_areas(moved, mesh.corner_normal, len(mesh.normals))
    turning = (before != after).any(axis=1) & before.any(axis=1) & after.any(axis=1)
    old, new = _frames(before[turning]), _frames(after[turning])
    number = np.full(len(mesh.normals) + 1, -1)  # the last entry is for corners without a normal
    number[:-1][turning] = np.arange(len(old))
    twist = _twist(mesh, moved, number[mesh.corner_normal], old, new)
    local = np.einsum("nij,nj->ni", old, mesh.normals[turning])
    plane = (local[:, 1] + 1j * local[:, 2]) * twist
    turned = mesh.normals.copy()
    turned[turning] = np.einsum("nij,ni->nj", new, np.stack([local[:, 0], plane.real, plane.imag], axis=1))
    return turned


def _summed_areas(mesh: Mesh, corner_normal: Ints, count: int) -> Floats:
    """``(N, 3)`` sum of the area vectors of the faces round each normal."""
    face = np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    used = corner_normal >= 0
    vectors = mesh.area_vectors()[face[used]]
    return np.stack([np.bincount(corner_normal[used], vectors[:, axis], count) for axis in range(3)], axis=1)


def _frames(axes: Floats) -> Floats:
    """``(n, 3, 3)`` orthonormal rows, the first along ``axes``; where the others point does not matter."""
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    side = np.cross(axes, np.eye(3)[np.abs(axes).argmin(axis=1)])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    return np.stack([axes, side, np.cross(axes, side)], axis=1)


def _twist(mesh: Mesh, moved: Mesh, number: Ints, old: Floats, new: Floats) -> np.ndarray:
    """``(n,)`` complex numbers of length 1: how the edges turn in the planes of the frames, by least squares.

    ``number (C,)`` is the frame of each corner, -1 for none.
    """
    following = mesh.next_corners()
    total = np.zeros(len(old), dtype=np.complex128)
    for end in (False, True):  # the edge that leaves each corner, and the one that reaches it
        frame = number[following] if end else number
        used = frame >= 0
        frame = frame[used]
        planes = []
        for shape, frames in ((mesh, old), (moved, new)):
            position = shape.vertices[mesh.corner_vertex]
            edge = (position[following] - position)[used]
            planes.append((frames[frame, 1] * edge).sum(axis=1) + 1j * (frames[frame, 2] * edge).sum(axis=1))
        turn = planes[0].conj() * planes[1]
        total += np.bincount(frame, turn.real, len(old)) + 1j * np.bincount(frame, turn.imag, len(old))
    length = np.abs(total)
    return np.where(length > 0, total / np.maximum(length, 1e-300), 1.0)
