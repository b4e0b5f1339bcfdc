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
    columns = [np.ascontiguousarray(column) + 0.0 for column in np.asarray(positions).T]  # turns -0 into 0
    order = np.lexsort(columns[::-1])  # stable: equal rows stay in file order
    fresh = np.zeros(len(order), dtype=bool)
    fresh[:1] = True
    for column in columns:  # one at a time: all rows in order would be as much memory again
        ordered = column[order]
        fresh[1:] |= ordered[1:] != ordered[:-1]
    del columns
    first = order[fresh]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    number = np.cumsum(fresh)
    number -= 1
    index = np.empty(len(order), dtype=np.int64)
    index[order] = rank[number]
    return np.sort(first), index
