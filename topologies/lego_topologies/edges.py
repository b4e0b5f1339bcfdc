"""Edges, boundary loops and soundness of faces given as ``(F, 4)`` arrays in which -1 ends a triangle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

NONE = -1


def half_edges(faces: Ints) -> tuple[Ints, Ints]:
    """``(F, 4, 2)`` directed edges, -1 where a triangle has none, and ``(F, 4)`` whether there is one."""
    following = np.roll(faces, -1, axis=1)
    triangle = faces[:, 3] == NONE
    following[triangle, 2] = faces[triangle, 0]
    following[triangle, 3] = NONE
    return np.stack([faces, following], axis=2), faces != NONE


def edge_table(faces: Ints) -> tuple[Ints, Ints]:
    """``(E, 2)`` edges, lower vertex first, and ``(F, 4)`` the edge that leaves each corner (-1 none)."""
    directed, there = half_edges(faces)
    edges, index = np.unique(np.sort(directed[there], axis=1), axis=0, return_inverse=True)
    table = np.full(faces.shape, NONE)
    table[there] = index.reshape(-1)
    return edges, table


def boundary_loops(faces: Ints) -> list[Ints]:
    """Closed loops along the border, in the direction of the faces; raises ValueError where a border branches."""
    directed, there = half_edges(faces)
    flat = directed[there]
    _, index, count = np.unique(np.sort(flat, axis=1), axis=0, return_index=True, return_counts=True)
    border = flat[index[count == 1]]
    follow = dict(border.tolist())
    if len(follow) != len(border):
        raise ValueError("the border touches itself")
    loops = []
    while follow:
        start = min(follow)
        loop, following = [start], follow.pop(start)
        while following != start:
            loop.append(following)
            following = follow.pop(following)
        loops.append(np.array(loop))
    return loops


def flaws(faces: Ints) -> list[str]:
    """What keeps faces from being an oriented manifold, in words; empty when nothing does."""
    directed, there = half_edges(faces)
    flat = directed[there]
    found = []
    if (flat[:, 0] == flat[:, 1]).any():
        found.append("a face uses a vertex twice")
    if np.unique(np.sort(flat, axis=1), axis=0, return_counts=True)[1].max() > 2:
        found.append("an edge has more than two faces")
    if len(np.unique(flat, axis=0)) != len(flat):
        found.append("two neighbouring faces run in opposite directions")
    if not found and (_fans(faces) > 1).any():
        found.append("the faces round a vertex are in separate fans")
    return found


def _fans(faces: Ints) -> Ints:
    """How many separate fans of faces each vertex has: joins the corners of a vertex across shared edges."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    table = edge_table(faces)[1]
    directed, there = half_edges(faces)
    corner = np.arange(faces.size).reshape(faces.shape)
    sizes = there.sum(1)
    after = np.where(np.arange(4)[None] + 1 < sizes[:, None], np.arange(4)[None] + 1, 0)
    ends = np.stack([corner, np.take_along_axis(corner, after, 1)], axis=2)[there]
    vertex, edge = directed[there].reshape(-1), np.repeat(table[there], 2)
    order = np.lexsort((vertex, edge))
    key, c = np.stack([edge, vertex], axis=1)[order], ends.reshape(-1)[order]
    same = (key[1:] == key[:-1]).all(1)
    graph = coo_matrix((np.ones(same.sum()), (c[:-1][same], c[1:][same])), shape=(faces.size, faces.size))
    _, label = connected_components(graph, directed=False)
    flat, used = faces.reshape(-1), there.reshape(-1)
    pairs = np.unique(np.stack([flat[used], label[used]], axis=1), axis=0)
    return np.bincount(pairs[:, 0])
