"""Deformation transfer between heads of one mesh (Sumner and Popovic 2004): the rival that rigs are measured against.

Each triangle of the target turns and stretches as that of the source does; positions follow by least squares, here in
the weak form of Botsch et al. 2006, whose matrix is the cotangent Laplacian and is factored once for all expressions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array

from lego_cli.core.geometry.sparse_solve import symmetric_solver

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

ANCHORED = 1e3  # weight of vertices that stay, against one triangle's


class DeformationTransfer:
    """Carries deformations of one head onto another of the same triangles."""

    def __init__(self, source: Floats, target: Floats, triangles: Ints, still: Ints) -> None:
        """``source`` and ``target (V, 3)`` at rest, ``triangles (T, 3)``, vertices that stay where they are."""
        used = np.unique(triangles)
        place = np.full(len(source), -1)
        place[used] = np.arange(len(used))
        self.used, self.corners, self.target = used, place[triangles], np.asarray(target, np.float64)
        self._rest_frames = np.linalg.inv(_frames(source[used], self.corners))
        self._gradient, area = _gradient(self.target[used], self.corners)
        weighted = self._gradient.T @ diags_array(np.repeat(area, 3))
        anchors = np.zeros(len(used))
        anchors[place[np.intersect1d(still, used)]] = ANCHORED * float(area.mean()) / 1e-6
        self._pull, self._anchors = weighted, anchors
        self._solve = symmetric_solver(weighted @ self._gradient + diags_array(anchors + 1e-9))
        self._rest_gradient = (self._gradient @ self.target[used]).reshape(-1, 3, 3)

    def __call__(self, posed: Floats) -> Floats:
        """The posed source ``(V, 3)`` to the posed target ``(V, 3)``; vertices of no triangle stay."""
        change = _frames(posed[self.used], self.corners) @ self._rest_frames
        wanted = self._rest_gradient @ change.transpose(0, 2, 1)
        right = self._pull @ wanted.reshape(-1, 3) + (self._anchors + 1e-9)[:, None] * self.target[self.used]
        moved: Floats = self.target.copy()
        moved[self.used] = self._solve(right)
        return moved


def _frames(vertices: Floats, corners: Ints) -> Floats:
    """``(T, 3, 3)`` columns: two edges and the scaled normal of each triangle (section 3.1)."""
    a, b, c = (np.asarray(vertices, np.float64)[corners[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.sqrt(np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-18))
    return np.stack([b - a, c - a, normal], axis=2)


def _gradient(vertices: Floats, corners: Ints) -> tuple[Any, Floats]:
    """Sparse ``(3T, V)`` gradients of functions that are linear on triangles, and the areas ``(T,)``."""
    a, b, c = (vertices[corners[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    double = np.maximum((normal**2).sum(1, keepdims=True), 1e-24)
    rows, columns, values = [], [], []
    for k, edge in enumerate((c - b, a - c, b - a)):
        slope = np.cross(normal, edge) / double
        for axis in range(3):
            rows.append(3 * np.arange(len(corners)) + axis)
            columns.append(corners[:, k])
            values.append(slope[:, axis])
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = csr_array(coo_array(entries, shape=(3 * len(corners), len(vertices))))
    return matrix, np.sqrt(double[:, 0]) / 2
