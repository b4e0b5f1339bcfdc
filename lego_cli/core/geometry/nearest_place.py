"""Where on a triangle mesh points belong: nearest in position, and in normal where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from trimesh.triangles import closest_point, points_to_barycentric

from lego_cli.core.geometry.oriented import Triangles
from lego_cli.core.geometry.skin_samples import skin_samples

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

CANDIDATES = 3


@dataclass(frozen=True)
class Places:
    """``N`` places on triangles, and how far and how differently turned the points were that asked for them."""

    corners: Ints  # (N, 3) vertices of the triangle
    weights: Floats  # (N, 3) barycentric
    distance: Floats  # (N,) metres
    cosine: Floats  # (N,) between the normals; 1 where none was given
    beyond: Floats  # (N,) metres past an open edge of the triangles, 0 for what lies over them


class PlaceFinder:
    """Nearest places on one triangle mesh; made once, asked often."""

    def __init__(self, vertices: Floats, corners: Ints, turn: float) -> None:
        """``vertices (S, 3)`` metres; ``corners (T, 3)``; a unit of difference of normals counts ``turn`` metres."""
        self.vertices, self.triangles, self.turn = vertices, corners, turn
        self.normals = Triangles(vertices, corners, np.zeros(len(corners), np.int64)).vertex_normals()
        self._rim = np.zeros(len(vertices), dtype=bool)
        self._rim[open_edges(corners)] = True
        self._corners, weights = skin_samples(corners)
        self._samples = np.einsum("nk,nkc->nc", weights, vertices[self._corners])
        self._facing = np.einsum("nk,nkc->nc", weights, self.normals[self._corners])
        self._tree = cKDTree(np.concatenate([self._samples, turn * self._facing], axis=1))
        self._plain = cKDTree(self._samples)

    def facing(self, points: Floats) -> tuple[Floats, Floats]:
        """Roughly, how far the surface is from each point ``(N,)``, and its normal there ``(N, 3)``."""
        distance, found = self._plain.query(points)
        return distance, self._facing[found]

    def __call__(self, points: Floats, normals: Floats | None = None) -> Places:
        """Places of ``points (N, 3)``; ``normals (N, 3)`` tell the sides of lips and lids apart."""
        if normals is None:
            found = self._plain.query(points, k=CANDIDATES)[1]
        else:
            found = self._tree.query(np.concatenate([points, self.turn * normals], axis=1), k=CANDIDATES)[1]
        triangle = self._corners[found]  # (N, k, 3)
        flat = self.vertices[triangle.reshape(-1, 3)]
        nearest = closest_point(flat, np.repeat(points, CANDIDATES, axis=0))
        weights = np.nan_to_num(points_to_barycentric(flat, nearest), nan=1 / 3).clip(0, 1)
        weights /= weights.sum(1, keepdims=True)
        facing = np.einsum("nk,nkc->nc", weights, self.normals[triangle.reshape(-1, 3)]).reshape(*found.shape, 3)
        way = points[:, None] - nearest.reshape(*found.shape, 3)
        cost = (way**2).sum(2)
        cosine = np.ones(found.shape)
        if normals is not None:
            cosine = (facing * normals[:, None]).sum(2) / np.maximum(np.linalg.norm(facing, axis=2), 1e-9)
            cost = cost + 2 * self.turn**2 * (1 - cosine)
        best = cost.argmin(1)
        row = np.arange(len(points))
        way, facing = way[row, best], facing[row, best]
        weights = weights.reshape(*found.shape, 3)[row, best]
        corners, distance = triangle[row, best], np.linalg.norm(way, axis=1)
        facing = facing / np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
        aside = np.linalg.norm(way - (way * facing).sum(1, keepdims=True) * facing, axis=1)
        at_rim = (weights * self._rim[corners]).sum(1) > 0.98
        return Places(corners, weights, distance, cosine[row, best], np.where(at_rim, aside, 0.0))


def open_edges(corners: Ints) -> Ints:
    """Vertices of the edges that only one of the triangles ``(T, 3)`` has."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    size = int(corners.max(initial=0)) + 1
    keys, uses = np.unique(np.minimum(start, end) * size + np.maximum(start, end), return_counts=True)
    once = keys[uses == 1]
    return np.unique(np.concatenate([once // size, once % size]))
