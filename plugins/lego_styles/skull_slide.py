"""Skin that slides round the skull: every person's own skull, since places on it are mixtures of his vertices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_styles.spread import VolumeSpread, spread_points

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

AXIS = 0.030  # metres over the eyes' centres: the axis from front to back that skin slides round
RADIUS = 0.075  # metres: of the cylinder that the skull is seen on
KNOWN = 420  # vertices of each side that say where the skull is
SOFT = 0.008  # metres; see VolumeSpread
CROWN = 0.3  # radians round the midline that slide less, so that both sides meet
BARE = 0.004  # metres from the ears where the bare skull begins


class SkullSlide:
    """A slide by fixed shares of an angle, as one matrix on the skin; bumps such as ears are not carried."""

    def __init__(self, anatomy: Anatomy, share: Floats, degrees: float, forward: float) -> None:
        """``share (skin,)`` of the way to the crown, ``degrees``, that each vertex goes, and of ``forward`` metres."""
        mean = anatomy.mean[anatomy.skin]
        bare = np.flatnonzero((anatomy.ear_distance > BARE) & (mean[:, 0] > -1e-6) & (mean[:, 2] > -0.15))
        known = bare[spread_points(mean[bare], KNOWN)]
        self.known = np.union1d(known, anatomy.mirror[known])
        self.moving = np.flatnonzero(share > 1e-4)
        share = share[self.moving]
        angle, z = _cylinder(mean[self.moving])
        there = _points(angle - np.tanh(angle / CROWN) * np.deg2rad(degrees) * share, z + forward * share)
        centres = _points(*_cylinder(mean[self.known]))
        both = VolumeSpread(centres, np.concatenate([_points(angle, z), there]), SOFT).matrix
        self.matrix = both[len(there) :] - both[: len(there)]

    def __call__(self, skin: Floats) -> Floats:
        """Displacements ``(skin, 3)`` of the skin of a head."""
        move = np.zeros_like(skin)
        move[self.moving] = self.matrix @ skin[self.known]
        return move


def _cylinder(points: Floats) -> tuple[Floats, Floats]:
    """Angle from the crown, positive on the left, and place from back to front."""
    return np.arctan2(points[:, 0], points[:, 1] - AXIS), points[:, 2]


def _points(angle: Floats, z: Floats) -> Floats:
    return np.stack([RADIUS * np.sin(angle), RADIUS * np.cos(angle), z], axis=1)
