"""Makes the ears smaller or larger as a whole, about the middle of where they grow from the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_styles.anatomy import SIDES

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class EarSize:
    """Ears scaled by ``factor``."""

    factor: float

    def __call__(self, anatomy: Anatomy, shape: Floats) -> Floats:
        """``shape (V, 3)`` with both ears scaled."""
        result = np.array(shape)
        for side in SIDES:
            ear, weight = anatomy.ears[side], anatomy.ear_weight[side]
            root = np.average(shape[ear], axis=0, weights=1 - weight)
            result[ear] += (self.factor - 1) * weight[:, None] * (shape[ear] - root)
        return result
