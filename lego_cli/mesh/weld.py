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
    order, fresh = _in_order(positions)
    first = order[fresh]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    index = np.empty(len(order), dtype=np.int64)
    index[order] = rank[_numbers(fresh)]
    return np.sort(first), index


def distinct(rows: Floats) -> tuple[Floats, Ints]:
    """For ``(n, k)`` rows: ``(D, k)`` each distinct one, by their numbers, and ``(n,)`` which of them it is."""
    order, fresh = _in_order(rows)
    values = rows[order[fresh]]
    index = np.empty(len(order), dtype=np.int64)
    index[order] = _numbers(fresh)
    return values, index


def _in_order(rows: Floats) -> tuple[Ints, np.ndarray]:
    """``(n,)`` rows from the smallest first number on, equal ones in file order, and which of them are new there."""
    columns = [np.ascontiguousarray(column) + 0.0 for column in np.asarray(rows).T]  # turns -0 into 0
    order = np.lexsort(columns[::-1])
    fresh = np.zeros(len(order), dtype=bool)
    fresh[:1] = True
    for column in columns:  # one at a time: all rows in order would be as much memory again
        ordered = column[order]
        fresh[1:] |= ordered[1:] != ordered[:-1]
    return order, fresh


def _numbers(fresh: np.ndarray) -> Ints:
    """(n,) how many new ones there were before each, the first being 0."""
    numbers: Ints = np.cumsum(fresh)
    numbers -= 1
    return numbers
