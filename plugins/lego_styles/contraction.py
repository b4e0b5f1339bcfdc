"""Draws a face towards an ideal: its deviation from the mean shrinks, and its asymmetry more so."""

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

MIRRORED = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Contraction:
    """How much of a person's form and of its asymmetry is kept."""

    form: float
    asymmetry: float

    def __call__(self, anatomy: Anatomy, neutral: Floats, size: float) -> Floats:
        """The head ``(V, 3)`` of face size ``size`` nearer to the mean head; eyeballs keep their shape."""
        own = neutral - size * anatomy.mean
        mirrored = own[anatomy.mirror] * MIRRORED
        even, odd = (own + mirrored) / 2, (own - mirrored) / 2
        change = self.form * (even + self.asymmetry * odd) - own
        for side in SIDES:
            eye = anatomy.parts[f"eye_{side}"]
            change[eye] = change[eye].mean(0)
        return neutral + change
