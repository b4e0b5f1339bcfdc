"""The edges of a polygon mesh, and how many faces meet at each; the loops of those that bound it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh

if TYPE_CHECKING:
    from lego_cli.api import Ints


@dataclass(frozen=True, eq=False)
class Edges:
    """The distinct edges of a mesh. Edges from a vertex to itself (in faces that name it twice) are left out."""

    vertices: Ints  # (E, 2) lower index first
    corner_edge: Ints  # (C,) edge from each corner to the next one of its face, -1 for none
    uses: Ints  # (E,) faces at each edge: 1 at a boundary, 2 inside, more where the surface branches
    balance: Ints  # (E,) uses from low to high less uses from high to low: 0 where two faces agree on the outside


def mesh_edges(mesh: Mesh) -> Edges:
    """The edges of ``mesh``, in the order of their vertices."""
    count = max(len(mesh.vertices), 1)
    keys, real, upward = _edge_keys(mesh, count)
    key, index = np.unique(keys, return_inverse=True)
    index = index.reshape(-1)
    corner_edge = np.full(len(real), -1, dtype=np.int64)
    corner_edge[real] = index
    uses = np.bincount(index, minlength=len(key))
    balance = 2 * np.bincount(index[upward], minlength=len(key)) - uses
    return Edges(np.stack([key // count, key % count], axis=1), corner_edge, uses, balance)


def _edge_keys(mesh: Mesh, count: int) -> tuple[Ints, np.ndarray, np.ndarray]:
    """A number for the edge from each corner that leads on, which corners do, and which of those go up in number."""
    start = np.asarray(mesh.corner_vertex, dtype=np.int64)
    end = start[mesh.next_corners()]
    real = start != end
    keys: Ints = np.minimum(start, end)[real]
    keys *= count
    keys += np.maximum(start, end)[real]
    return keys, real, (start < end)[real]


def boundary_loops(mesh: Mesh, edges: Edges | None = None) -> list[Ints]:
    """The closed loops of vertices round the holes and rims, longest first, with the surface on the left.

    Where the surface touches itself at a vertex the loop is cut there, so that no loop names a vertex twice.
    """
    edges = mesh_edges(mesh) if edges is None else edges
    used = edges.corner_edge >= 0
    rim = np.zeros(len(edges.corner_edge), dtype=bool)
    rim[used] = edges.uses[edges.corner_edge[used]] == 1
    start = mesh.corner_vertex[rim]
    end = mesh.corner_vertex[mesh.next_corners()][rim]
    onward: dict[int, list[int]] = {}
    for one, other in zip(start.tolist(), end.tolist(), strict=True):
        onward.setdefault(one, []).append(other)
    loops: list[Ints] = []
    for first in list(onward):
        if first in onward:
            loops += _walked(onward, first)
    return sorted(loops, key=len, reverse=True)


def _walked(onward: dict[int, list[int]], first: int) -> list[Ints]:
    """Take edges out of ``onward`` from ``first`` until none leads on; every return to a vertex closes a loop."""
    loops: list[Ints] = []
    path, place = [first], {first: 0}
    while path:
        here = path[-1]
        if here not in onward:
            place.pop(path.pop())  # a dead end: an edge whose faces disagree on the outside
            continue
        there = onward[here].pop()
        if not onward[here]:
            del onward[here]
        if there in place:
            loop = path[place[there] :]
            loops.append(np.array(loop, dtype=np.int64))
            for vertex in loop[1:]:
                del place[vertex]
            del path[place[there] + 1 :]
        else:
            place[there] = len(path)
            path.append(there)
    return loops
