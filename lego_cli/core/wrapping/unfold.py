"""Takes folds out of a wrapped mesh: where triangles turned over, places move towards those of their neighbours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import coo_array

from lego_cli.core.wrapping.wrap import Wrap, at_rest, folded_triangles

ROUNDS = 12


def unfolded(wrap: Wrap) -> Wrap:
    """The wrap with as few folds as some rounds of local smoothing leave; what is not folded stays where it is."""
    mean = _neighbours(wrap)
    best, fewest = wrap, len(folded_triangles(wrap))
    for _ in range(ROUNDS):
        chosen = np.unique(folded_triangles(wrap))
        if not len(chosen):
            break
        topology, rows = wrap.topology, mean[chosen]
        points, offsets = topology.points.copy(), topology.offsets
        points[chosen] = rows @ topology.points
        if offsets is not None:
            offsets = offsets.copy()
            offsets[chosen] = rows @ offsets
        wrap = replace(wrap, topology=at_rest(replace(topology, points=points, offsets=offsets), wrap.stylist))
        folds = len(folded_triangles(wrap))
        if folds < fewest:
            best, fewest = wrap, folds
    return best


def _neighbours(wrap: Wrap) -> Any:
    """(V, V) the mean over the skin neighbours of each skin vertex; others stay themselves."""
    count, triangles = len(wrap.given.vertices), wrap.skin_triangles
    start, end = triangles.reshape(-1), np.roll(triangles, -1, axis=1).reshape(-1)
    alone = np.setdiff1d(np.arange(count), start)
    rows, columns = np.concatenate([start, end, alone]), np.concatenate([end, start, alone])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count)).tocsr()
    graph.data[:] = 1.0
    return graph.multiply(1 / np.asarray(graph.sum(1)).reshape(-1, 1)).tocsr()
