"""A triangulated surface to walk on: positions are kept as a triangle and barycentric coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix

from lego_topologies.edges import edge_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

LONGEST_WALK = 40


@dataclass(frozen=True)
class Surface:
    """Positions ``(n, 3)`` in metres and triangles ``(m, 3)``."""

    positions: Floats
    triangles: Ints

    @cached_property
    def neighbours(self) -> Ints:
        """``(m, K)`` triangles that share a vertex with each triangle, itself included; repeated to fill the row."""
        count = len(self.triangles)
        ones = np.ones(self.triangles.size)
        corner = csr_matrix((ones, (np.repeat(np.arange(count), 3), self.triangles.reshape(-1))))
        touch = (corner @ corner.T).tocsr()
        touch.sort_indices()
        sizes = np.diff(touch.indptr)
        column = np.minimum(np.arange(sizes.max())[None], sizes[:, None] - 1)
        return np.asarray(touch.indices[touch.indptr[:-1, None] + column], dtype=np.int64)

    @cached_property
    def areas(self) -> Floats:
        """``(m,)`` areas of the triangles."""
        return np.asarray(np.linalg.norm(self._crosses, axis=1) / 2)

    @cached_property
    def normals(self) -> Floats:
        """``(n, 3)`` unit normals of the vertices."""
        total = np.zeros_like(self.positions)
        for corner in range(3):
            np.add.at(total, self.triangles[:, corner], self._crosses)
        return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True))

    @cached_property
    def _crosses(self) -> Floats:
        a, b, c = (self.positions[self.triangles[:, k]] for k in range(3))
        return np.cross(b - a, c - a)

    @cached_property
    def edges(self) -> Ints:
        """``(E, 2)`` edges."""
        return edge_table(np.pad(self.triangles, ((0, 0), (0, 1)), constant_values=-1))[0]

    def curvature(self) -> Floats:
        """``(n,)`` largest bend along an edge at each vertex, in 1/metre, averaged once with the neighbours'."""
        a, b = self.edges.T
        step = self.positions[b] - self.positions[a]
        bend = np.linalg.norm(self.normals[b] - self.normals[a], axis=1) / np.linalg.norm(step, axis=1)
        most = np.zeros(len(self.positions))
        np.maximum.at(most, a, bend)
        np.maximum.at(most, b, bend)
        total = most + np.bincount(a, most[b], len(most)) + np.bincount(b, most[a], len(most))
        return np.asarray(total / (1 + np.bincount(self.edges.reshape(-1), minlength=len(most))))

    def point(self, triangle: Ints, bary: Floats, values: Floats | None = None) -> Floats:
        """Positions, or other vertex values, at places on the surface."""
        values = self.positions if values is None else values
        return np.asarray(np.einsum("pk,pk...->p...", bary, values[self.triangles[triangle]]))

    def walk(self, points: Floats, triangle: Ints) -> tuple[Ints, Floats]:
        """From a starting triangle each, downhill to where the surface is locally nearest to ``points (p, 3)``.

        The walk never jumps to another sheet of the surface, such as the other lip.
        """
        triangle = triangle.copy()
        bary = np.zeros((len(points), 3))
        active = np.arange(len(points))
        for _ in range(LONGEST_WALK):
            near = self.neighbours[triangle[active]]
            weights, distance = closest_in(self.positions[self.triangles[near]], points[active][:, None])
            best = distance.argmin(1)
            rows = np.arange(len(active))
            bary[active] = weights[rows, best]
            moved = near[rows, best] != triangle[active]
            triangle[active] = near[rows, best]
            active = active[moved]
            if not len(active):
                break
        return triangle, bary


def closest_in(corners: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Barycentric coordinates ``(..., 3)`` of the nearest points of triangles, and their squared distances."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    inside = _plane_weights(b - a, c - a, points - a)
    candidates = [np.where((inside >= 0).all(-1, keepdims=True), inside, np.nan)]
    for start, end in ((0, 1), (1, 2), (2, 0)):
        along = corners[..., end, :] - corners[..., start, :]
        share = ((points - corners[..., start, :]) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-30)
        share = np.clip(share, 0, 1)
        weights = np.zeros(inside.shape)
        weights[..., start], weights[..., end] = 1 - share, share
        candidates.append(weights)
    choice = np.stack(candidates)
    gap = np.einsum("s...k,...kd->s...d", choice, corners) - points
    distance = (gap**2).sum(-1)
    distance[np.isnan(distance)] = np.inf
    best = distance.argmin(0)[None]
    weights = np.take_along_axis(choice, best[..., None], 0)[0]
    return weights, np.take_along_axis(distance, best, 0)[0]


def _plane_weights(u: Floats, v: Floats, w: Floats) -> Floats:
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    wu, wv = (w * u).sum(-1), (w * v).sum(-1)
    scale = np.maximum(uu * vv - uv**2, 1e-40)
    second, third = (vv * wu - uv * wv) / scale, (uu * wv - uv * wu) / scale
    return np.stack([1 - second - third, second, third], axis=-1)


def edge_sizes(surface: Surface, wanted: Floats, count: float, grading: float, bounds: tuple[float, float]) -> Floats:
    """``(n,)`` edge lengths for about ``count`` evenly shaped triangles' vertices, proportional to ``wanted (n,)``.

    Lengths stay within ``bounds`` and grow by at most ``grading`` metres a metre.
    """
    low, high = 0.01, 100.0
    for _ in range(40):
        scale = float(np.sqrt(low * high))
        size = _graded(surface, np.clip(wanted * scale, *bounds), grading)
        area = surface.areas / (size[surface.triangles].mean(1) ** 2)
        low, high = (scale, high) if 2 / np.sqrt(3) * area.sum() > count else (low, scale)
    return size


def _graded(surface: Surface, size: Floats, grading: float) -> Floats:
    a, b = surface.edges.T
    length = np.linalg.norm(surface.positions[a] - surface.positions[b], axis=1) * grading
    size = size.copy()
    for _ in range(60):
        before = size.copy()
        np.minimum.at(size, a, size[b] + length)
        np.minimum.at(size, b, size[a] + length)
        if np.allclose(size, before, rtol=0, atol=1e-7):
            break
    return size
