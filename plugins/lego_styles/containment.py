"""Keeps the mouth bag under the skin: a smaller nose or a flatter cheek must not let it show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

DEPTH = 0.002  # metres that the bag keeps under the skin, where it was as deep
RIM = 0.003  # metres round the rim of the mouth where bag and skin meet
PASSES = 3
NEIGHBOURS, BLUR = 10, 0.002  # skin vertices that decide about a bag vertex, and over how many metres


class Containment:
    """Which vertices of the mouth bag are to stay inside, found on the mean head."""

    def __init__(self, anatomy: Anatomy) -> None:
        bag, rim = anatomy.parts["mouth_bag"], anatomy.mean[anatomy.mouth_loop]
        away = cKDTree(rim).query(anatomy.mean[bag])[0]
        self.bag = bag[away > RIM]
        self.skin, self.triangles = anatomy.skin, anatomy.triangles
        self.face = np.flatnonzero(anatomy.distance_from(anatomy.mouth_loop) > RIM)

    def __call__(self, neutral: Floats, shape: Floats) -> Floats:
        """``shape (V, 3)`` with the bag pushed inwards where it comes nearer to the skin than in ``neutral``."""
        highest, _ = self._heights(neutral, neutral[self.bag])
        highest = np.maximum(highest, -DEPTH)
        result = np.array(shape)
        for _ in range(PASSES):
            height, inwards = self._heights(shape, result[self.bag])
            result[self.bag] += inwards * np.maximum(height - highest, 0)[:, None]
        return result

    def _heights(self, shape: Floats, points: Floats) -> tuple[Floats, Floats]:
        """``(n,)`` metres of points over the skin, negative inside, and ``(n, 3)`` the way inwards."""
        skin = shape[self.skin][self.face]
        normals = vertex_normals(shape[self.skin], self.triangles)[self.face]
        distance, nearest = cKDTree(skin).query(points, k=NEIGHBOURS)
        weight = np.exp(-0.5 * ((distance - distance[:, :1]) / BLUR) ** 2)
        weight /= weight.sum(1, keepdims=True)
        height = np.einsum("nk,nkj,nkj->n", weight, points[:, None] - skin[nearest], normals[nearest])
        inwards = -np.einsum("nk,nkj->nj", weight, normals[nearest])
        return height, inwards / np.maximum(np.linalg.norm(inwards, axis=1, keepdims=True), 1e-9)


def vertex_normals(positions: Floats, triangles: Ints) -> Floats:
    """``(V, 3)`` unit normals, faces weighted by area."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    corners = triangles.reshape(-1)
    each = np.repeat(normal, 3, axis=0)
    total = np.stack([np.bincount(corners, each[:, k], len(positions)) for k in range(3)], axis=1)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
