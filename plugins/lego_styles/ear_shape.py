"""Longer, pointed ears: the ear's upper part is drawn out along a curve and tapered, its base stays."""

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
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EarDesign:
    """Where the tip of the ear should be, from the middle of the ear, on a face of mean size."""

    reach: float  # mm from the middle of the ear to the tip
    direction: tuple[float, float, float]  # outwards, up, forwards
    taper: float = 0.6  # how much narrower the ear gets at its tip
    curve: float = 1.8  # how late along the ear the drawing begins
    kept: float = 0.5  # of the person's deviation from the mean's reach


class EarShape:
    """Applies an :class:`EarDesign` to both ears."""

    def __init__(self, anatomy: Anatomy, design: EarDesign) -> None:
        self.anatomy, self.design = anatomy, design
        direction = np.array(design.direction)
        self.direction = direction / np.linalg.norm(direction)
        self.usual = self._reach(anatomy.mean, "left")

    def __call__(self, shape: Floats, size: float) -> Floats:
        """The head ``(V, 3)`` with its ears drawn out; ``size`` as from :func:`lego_styles.measures.face_size`."""
        result = np.array(shape)
        for side in SIDES:
            ear, weight = self.anatomy.ears[side], self.anatomy.ear_weight[side]
            result[ear] += weight[:, None] * self._drawn(shape[ear], shape, side, size)
        return result

    def _middle(self, shape: Floats, side: str) -> Floats:
        return shape[self.anatomy.landmarks[f"ear_{side}"]].mean(0)

    def _reach(self, shape: Floats, side: str) -> float:
        tip = self.anatomy.ear_tips[side]
        return float(np.linalg.norm(shape[tip] - self._middle(shape, side)))

    def _drawn(self, ear: Floats, shape: Floats, side: str, size: float) -> Floats:
        """Displacements ``(n, 3)`` of the ear's vertices."""
        design, middle = self.design, self._middle(shape, side)
        tip = shape[self.anatomy.ear_tips[side]] - middle
        axis = self.direction * ([1, 1, 1] if side == "left" else [-1, 1, 1])
        reach = size * design.reach / 1000 + design.kept * (self._reach(shape, side) - size * self.usual)
        own = tip / np.linalg.norm(tip)
        along = (ear - middle) @ own / np.linalg.norm(tip)
        t = np.clip(along, 0.0, 1.2)
        pull = (t**design.curve)[:, None] * (reach * axis - tip)
        spine = t[:, None] * tip
        across = ear - middle - spine
        across = across - (across @ own)[:, None] * own
        return pull - design.taper * (t**2)[:, None] * across
