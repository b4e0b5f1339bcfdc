"""Lines on a surface that a remesh must keep: borders, the midline, UV seams, the margins of lids and lips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Curve:
    """A run of edges between two corners."""

    vertices: Ints  # (k,) of the surface
    length: Floats  # (k,) from the first vertex

    def locate(self, at: float) -> tuple[int, int, float]:
        """The two vertices around arc length ``at``, and the share of the second."""
        k = int(np.clip(np.searchsorted(self.length, at, side="right") - 1, 0, len(self.length) - 2))
        share = (at - self.length[k]) / (self.length[k + 1] - self.length[k])
        return int(self.vertices[k]), int(self.vertices[k + 1]), float(np.clip(share, 0, 1))


def trace_curves(edges: Ints, positions: Floats, extra_corners: Iterable[int]) -> list[Curve]:
    """Runs of ``edges (E, 2)`` between corners: ends, crossings, and ``extra_corners``.

    Raises ValueError for a closed run without a corner.
    """
    around: dict[int, list[int]] = {}
    for a, b in edges.tolist():
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    corners = {v for v, near in around.items() if len(near) != 2} | (set(extra_corners) & set(around))
    left = {(min(a, b), max(a, b)) for a, b in edges.tolist()}
    curves = []
    for start in sorted(corners):
        for following in sorted(around[start]):
            if (min(start, following), max(start, following)) not in left:
                continue
            run = [start, following]
            left.remove((min(run), max(run)))
            while run[-1] not in corners:
                step = next(v for v in around[run[-1]] if v != run[-2])
                left.remove((min(run[-1], step), max(run[-1], step)))
                run.append(step)
            curves.append(_curve(np.array(run), positions))
    if left:
        raise ValueError(f"{len(left)} edges are on closed lines without a corner")
    return curves


def _curve(run: Ints, positions: Floats) -> Curve:
    steps = np.linalg.norm(np.diff(positions[run], axis=0), axis=1)
    return Curve(run, np.concatenate([[0.0], np.cumsum(steps)]))
