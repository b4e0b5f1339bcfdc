"""A snout: the lower part of the nose turned up about its base, so that the nostrils face forward."""

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

WHOLE, NONE = 0.013, 0.028  # metres from the middle of the nose's underside: wholly turned, not turned
LIP = 0.9  # of the way from the nose down to the upper lip, where the turn has faded


class Snout:
    """Turns the nose of any head; how much of the turn each vertex takes is fixed on the mean head."""

    def __init__(self, anatomy: Anatomy) -> None:
        ibug = anatomy.landmarks["ibug68"]
        self.skin, self.alae = anatomy.skin, ibug[[31, 35]]
        skin = anatomy.mean[anatomy.skin]
        tip, base = anatomy.mean[ibug[30]], anatomy.mean[ibug[33]]
        gap = base[1] - anatomy.mean[ibug[51], 1]
        along = np.clip((skin - base) @ (tip - base) / ((tip - base) @ (tip - base)), 0.0, 1.0)
        away = np.linalg.norm(skin - base - along[:, None] * (tip - base), axis=1)
        self.share = (1 - ramp(away, WHOLE, NONE)) * ramp(skin[:, 1], base[1] - LIP * gap, base[1])

    def __call__(self, shape: Floats, degrees: float) -> Floats:
        """The head ``(V, 3)`` with its nose turned up by so many degrees about the line through its wings."""
        result = np.array(shape)
        arm = shape[self.skin] - shape[self.alae].mean(0)
        angle = np.deg2rad(degrees) * self.share
        y, z = arm[:, 1], arm[:, 2]
        result[self.skin, 1] += y * (np.cos(angle) - 1) + z * np.sin(angle)
        result[self.skin, 2] += z * (np.cos(angle) - 1) - y * np.sin(angle)
        return result
