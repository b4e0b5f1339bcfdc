"""Carries displacements of the skin to what lies inside the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


class VolumeSpread:
    """Interpolates displacements from scattered points of the skin through the volume that they enclose.

    Kernel ``sqrt(r^2 + soft^2)`` (without ``soft`` the biharmonic Green's function in space) with a constant and a
    linear part. Linear in the displacements, so it is one matrix, made once on the mean head.
    """

    def __init__(self, centres: Floats, queries: Floats, soft: float = 0.0) -> None:
        """``centres (N, 3)`` where displacements will be known, ``queries (Q, 3)`` where they are wanted.

        ``soft`` metres rounds off the kernel's tip, so that a single centre that moves makes no peak.
        """
        n = len(centres)
        kernel = _kernel(centres, centres, soft)
        poly = np.concatenate([np.ones((n, 1)), centres * 10], axis=1)
        system = np.block([[-kernel - 1e-6 * np.eye(n), poly], [poly.T, np.zeros((4, 4))]])
        inverse = np.linalg.solve(system, np.eye(n + 4)[:, :n])
        reach = -_kernel(queries, centres, soft)
        ask = np.concatenate([reach, np.ones((len(queries), 1)), queries * 10], axis=1)
        self.matrix = ask @ inverse

    def __call__(self, displacement: Floats) -> Floats:
        """``(N, 3)`` displacements of the centres to ``(Q, 3)``."""
        return self.matrix @ displacement


def _kernel(a: Floats, b: Floats, soft: float) -> Floats:
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(2) + soft**2)


def spread_points(positions: Floats, count: int) -> Ints:
    """Farthest-point choice of ``count`` rows of ``positions (N, 3)``."""
    chosen = [int(np.argmax(positions[:, 2]))]
    away = np.linalg.norm(positions - positions[chosen[0]], axis=1)
    while len(chosen) < min(count, len(positions)):
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(positions - positions[chosen[-1]], axis=1))
    return np.array(chosen)
