"""Even places on triangles, for searches that want surfaces and are given points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

PLACES = np.array([[2, 2, 2], [4, 1, 1], [1, 4, 1], [1, 1, 4]]) / 6  # the middles of a triangle's four quarters


def skin_samples(corners: Ints) -> tuple[Ints, Floats]:
    """Four places on each triangle ``(T, 3)``: corners ``(4 T, 3)`` and barycentric weights ``(4 T, 3)``."""
    return np.repeat(corners, len(PLACES), axis=0), np.tile(PLACES, (len(corners), 1))
