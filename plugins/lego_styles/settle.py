"""Puts all parts right after sculpting: skin off the eyeballs, the mouth's inside along, lips closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_styles.anatomy import SIDES
from lego_styles.lid_sphere import Ball

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

CLEARANCE = 0.02  # of the ball's radius, between ball and lids
SETTLED_RINGS = 12  # rings round the lids that are kept off the ball


def settled(anatomy: Anatomy, neutral: Floats, slid: Floats, shape: Floats) -> Floats:
    """``shape (V, 3)`` with its parts in contact as in ``neutral``.

    ``slid`` is the head before sculpting: the mouth's inside is right there and follows the skin from there on.
    """
    result = np.array(shape)
    for side in SIDES:
        _lift_lids(anatomy, neutral, result, side)
    result = anatomy.lip_contact(neutral, result)
    moved = (result - slid)[anatomy.inner_centres]
    result[anatomy.inner] = slid[anatomy.inner] + anatomy.inner_spread(moved)
    return anatomy.containment(neutral, result)


def _lift_lids(anatomy: Anatomy, neutral: Floats, shape: Floats, side: str) -> None:
    """Lid skin may come no nearer to the ball than it was, in ball radii, or than :data:`CLEARANCE`."""
    eye = anatomy.parts[f"eye_{side}"]
    before, now = Ball.around(neutral[eye]), Ball.around(shape[eye])
    steps = anatomy.lid_steps[side]
    lids = np.flatnonzero((steps > 0) & (steps <= SETTLED_RINGS))
    margin = anatomy.landmarks[f"eye_{side}"]
    lids = np.concatenate([lids, margin, anatomy.parts[f"lashes_{side}"]])
    lids = np.unique(lids)
    least = np.linalg.norm(neutral[lids] - before.centre, axis=1) / before.radius
    away = shape[lids] - now.centre
    length = np.linalg.norm(away, axis=1)
    floor = now.radius * np.minimum(least, 1 + CLEARANCE)
    floor[np.isin(lids, margin)] = now.radius * (1 + CLEARANCE)
    shape[lids] += away * (np.maximum(floor - length, 0) / length)[:, None]
