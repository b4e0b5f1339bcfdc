"""Smoothing of a patchwork within its surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_topologies.patchwork import Patchwork

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

SHARE = 0.6  # of the way to the centre of the neighbours


def relaxed(patch: Patchwork) -> None:
    """Moves free vertices towards the centre of the triangles round them, in their tangent plane, in one sweep.

    Triangles count by their area over the wanted area, which evens out sizes (Alliez et al. 2003). Vertices on
    curves even out along them. A vertex whose triangles would turn over stays.
    """
    faces = np.array([patch.faces[f] for f in sorted(patch.faces)])
    position, wanted = np.array(patch.position), np.array(patch.wanted)
    _slide_along(patch)
    a, b, c = (position[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    weight = np.linalg.norm(cross, axis=1) / wanted[faces].mean(1) ** 4
    total, centre, normal = np.zeros(len(position)), np.zeros_like(position), np.zeros_like(position)
    for k in range(3):
        np.add.at(total, faces[:, k], weight)
        np.add.at(centre, faces[:, k], weight[:, None] * (a + b + c) / 3)
        np.add.at(normal, faces[:, k], cross)
    free = np.array([v for v in np.unique(faces) if v not in patch.on_curve])
    step = centre[free] / total[free, None] - position[free]
    unit = normal[free] / np.linalg.norm(normal[free], axis=1, keepdims=True)
    moved = np.array(patch.position)
    moved[free] += SHARE * (step - (step * unit).sum(1, keepdims=True) * unit)
    for v in _turned(faces, position, moved):
        moved[v] = position[v]
    for v in free.tolist():
        patch.position[v] = moved[v]
    patch.dirty.update(free.tolist())
    patch.settle()


def _turned(faces: Ints, before: Floats, after: Floats) -> list[int]:
    """Vertices of triangles that turn by more than 60 degrees."""
    normals = [np.cross(p[faces[:, 1]] - p[faces[:, 0]], p[faces[:, 2]] - p[faces[:, 0]]) for p in (before, after)]
    size = np.linalg.norm(normals[0], axis=1) * np.linalg.norm(normals[1], axis=1)
    return np.unique(faces[(normals[0] * normals[1]).sum(1) < 0.5 * size]).tolist()


def _slide_along(patch: Patchwork) -> None:
    beside: dict[int, list[int]] = {}
    for a, b in patch.line:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    for v in sorted(patch.on_curve):
        if patch.rank(v) != 1:
            continue
        (k, at) = next(iter(patch.on_curve[v].items()))
        (p, q) = beside[v]
        gap = [patch.wanted[v] + patch.wanted[p], patch.wanted[v] + patch.wanted[q]]
        ends = patch.on_curve[p][k], patch.on_curve[q][k]
        middle = (ends[0] * gap[1] + ends[1] * gap[0]) / (gap[0] + gap[1])
        patch.slide(v, k, at + SHARE * (middle - at))
