"""Closes the slit that the source leaves between the lips, on every head alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, identity

from lego_heads.rings import boundary_loops, rings_around

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

REACH = (1.0, 1.0, 1.0, 0.75, 0.5, 0.3, 0.15, 0.05)
"""How far each ring of the lips, counted from the mouth bag, follows the closing."""
GAP = 0.00012  # metres left between the lips of the mean head, so that the two surfaces do not touch


class LipSeal:
    """A linear map of heights: ``y += matrix @ y + offset`` moves each lip by half the slit between them.

    The same matrix, without offset, takes one lip's lead over the other out of ``z``.

    Where a lip vertex lies over the other lip is found once, on the mean head; being linear, the map can be applied
    to the bases of the model, and then holds for every head made from them.
    """

    def __init__(self, mean: Floats, skin: Ints) -> None:
        """``mean (V, 3)`` metres, ``skin (F, 4)`` faces of the skin."""
        mouth = next(loop for loop in boundary_loops(skin) if len(loop) == 38)
        self.rings = rings_around(skin, mouth, len(REACH) - 1)
        self.matrix, self.offset = self._closing(np.asarray(mean, np.float64))

    def _closing(self, mean: Floats) -> tuple[Any, Floats]:
        count = len(mean)
        matrix, offset = csr_matrix((count, count)), np.zeros(count)
        for _ in range(3):
            here = mean.copy()
            here[:, 1] += matrix @ mean[:, 1] + offset
            step, shift = self._half_way(here)
            matrix = (step @ (identity(count, format="csr") + matrix) + matrix).tocsr()
            offset = offset + step @ offset + shift
        return matrix, offset

    def _half_way(self, mean: Floats) -> tuple[Any, Floats]:
        """One pass: the slit's height over every column of ring vertices, and each lip moved by its half."""
        upper, lower = self._sides(mean)
        gap, found = self._gaps(mean, upper, lower)
        rows = {int(v): k for k, v in enumerate(found)}
        count = len(mean)
        follow, weight = np.zeros((0, 2), np.int64), np.zeros(0)
        for side, sign in ((upper, -0.5), (lower, 0.5)):
            for column in side:
                measured = [rows[int(self.rings[r][column])] for r in (1, 2) if int(self.rings[r][column]) in rows]
                for ring, reach in zip(self.rings, REACH, strict=True):
                    for m in measured:
                        follow = np.vstack([follow, [ring[column], m]])
                        weight = np.append(weight, sign * reach / len(measured))
        spread = csr_matrix((weight, (follow[:, 0], follow[:, 1])), shape=(count, len(found)))
        closing = spread @ gap
        return closing, -GAP * np.asarray(spread.sum(1)).ravel()

    def _sides(self, mean: Floats) -> tuple[Ints, Ints]:
        loop = mean[self.rings[0]]
        right, left = int(np.argmin(loop[:, 0])), int(np.argmax(loop[:, 0]))
        size = len(loop)
        one = np.arange(right + 1, right + (left - right) % size) % size
        other = np.arange(left + 1, left + (right - left) % size) % size
        return (one, other) if loop[one, 1].mean() > loop[other, 1].mean() else (other, one)

    def _gaps(self, mean: Floats, upper: Ints, lower: Ints) -> tuple[Any, Ints]:
        """Sparse rows (upper minus lower height) for ring vertices that lie over the other lip, and those vertices."""
        row, column, value = [], [], []
        found: list[int] = []
        for side, facing, sign in ((upper, lower, 1.0), (lower, upper, -1.0)):
            triangles = self._surface(facing)
            for vertex in np.concatenate([self.rings[1][side], self.rings[2][side]]):
                hit = _over(mean, triangles, int(vertex), -sign)
                if hit is not None:
                    corners, weights = hit
                    row += [len(found)] * 4
                    column += [int(vertex), *map(int, corners)]
                    value += [sign, *(-sign * weights)]
                    found.append(int(vertex))
        return csr_matrix((value, (row, column)), shape=(len(found), len(mean))), np.array(found)

    def _surface(self, side: Ints) -> Ints:
        size = len(self.rings[0])
        columns = np.array(sorted({*side.tolist(), *((side + 1) % size).tolist(), *((side - 1) % size).tolist()}))
        inside = [c for c in columns if (c + 1) % size in columns]
        triangles = []
        for near, far in zip(self.rings[:4], self.rings[1:5], strict=True):
            for c in inside:
                d = (c + 1) % size
                triangles += [(near[c], near[d], far[d]), (near[c], far[d], far[c])]
        return np.array(triangles)


def _over(mean: Floats, triangles: Ints, vertex: int, down: float) -> tuple[Ints, Floats] | None:
    """The triangle met by the vertical through a vertex, with barycentric weights; the nearest one, or None."""
    a, b, c = (mean[triangles[:, k]][:, [0, 2]] for k in range(3))
    p = mean[vertex, [0, 2]]
    area = _cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    u, v = _cross(p - a, c - a) / area, _cross(b - a, p - a) / area
    weights = np.stack([1 - u - v, u, v], axis=1)
    inside = (weights > -1e-9).all(1)
    if not inside.any():
        return None
    height = (weights * mean[triangles, 1]).sum(1)
    best = int(np.argmin(np.where(inside, np.abs(height - mean[vertex, 1]), np.inf)))
    return triangles[best], weights[best]


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
