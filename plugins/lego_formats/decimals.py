"""How many digits a position needs in a text file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats

_MOST = 15


def decimals(positions: Floats) -> int:
    """Digits behind the point that keep ``(n, 3)`` positions to 1e-7 of their largest extent; -1 for all digits."""
    if not len(positions):
        return 6
    extent = float(np.ptp(positions, axis=0).max()) or float(np.abs(positions).max()) or 1.0
    needed = max(7 - math.floor(math.log10(extent)), 0)
    return needed if needed <= _MOST else -1


def position_text(positions: Floats, places: int) -> list[str]:
    """``x y z`` of each of ``(n, 3)`` positions with ``places`` decimals (-1: as many as the number has)."""
    if places < 0:
        return [" ".join(map(repr, row)) for row in positions.tolist()]
    rows = (np.round(positions, places) + 0.0).tolist()  # adding 0 turns -0 into 0
    pattern = " ".join([f"%.{places}f"] * positions.shape[1])
    return [pattern % tuple(row) for row in rows]
