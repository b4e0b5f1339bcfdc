"""UVs of a remeshed sheet, each face in one chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_topologies.remesh import Remeshed
    from lego_topologies.sheet import Sheet

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


def carried_uv(source: Sheet, made: Remeshed) -> tuple[Floats, Floats]:
    """``(F, 4, 2)`` UVs and mirror image's UVs of the corners of ``made``.

    A vertex on a seam has several UVs. Each face takes those that lie closest to the ones of its other corners.
    """
    around = _triangles_round(source)
    options = [_uv_options(source, around, c, w) for c, w in zip(made.corners, made.weights, strict=True)]
    result = np.zeros((2, len(made.faces), 4, 2))
    for f, face in enumerate(made.faces.tolist()):
        choice = closest_choice([options[v] for v in face])
        result[0, f, :3], result[1, f, :3] = choice[:, :2], choice[:, 2:]
    return result[0], result[1]


def _uv_options(source: Sheet, around: list[set[int]], corners: Ints, weights: Floats) -> Floats:
    """``(K, 4)`` different (UV, twin UV) that a place has in the source triangles round it."""
    used = corners[weights > 1e-9]
    weight = {int(v): float(weights[corners == v].sum()) for v in used}
    found = []
    for f in sorted(set.intersection(*(around[v] for v in weight))):
        ring = source.faces[f, :3].tolist()
        at = [ring.index(v) for v in weight]
        both = np.concatenate([source.uv[f, at], source.twin_uv[f, at]], axis=1)
        found.append(np.array(list(weight.values())) @ both)
    keys = np.round(np.array(found) * 2**18).astype(np.int64)
    return np.array(found)[np.sort(np.unique(keys, axis=0, return_index=True)[1])]


def _triangles_round(source: Sheet) -> list[set[int]]:
    around: list[set[int]] = [set() for _ in source.part]
    for f, ring in enumerate(source.faces[:, :3].tolist()):
        for v in ring:
            around[v].add(f)
    return around


def closest_choice(options: list[Floats]) -> Floats:
    """``(3, 4)`` one of the options ``(K, 4)`` of each corner, such that they lie close together."""
    sure = [o[0] for o in options if len(o) == 1]
    starts = sure[:1] or list(options[0])
    best, least = np.zeros((3, 4)), np.inf
    for start in starts:
        pick = np.array([o[np.argmin(np.abs(o - start).sum(1))] for o in options])
        spread = np.abs(pick - pick.mean(0)).sum()
        if spread < least:
            best, least = pick, spread
    return best
