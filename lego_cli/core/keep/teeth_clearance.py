"""Teeth behind lips: a style leaves the teeth as deep behind the user's own lips as it found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

REACH = 0.009  # metres from a tooth to the lip before it
MOST = 0.012  # metres that teeth are set back at most
LEAST = 10  # pairs of a tooth's and a lip's vertex that tell anything
SURELY = 90  # percentile of the depths lost that is made up for: some teeth lie before others' lips


def depth_lost(moved: Floats, points: Floats, teeth: Ints, lips: Ints) -> float:
    """Metres of their depth behind the ``lips`` that the ``teeth`` lose; 0 when they lose none.

    ``moved`` and ``points (U, 3)`` are metres in the canonical frame; the rest are indices.
    """
    if not len(teeth) or not len(lips):
        return 0.0
    distance, near = cKDTree(points[lips]).query(points[teeth])
    before = points[lips[near], 2] - points[teeth, 2]
    paired = (distance < REACH) & (before > 0)
    if paired.sum() < LEAST:
        return 0.0
    lost = (moved[teeth, 2] - moved[lips[near], 2])[paired]
    return float(np.clip(np.percentile(lost, SURELY), 0, MOST))
