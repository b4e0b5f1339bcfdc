"""Smooth fields on a surface: measured values without their roughness, and carried on where nothing was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array

from lego_cli.core.geometry.sparse_solve import symmetric_solver

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

LEAST_COT, MOST_COT = 0.02, 8.0  # slivers would make the solution stiff or unstable
MILLI = 1000.0  # metres to the unit of the solve


class SmoothField:
    """Fields ``(N, C)`` near values where ``weight (N,)`` is high, that bend no finer than ``length (N,)``.

    Least squares of the distance to the values, of the bending where a vertex is ``known (N,)`` 0..1 and of the slope
    where it is not, so that values run on into what is unknown without overshooting. Solved at once for all values.
    """

    def __init__(self, positions: Floats, corners: Ints, weight: Floats, length: Floats, known: Floats) -> None:
        """``positions (N, 3)`` metres, ``corners (T, 3)``."""
        stretch, area = _cotangents(MILLI * positions, corners)
        reach = MILLI * length
        bend = stretch.T @ diags_array(known * reach**4 / area) @ stretch
        edges = coo_array(stretch)
        off = edges.row != edges.col
        rows, columns = edges.row[off], edges.col[off]
        open_ends = 1 - 0.5 * (known[rows] + known[columns])
        slope = _laplacian(rows, columns, -edges.data[off] * open_ends * reach[rows] * reach[columns], len(area))
        self._data = weight * area + 1e-6 * area.mean()
        self._solve = symmetric_solver(diags_array(self._data) + bend + slope)

    def __call__(self, value: Floats) -> Floats:
        """The field near ``value (N, C)``."""
        return self._solve(self._data[:, None] * value)


def _cotangents(positions: Floats, corners: Ints) -> tuple[Any, Floats]:
    """Stiffness matrix (Pinkall and Polthier 1993) and the area of each vertex."""
    count = len(positions)
    rows, columns, values = [], [], []
    p = positions[corners]
    double_area = np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1)
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        dot = ((p[:, i] - p[:, k]) * (p[:, j] - p[:, k])).sum(1)
        cot = np.clip(dot / np.maximum(double_area, 1e-12), LEAST_COT, MOST_COT) / 2
        rows += [corners[:, i], corners[:, j]]
        columns += [corners[:, j], corners[:, i]]
        values += [cot, cot]
    stretch = _laplacian(np.concatenate(rows), np.concatenate(columns), np.concatenate(values), count)
    area = np.bincount(corners.reshape(-1), np.repeat(double_area / 6, 3), count)
    return stretch, np.maximum(area, 1e-3 * max(float(area.mean()), 1e-9))


def _laplacian(rows: Ints, columns: Ints, values: Floats, count: int) -> Any:
    graph = csr_array(coo_array((values, (rows, columns)), shape=(count, count)))
    return csr_array(diags_array(graph.sum(1)) - graph)
