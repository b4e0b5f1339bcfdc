"""Smooth deformation of the skin by handles: displacements of a thin plate under tension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix, diags
from scipy.sparse.linalg import splu

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


def triangulated(quads: Ints) -> Ints:
    """(4F, 3) triangles of quads ``(F, 4)``, cut both ways, so that mirror images stay mirror images."""
    corners = ([0, 1, 2], [0, 2, 3], [0, 1, 3], [1, 2, 3])
    return np.concatenate([quads[:, chosen] for chosen in corners])


def cotangent_laplacian(positions: Floats, triangles: Ints) -> tuple[Any, Floats]:
    """Sparse ``(V, V)`` positive semi-definite Laplacian and ``(V,)`` vertex areas (Pinkall and Polthier 1993).

    Negative cotangents are cut off at zero, so that thin triangles do not push displacements the wrong way.
    """
    count = len(positions)
    row, column, value = [], [], []
    area = np.zeros(count)
    for k in range(3):
        a, b, c = triangles[:, k], triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        u, v = positions[b] - positions[a], positions[c] - positions[a]
        double = np.linalg.norm(np.cross(u, v), axis=1)
        cotangent = np.clip((u * v).sum(1) / np.maximum(double, 1e-12), 0.02, 20.0) / 2
        row += [b, c]
        column += [c, b]
        value += [cotangent, cotangent]
        area += np.bincount(a, double / 6, count)
    weights = coo_matrix((np.concatenate(value), (np.concatenate(row), np.concatenate(column))), shape=(count, count))
    weights = weights.tocsr()
    return diags(np.asarray(weights.sum(1)).ravel()) - weights, np.maximum(area, 1e-9)


class BiharmonicSheet:
    """The skin as a thin sheet: handles are moved, vertices in between follow, everything else stays.

    Factorised once for a set of free vertices; one call is then a back-substitution.
    """

    def __init__(self, positions: Floats, triangles: Ints, free: Ints, tension: float = 0.020) -> None:
        """``positions (V, 3)`` metres of the rest shape, ``free`` the vertices that follow.

        Over lengths beyond ``tension`` metres the sheet acts as a membrane, which does not overshoot.
        """
        laplacian, area = cotangent_laplacian(np.asarray(positions, np.float64), triangles)
        energy = (laplacian @ diags(1 / area) @ laplacian + laplacian / tension**2).tocsr()
        self.free = free
        self.solver = splu(csc_matrix(energy[free][:, free]))
        mask = np.ones(len(positions), bool)
        mask[free] = False
        self.held = np.flatnonzero(mask)
        self.coupling = energy[free][:, self.held]

    def __call__(self, displacement: Floats) -> Floats:
        """Displacements ``(V, 3)``, of which only the held vertices' are read, to the whole smooth field."""
        result = np.array(displacement, np.float64)
        result[self.free] = -self.solver.solve(self.coupling @ result[self.held])
        return result
