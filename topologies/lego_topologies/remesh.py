"""Isotropic remeshing: split, collapse, flip, smooth (Botsch and Kobbelt 2004), on a surface with lines to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_topologies.patchwork import Patchwork
from lego_topologies.relax import relaxed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lego_topologies.curves import Curve
    from lego_topologies.surface import Surface

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

LONG, SHORT = 4 / 3, 4 / 5


@dataclass(frozen=True)
class Remeshed:
    """Triangles ``(F, 3)`` and where their vertices lie: ``corners (N, 3)`` of the source with ``weights (N, 3)``."""

    faces: Ints
    corners: Ints
    weights: Floats
    curves: tuple[frozenset[int], ...]  # lines that each vertex lies on


def remesh(surface: Surface, curves: Sequence[Curve], size: Floats, rounds: int) -> Remeshed:
    """Evenly shaped triangles with edges about as long as ``size (n,)`` says; lines stay lines of edges."""
    patch = Patchwork(surface, curves, size)
    for step in range(rounds):
        for a, b in _long_edges(patch):
            patch.split(a, b)
        patch.settle()
        for a, b in _short_edges(patch):
            patch.collapse(a, b)
        patch.settle()
        _flip_all(patch)
        for _ in range(2 if step < rounds - 2 else 4):
            relaxed(patch)
        patch.settle()
        _flip_all(patch)
    return _finished(patch)


def _long_edges(patch: Patchwork) -> list[tuple[int, int]]:
    edges, ratio = patch.edge_ratios()
    order = np.argsort(-ratio, kind="stable")
    return [(int(a), int(b)) for a, b in edges[order[ratio[order] > LONG]]]


def _short_edges(patch: Patchwork) -> list[tuple[int, int]]:
    edges, ratio = patch.edge_ratios()
    order = np.argsort(ratio, kind="stable")
    return [(int(a), int(b)) for a, b in edges[order[ratio[order] < SHORT]]]


def _flip_all(patch: Patchwork) -> None:
    """Flips until every edge is locally Delaunay, or a few sweeps are done."""
    for _ in range(6):
        edges, _ = patch.edge_ratios()
        if not sum(patch.flip(int(a), int(b)) for a, b in edges):
            break


def _finished(patch: Patchwork) -> Remeshed:
    faces = np.array([patch.faces[f] for f in sorted(patch.faces)])
    used, inverse = np.unique(faces, return_inverse=True)
    corners, weights = patch.places(used)
    curves = tuple(frozenset(patch.on_curve.get(int(v), {})) for v in used)
    return Remeshed(inverse.reshape(-1, 3), corners, weights, curves)
