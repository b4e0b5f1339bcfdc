"""Makes one feature of the face smaller or larger as a whole, so that its own form stays clean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_styles.ramp import ramp

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

LIDS = (0.003, 0.012)  # metres round the lids over which scaling sets in


@dataclass(frozen=True)
class LocalScale:
    """Scales skin by ``factors`` along x, y and z about the middle of some ibug68 landmarks.

    ``core`` are the half axes in mm of the ellipsoid round the middle of ``around`` that is scaled fully; scaling
    fades out towards ``reach`` times its size. Where this is, is fixed on the mean head, so heads are scaled linearly.
    """

    about: tuple[int, ...]
    around: tuple[int, ...]
    factors: tuple[float, float, float]
    core: tuple[float, float, float]
    reach: float = 2.4

    def __call__(self, anatomy: Anatomy, shape: Floats) -> Floats:
        """``shape (V, 3)`` with the feature scaled."""
        ibug = anatomy.landmarks["ibug68"]
        result = np.array(shape)
        offset = shape[anatomy.skin] - shape[ibug[list(self.about)]].mean(0)
        result[anatomy.skin] += self._weight(anatomy)[:, None] * (np.array(self.factors) - 1) * offset
        return result

    def _weight(self, anatomy: Anatomy) -> Floats:
        """``(skin,)`` share of the scaling that each vertex takes part in."""
        middle = anatomy.mean[anatomy.landmarks["ibug68"][list(self.around)]].mean(0)
        away = np.linalg.norm((anatomy.mean[anatomy.skin] - middle) * 1000 / np.array(self.core), axis=1)
        eyes = np.minimum(*anatomy.eye_distance.values())
        return (1 - ramp(away, 1.0, self.reach)) * ramp(eyes, *LIDS)
