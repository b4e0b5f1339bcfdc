"""Keeps lips as closed as they were: where sculpting has parted them, both go half the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_styles.ramp import ramp

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

REACH = (0.001, 0.016)  # metres along the skin over which the correction fades
PASSES = 3  # since neighbours share corrections, one pass leaves a little
SHARED = 0.004  # metres round the mouth's corners that belong to both lips
WIDTH = 0.0035  # metres along the lip over which neighbours share a correction


class LipContact:
    """How corrections at the line where the lips meet spread over each lip, found on the mean head."""

    def __init__(self, anatomy: Anatomy) -> None:
        self.rows = [anatomy.landmarks["lip_upper"], anatomy.landmarks["lip_lower"]]
        self.skin = anatomy.skin
        distance = [anatomy.distance_from(row[1:-1]) for row in self.rows]
        self.spread = [
            self._spread(anatomy, row, mine, ramp(other - mine, -SHARED, SHARED))
            for row, mine, other in zip(self.rows, distance, distance[::-1], strict=True)
        ]

    def _spread(self, anatomy: Anatomy, row: Ints, distance: Floats, share: Floats) -> Floats:
        """``(skin, 15)`` weights; zero beyond :data:`REACH` and on the other lip; ``share`` is the row's own."""
        away = np.stack([anatomy.distance_from(np.array([v])) for v in row], axis=1)
        weight = np.exp(-0.5 * ((away - away.min(1, keepdims=True)) / WIDTH) ** 2)
        weight /= weight.sum(1, keepdims=True)
        return weight * (share * (1 - ramp(distance, *REACH)))[:, None]

    def __call__(self, neutral: Floats, shape: Floats) -> Floats:
        """``shape (V, 3)`` with its lips as far apart as in ``neutral``."""
        upper, lower = self.rows
        result = np.array(shape)
        for _ in range(PASSES):
            parted = (result[upper] - result[lower]) - (neutral[upper] - neutral[lower])
            for spread, sign in zip(self.spread, (-0.5, 0.5), strict=True):
                result[self.skin] += spread @ (sign * parted)
        return result
