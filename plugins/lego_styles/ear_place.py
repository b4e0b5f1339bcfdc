"""Ears elsewhere on the head: moved over the skull, tilted with it and turned out; the scalp stretches along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_styles.anatomy import SIDES
from lego_styles.biharmonic import BiharmonicSheet
from lego_styles.ramp import ramp
from lego_styles.skull_slide import SkullSlide

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

FRONT = 0.3  # share of the ear's rim, foremost first, that the ear hinges on
HINGE = 0.018  # metres from the rim over which the ear turns out
HALF = 0.028  # metres from the middle of the base to its ends
TENSION = 0.06  # metres; see BiharmonicSheet


@dataclass(frozen=True)
class EarPlace:
    """Where ears sit on the mean head, and how."""

    up: float  # degrees round the skull
    forward: float  # mm
    base: float  # degrees that the ear's base leans towards the crown
    tilt: float  # degrees that the ear itself does
    turn: float  # degrees that the ear stands off more
    length: float  # of the base, as a factor
    foot: float = 0.35  # how much more the lower end is drawn in
    breadth: float = 1.0  # across the ear, as a factor
    reach: float = 0.075  # metres of scalp round the ears that stretch
    face: float = -0.010  # metres; skin further forward stays
    nape: float = -0.145  # metres; skin further back stays


class EarMove:
    """Applies an :class:`EarPlace` to both ears."""

    def __init__(self, anatomy: Anatomy, place: EarPlace) -> None:
        self.anatomy, self.place = anatomy, place
        mean, ear = anatomy.mean[anatomy.skin], anatomy.ears["left"]
        inside = np.isin(anatomy.edges, ear)
        rim = np.unique(anatomy.edges[:, 0][inside[:, 0] & ~inside[:, 1]])
        self.front = rim[np.argsort(-mean[rim, 2])[: round(FRONT * len(rim))]]
        turned = ramp(anatomy.distance_from(rim), 0.0, HINGE)
        self.turned = {side: turned[self._left(anatomy.ears[side], side)] for side in SIDES}
        near = (anatomy.ear_distance > 0) & (anatomy.ear_distance < place.reach)
        free = np.flatnonzero(
            near & (mean[:, 2] < place.face) & (mean[:, 2] > place.nape) & (anatomy.neck_distance > 0.012)
        )
        self.sheet = BiharmonicSheet(mean, anatomy.triangles, free, TENSION)
        whole = (anatomy.ear_distance == 0)[:, None] * np.ones(3)
        share = np.clip(self.sheet(whole)[:, 0], 0.0, 1.0) * ramp(mean[:, 2], place.nape, place.nape + 0.025)
        self.slide = SkullSlide(anatomy, share, place.up, place.forward / 1000)

    def __call__(self, shape: Floats, size: float) -> Floats:
        """The head ``(V, 3)`` with its ears moved."""
        skin = shape[self.anatomy.skin]
        slid = skin + self.slide(skin)
        rest = np.zeros_like(skin)
        for side in SIDES:
            flip = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
            ear, front = self.anatomy.ears[side], self._left(self.front, side)
            spot = slid[front].mean(0)
            placed = self._placed(skin[ear] * flip, skin[front].mean(0) * flip, spot * flip, size, side)
            rest[ear] = placed * flip - slid[ear]
        result = np.array(shape)
        result[self.anatomy.skin] = slid + self.sheet(rest)
        return result

    def _left(self, vertices: Ints, side: str) -> Ints:
        """Vertices of a side as those of the left one, and the other way round."""
        return vertices if side == "left" else self.anatomy.mirror[vertices]

    def _placed(self, ear: Floats, front: Floats, spot: Floats, size: float, side: str) -> Floats:
        """Vertices ``(n, 3)`` of an ear, seen as a left one, where they shall be."""
        place, weight = self.place, self.turned[side]
        out, up, back = (ear - front).T * np.array([1.0, 1.0, -1.0])[:, None]
        up = up * place.length * (1 + place.foot * up / (size * HALF))
        tilt = np.deg2rad(place.base + (place.tilt - place.base) * weight)
        weight = weight * ramp(up, -size * HALF * place.length, 0.3 * size * HALF)
        back = back * (1 + (place.breadth - 1) * weight)
        turn = np.deg2rad(place.turn) * weight
        out, back = out * np.cos(turn) + back * np.sin(turn), back * np.cos(turn) - out * np.sin(turn)
        x, y = out * np.cos(tilt) - up * np.sin(tilt), up * np.cos(tilt) + out * np.sin(tilt)
        return spot + np.stack([x, y, -back], axis=1)
