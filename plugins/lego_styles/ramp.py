"""A smooth step, for weights that fade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


def ramp(values: Floats, low: float, high: float) -> Floats:
    """0 at ``low`` and before, 1 at ``high`` and beyond, with a flat start and end."""
    t = np.clip((np.asarray(values) - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)
