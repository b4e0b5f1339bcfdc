"""Welding: one vertex where several have the very same position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


def welded(positions: Floats) -> tuple[Ints, Ints]:
    """For ``(n, 3)`` positions: ``(V,)`` the first row of each distinct one, in file order, and ``(n,)`` the new index.

    Only positions that are equal to the last bit are one; 0 and -0 are equal.
    """
    rows = np.ascontiguousarray(positions, dtype=np.float64) + 0.0  # turns -0 into 0
    order = np.lexsort(rows.T[::-1])  # stable: equal rows stay in file order
    ordered = rows[order]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = order[fresh]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    index = np.empty(len(rows), dtype=np.int64)
    index[order] = rank[np.cumsum(fresh) - 1]
    return np.sort(first), index
