"""Keeps the inside of the mouth inside: its walls must not come out through cheeks, chin or lips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

REACH = 0.018  # metres: wall vertices deeper than this under the skin cannot come out
FACING = 0.6  # cosine between the way out and the skin's normal
NEAR = 0.085  # metres round the mouth: skin that can lie in front of a wall
RIM = 0.004  # metres: walls nearer than half of this to the lips stay with them
KEPT = 0.5  # share of its depth at rest that a wall vertex keeps at least


class WallBinding:
    """A linear map of heads, ``x += matrix @ x``: walls of the mouth keep their share of the way from middle to skin.

    The source lets babies' walls come out of their cheeks. Found on the mean head, which it leaves as it is.
    """

    def __init__(self, mean: Floats, skin: Ints, walls: Ints, rim: Ints) -> None:
        """``mean (V, 3)`` metres; ``skin (F, 4)`` faces; ``walls`` vertices of the mouth; ``rim`` of the mouth."""
        middle = mean[walls].mean(0)
        near = np.linalg.norm(mean[skin].mean(1) - mean[rim].mean(0), axis=1) < NEAR
        triangles = np.concatenate([skin[near][:, [0, 1, 2]], skin[near][:, [0, 2, 3]]])
        away = np.linalg.norm(mean[walls][:, None] - mean[rim], axis=2).min(1)
        matrix = np.zeros((len(walls), len(mean)))
        for k, wall in enumerate(walls):
            hit = _ray_hit(middle, mean[wall] - middle, mean, triangles)
            if hit is None:
                continue
            corners, weights, reach = hit
            depth = (reach - 1.0) * float(np.linalg.norm(mean[wall] - middle))
            share = np.clip(2.0 - depth / REACH, 0.0, 1.0) * np.clip(away[k] / RIM - 0.5, 0.0, 1.0)
            matrix[k, corners] += share * weights / reach
            matrix[k, walls] += share * (1.0 - 1.0 / reach) / len(walls)
            matrix[k, wall] -= share
        spread = csr_matrix((np.ones(len(walls)), (walls, np.arange(len(walls)))), shape=(len(mean), len(walls)))
        self.matrix = spread @ csr_matrix(matrix)


class MouthWalls:
    """Pairs every wall vertex with the skin vertex above it on the mean head, and holds the wall below the skin."""

    def __init__(self, mean: Floats, skin: Ints, walls: Ints, lips: Ints) -> None:
        """``mean (V, 3)`` metres; ``skin (F, 4)`` faces; ``walls`` of the mouth; ``lips``, inner rings to leave out."""
        candidates = np.setdiff1d(np.unique(skin), lips)
        normals = SkinNormals(skin, candidates)(mean[None])[0]
        near = cKDTree(mean[candidates]).query_ball_point(mean[walls], REACH)
        pairs = [_above(mean, int(v), candidates[n], normals[n]) for v, n in zip(walls, near, strict=True)]
        found = np.array([p for p in pairs if p is not None])
        self.walls = found[:, 0]
        self.above, self._shared = np.unique(found[:, 1], return_inverse=True)
        self._normals = SkinNormals(skin, self.above)

    def hold(self, heads: Floats, neutral: Floats) -> None:
        """Push walls of posed ``heads (B, V, 3)`` back under the skin where they rose too far, in place."""
        rest, _ = self.depth(neutral)
        depth, normals = self.depth(heads)
        missing = np.maximum(np.minimum(KEPT * rest, rest) - depth, 0.0)
        heads[:, self.walls] -= missing[..., None] * normals

    def depth(self, heads: Floats) -> tuple[Floats, Floats]:
        """How deep each wall vertex lies under the skin, ``(B, n)`` metres, and the skin's normals there."""
        normals = self._normals(heads)[:, self._shared]
        return ((heads[:, self.above[self._shared]] - heads[:, self.walls]) * normals).sum(2), normals


class SkinNormals:
    """Unit normals at some vertices of a quad mesh, from the quads around them."""

    def __init__(self, faces: Ints, vertices: Ints) -> None:
        """``faces (F, 4)``; ``vertices`` sorted, without repeats."""
        face, corner = np.nonzero(np.isin(faces, vertices))
        used, column = np.unique(face, return_inverse=True)
        row = np.searchsorted(vertices, faces[face, corner])
        self.faces = faces[used]
        self._gather = csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(len(vertices), len(used)))

    def __call__(self, heads: Floats) -> Floats:
        """Heads ``(B, V, 3)`` to normals ``(B, n, 3)``."""
        a, b, c, d = (heads[:, self.faces[:, k]] for k in range(4))
        across = np.cross(c - a, d - b).transpose(1, 0, 2).reshape(len(self.faces), -1)
        summed = (self._gather @ across).reshape(-1, len(heads), 3).transpose(1, 0, 2)
        return summed / np.maximum(np.linalg.norm(summed, axis=2, keepdims=True), 1e-12)


def _above(mean: Floats, wall: int, skin: Ints, normals: Floats) -> tuple[int, int] | None:
    """A wall vertex and the nearest skin vertex that it lies under, or None when it lies under none of them."""
    way = mean[skin] - mean[wall]
    length = np.linalg.norm(way, axis=1)
    facing = (way * normals).sum(1) > FACING * length
    if not facing.any():
        return None
    return wall, int(skin[np.argmin(np.where(facing, length, np.inf))])


def _ray_hit(origin: Floats, way: Floats, points: Floats, triangles: Ints) -> tuple[Ints, Floats, float] | None:
    """First triangle met by a ray beyond its unit length: corners, barycentric weights, length (Moller-Trumbore)."""
    a = points[triangles[:, 0]]
    one, two = points[triangles[:, 1]] - a, points[triangles[:, 2]] - a
    across = np.cross(way, two)
    scale = (one * across).sum(1)
    scale = np.where(np.abs(scale) < 1e-15, 1e-15, scale)
    start = origin - a
    u = (start * across).sum(1) / scale
    turned = np.cross(start, one)
    v = turned @ way / scale
    reach = (two * turned).sum(1) / scale
    met = (u >= 0) & (v >= 0) & (u + v <= 1) & (reach > 1.0)
    if not met.any():
        return None
    best = int(np.argmin(np.where(met, reach, np.inf)))
    return triangles[best], np.array([1 - u[best] - v[best], u[best], v[best]]), float(reach[best])
