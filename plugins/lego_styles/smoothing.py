"""Smoother skin without losing its form (Taubin 1995), vertex by vertex as much as wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix, diags

from lego_styles.ramp import ramp

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


class TaubinSmoother:
    """Alternates shrinking and growing steps of the umbrella operator, weighted per vertex."""

    def __init__(self, edges: Ints, count: int) -> None:
        """``edges (E, 2)`` among ``count`` vertices."""
        both = np.concatenate([edges, edges[:, ::-1]])
        links = coo_matrix((np.ones(len(both)), both.T), shape=(count, count)).tocsr()
        links.data[:] = 1.0
        self.mean = diags(1 / np.maximum(np.asarray(links.sum(1)).ravel(), 1)) @ links

    def __call__(
        self, positions: Floats, weight: Floats, steps: int, shrink: float = 0.5, grow: float = -0.53
    ) -> Floats:
        """``positions (N, 3)`` after ``steps`` pairs; ``weight (N,)`` from 0 (stays) to 1 (fully smoothed)."""
        result = np.array(positions, np.float64)
        for _ in range(steps):
            for factor in (shrink, grow):
                result += factor * weight[:, None] * (self.mean @ result - result)
        return result


class SkinSmoothing:
    """Smooths a head's skin, but leaves lids, lips, nostrils and ears as they are."""

    def __init__(self, anatomy: Anatomy) -> None:
        self.skin = anatomy.skin
        self.smoother = TaubinSmoother(anatomy.edges, len(anatomy.skin))
        eyes = np.minimum(*anatomy.eye_distance.values())
        self.weight = (
            ramp(eyes, 0.005, 0.012)
            * ramp(anatomy.lips_distance, 0.0, 0.008)
            * ramp(anatomy.nostril_distance, 0.006, 0.016)
            * ramp(anatomy.ear_distance, 0.0, 0.010)
            * ramp(anatomy.neck_distance, 0.0, 0.015)
        )

    def __call__(self, shape: Floats, steps: int) -> Floats:
        """``shape (V, 3)`` with its skin smoothed."""
        result = np.array(shape)
        result[self.skin] = self.smoother(shape[self.skin], self.weight, steps)
        return result
