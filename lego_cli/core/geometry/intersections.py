"""Triangles of one mesh that cut through each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

TINY = 1e-9


def crossing_triangles(vertices: Floats, triangles: Ints) -> Ints:
    """Indices of triangles ``(T, 3)`` that an edge of another triangle goes through; neighbours share a vertex and
    do not count.

    Candidates are triangles whose enclosing balls meet; an edge and a triangle are tried after Möller and Trumbore
    (1997). Triangles that lie in one plane are not found.
    """
    corner = np.asarray(vertices, np.float64)[triangles]
    middle = corner.mean(1)
    radius = np.linalg.norm(corner - middle[:, None], axis=2).max(1)
    first, second = _near(middle, radius)
    share = (triangles[first][:, :, None] == triangles[second][:, None, :]).any((1, 2))
    first, second = first[~share], second[~share]
    cut = np.zeros(len(first), dtype=bool)
    for k in range(3):
        for a, b in ((first, second), (second, first)):
            start, end = corner[a][:, k], corner[a][:, (k + 1) % 3]
            cut |= _passes(start, end, corner[b])
    return np.unique(np.concatenate([first[cut], second[cut]]))


def _near(middle: Floats, radius: Floats) -> tuple[Ints, Ints]:
    """Pairs of triangles whose enclosing balls meet; large ones are few, so each size asks for itself."""
    tree, pairs = cKDTree(middle), []
    order = np.argsort(radius)
    for part in np.array_split(order, min(16, len(order))):
        reach = 2 * radius[part].max()
        found = tree.query_ball_point(middle[part], reach)
        one = np.repeat(part, [len(f) for f in found])
        two = np.concatenate([np.asarray(f, np.int64) for f in found])
        smaller = (radius[two] < radius[one]) | ((radius[two] == radius[one]) & (two < one))
        near = np.linalg.norm(middle[one] - middle[two], axis=1) < radius[one] + radius[two]
        pairs.append(np.stack([one, two])[:, smaller & near])
    first, second = np.concatenate(pairs, axis=1)
    return first, second


def _passes(start: Floats, end: Floats, corner: Floats) -> np.ndarray:
    """(N,) whether the segment from start to end goes through the triangle."""
    way = end - start
    one, two = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    across = np.cross(way, two)
    scale = (one * across).sum(1)
    safe = np.where(np.abs(scale) < TINY**2, np.inf, scale)
    off = start - corner[:, 0]
    u = (off * across).sum(1) / safe
    turned = np.cross(off, one)
    v = (way * turned).sum(1) / safe
    t = (two * turned).sum(1) / safe
    inside = (u > TINY) & (v > TINY) & (u + v < 1 - TINY) & (t > TINY) & (t < 1 - TINY)
    return np.asarray(inside & np.isfinite(safe))
