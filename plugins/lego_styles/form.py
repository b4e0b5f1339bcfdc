"""The whole form of a face: how it deviates from the mean head, for styles that exaggerate it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_styles.anatomy import SIDES

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

LIMIT = 0.006  # metres on a face of mean size: deviations beyond it grow by less and less


def deviation(anatomy: Anatomy, neutral: Floats, size: float) -> Floats:
    """``(V, 3)`` from the mean head of the same size to ``neutral (V, 3)``, limited; eyeballs move as one."""
    own = neutral - size * anatomy.mean
    length = np.linalg.norm(own, axis=1, keepdims=True)
    own = own / np.sqrt(1 + (length / (size * LIMIT)) ** 2)
    for side in SIDES:
        eye = anatomy.parts[f"eye_{side}"]
        own[eye] = own[eye].mean(0)
    return own
