"""Colours where an input had none: carried on smoothly over the surface from where it had some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.spatial import cKDTree

from lego_cli.core.colours.part_paint import PLAIN
from lego_cli.core.geometry.sparse_solve import solve_symmetric
from lego_cli.core.keep.own_surface import distinct_edges

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.colours.laid_topology import LaidTopology
    from lego_cli.core.colours.texels import Texels

SOFT = ("skin", "lining", "mouth_bag", "socket_left", "socket_right")
"""Parts that are one surface, over which colours run on."""

INNER = {"mouth_bag": 0.03, "socket_left": 0.03, "socket_right": 0.03}
"""Parts that are dark inside, and the pull of their own colour against one neighbour's."""

LEAST = 1e-6


class VertexMeans:
    """Mean colours of the texels round each vertex, gathered bit by bit."""

    def __init__(self, count: int) -> None:
        self._sums, self._known, self._all = np.zeros((count, 3)), np.zeros(count), np.zeros(count)

    def add(self, texels: Texels, colour: Floats, known: Floats) -> None:
        """Take in linear ``colour (n, 3)`` of texels, ``known (n,)`` 0..1."""
        index, count = texels.corners.reshape(-1), len(self._all)
        share = texels.weights * known[:, None]
        self._all += np.bincount(index, texels.weights.reshape(-1), count)
        self._known += np.bincount(index, share.reshape(-1), count)
        for c in range(3):
            self._sums[:, c] += np.bincount(index, (share * colour[:, c : c + 1]).reshape(-1), count)

    def result(self) -> tuple[Floats, Floats]:
        """Colours ``(V, 3)`` and how well they are known ``(V,)``."""
        return self._sums / np.maximum(self._known, 1e-12)[:, None], self._known / np.maximum(self._all, 1e-12)


def carried_on(laid: LaidTopology, colour: Floats, known: Floats) -> Floats:
    """``(V, 3)`` linear colours of the soft parts: ``colour (V, 3)`` where ``known (V,)`` is high, smooth elsewhere.

    With nothing known at all, skin is what the previews paint.
    """
    if not len(laid.corners):
        return _nearest(laid, colour, known)
    count = len(laid.vertices)
    edges = distinct_edges(laid.corners)
    soft = np.isin(laid.part, SOFT)
    edges = edges[soft[edges].all(1)]
    ends = np.concatenate([edges, edges[:, ::-1]])
    graph = csr_array(coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count)))
    own = np.array([PLAIN.get(part, PLAIN["worn"]) for part in laid.part])
    pull = np.array([INNER.get(part, 0.0) for part in laid.part])
    strong = 10 * known
    nothing = LEAST * (1 if known[soft].max(initial=0) > 0 else 1e6)
    matrix = diags_array(graph.sum(1) + strong + pull + nothing) - graph
    middle = _middle(laid, colour, known)
    aim = strong[:, None] * colour + pull[:, None] * own + nothing * middle
    return np.asarray(solve_symmetric(matrix, aim)).astype(np.float32)


def _middle(laid: LaidTopology, colour: Floats, known: Floats) -> Floats:
    """Mean colour of the skin that is known, for what hangs together with none of it."""
    share = known * (laid.part == "skin")
    if share.sum() <= 0:
        return np.array(PLAIN["skin"])
    mean: Floats = (share[:, None] * colour).sum(0) / share.sum()
    return mean


def _nearest(laid: LaidTopology, colour: Floats, known: Floats) -> Floats:
    """On clouds: the colour of the nearest vertex that has one."""
    sure = np.flatnonzero(known > 0.5)
    if not len(sure):
        return np.tile(np.array(PLAIN["skin"], np.float32), (len(colour), 1))
    nearest = sure[cKDTree(laid.vertices[sure]).query(laid.vertices)[1]]
    return colour[nearest]
