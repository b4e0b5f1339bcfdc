"""Where on a painted input each point of another surface finds its colour: near, facing the same way, of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

SPACING = 0.0015  # metres between samples of the input, at most
FINEST, MOST_SAMPLES = 12, 600_000  # samples along the side of a triangle; of all triangles, about
CANDIDATES = 4
TURN = 0.012  # metres that a unit of difference between normals counts, where they differ much
LEAN = 0.004  # the same, in the search for candidates
GATHERED = 0.0008  # metres: points that lie nearer together share the search
OUTLYING = 3.0  # times that far from the point that searched for them, points search for themselves
AT_ONCE = 100_000
SETTLED = 0.7  # cosine of the normals from which on nearness alone counts
EDGE = 1e-4  # barycentric weight: on an edge
WALKS = 3


@dataclass(frozen=True, eq=False)
class ColourPlaces:
    """``n`` places on triangles of the input, and how well they answer the points that asked."""

    triangle: Ints  # (n,) into the triangles handed over
    weights: Floats  # (n, 3) barycentric
    distance: Floats  # (n,) metres
    cosine: Floats  # (n,) between the normals
    aside: Floats  # (n,) metres past an open edge


class ColourFinder:
    """Some triangles of an input, ready to be searched."""

    def __init__(self, vertices: Floats, normals: Floats, corners: Ints) -> None:
        """``vertices`` and unit ``normals (V, 3)``, metres; ``corners (T, 3)``."""
        vertices, normals = vertices.astype(np.float32), normals.astype(np.float32)
        self.vertices, self.normals, self.corners = vertices, normals, corners
        self._owner, weights = _samples(vertices, corners)
        place = mixed(vertices, corners[self._owner], weights)
        facing = mixed(normals, corners[self._owner], weights)
        self._tree = cKDTree(np.concatenate([place, LEAN * facing], axis=1))
        self._across = _neighbours(vertices, corners)
        self._rim = _rim(self._across, corners, len(vertices))

    def __call__(self, points: Floats, normals: Floats, cell: Ints) -> ColourPlaces:
        """Places for ``points (n, 3)`` with ``normals (n, 3)``; those of one ``cell (n,)`` are searched for together.

        Cells should be no larger than ``GATHERED``; what lies apart from the rest of its cell is searched for alone.
        """
        points, normals = points.astype(np.float32), normals.astype(np.float32)
        _, first, group = np.unique(cell, return_index=True, return_inverse=True)
        group = group.reshape(-1)
        away = np.linalg.norm(points - points[first][group], axis=1)
        turned = dot(normals, normals[first][group])
        lone = np.flatnonzero((away > OUTLYING * GATHERED) | (turned < 0.7))
        asked = np.concatenate([first, lone])
        group[lone] = len(first) + np.arange(len(lone))
        several = min(CANDIDATES, len(self._owner))
        found = self._tree.query(np.concatenate([points[asked], LEAN * normals[asked]], axis=1), k=several)[1]
        candidates = self._owner[found.reshape(len(asked), several)]
        pieces = [
            self._best(points[s], normals[s], candidates[group[s]])
            for s in (slice(start, start + AT_ONCE) for start in range(0, len(points), AT_ONCE))
        ]
        return ColourPlaces(*(np.concatenate([getattr(p, n) for p in pieces]) for n in ColourPlaces.__annotations__))

    def _best(self, points: Floats, normals: Floats, candidates: Ints) -> ColourPlaces:
        """The best of ``candidates (n, k)``."""
        triangle = candidates[:, 0].copy()
        weights, cost, cosine = self._asked(points, normals, triangle)
        place = _Best(triangle, weights, cost, cosine)
        for k in range(1, candidates.shape[1]):
            self._try(points, normals, place, candidates[:, k])
        for _ in range(WALKS):  # on over edges, so that colours run on where the nearest samples lie aside
            for corner in range(3):
                onto = self._across[place.triangle, corner]
                self._try(points, normals, place, np.where(place.weights[:, corner] < EDGE, onto, -1))
        return self._answered(points, normals, place)

    def _try(self, points: Floats, normals: Floats, place: _Best, other: Ints) -> None:
        """Take ``other (n,)`` triangles, -1 for none, where they are better; the middle of a triangle is settled."""
        open_ = (other >= 0) & (other != place.triangle)
        chosen = np.flatnonzero(open_ & ((place.weights.min(1) < EDGE) | (place.cosine < SETTLED)))
        weights, cost, cosine = self._asked(points[chosen], normals[chosen], other[chosen])
        better = cost < place.cost[chosen]
        chosen = chosen[better]
        place.triangle[chosen], place.weights[chosen] = other[chosen], weights[better]
        place.cost[chosen], place.cosine[chosen] = cost[better], cosine[better]

    def _answered(self, points: Floats, normals: Floats, place: _Best) -> ColourPlaces:
        triangle, weights, cosine = place.triangle, place.weights, place.cosine
        corner = self.corners[triangle]
        way = points - mixed(self.vertices, corner, weights)
        flat = way - dot(way, normals)[:, None] * normals
        at_rim = (weights * self._rim[corner]).sum(1) > 0.98
        aside = np.where(at_rim, np.sqrt(dot(flat, flat)), 0.0)
        return ColourPlaces(triangle, weights, np.sqrt(dot(way, way)), cosine, aside)

    def _asked(self, points: Floats, normals: Floats, triangle: Ints) -> tuple[Floats, Floats, Floats]:
        """Nearest weights ``(n, 3)`` on one triangle each, what that costs and the cosine of the normals ``(n,)``."""
        corner = self.corners[triangle]
        weights = nearest_weights(points, *(self.vertices[corner[:, j]] for j in range(3)))
        way, facing = points - mixed(self.vertices, corner, weights), mixed(self.normals, corner, weights)
        cosine = dot(facing, normals) / np.maximum(np.sqrt(dot(facing, facing)), 1e-9)
        return weights, dot(way, way) + 2 * TURN**2 * np.maximum(SETTLED - cosine, 0), cosine


@dataclass(eq=False)
class _Best:
    """The best places so far."""

    triangle: Ints
    weights: Floats
    cost: Floats  # square metres
    cosine: Floats


def dot(one: Floats, other: Floats) -> Floats:
    """(n,) products of vectors ``(n, 3)``."""
    product: Floats = np.einsum("nc,nc->n", one, other)
    return product


def mixed(values: Floats, corners: Ints, weights: Floats) -> Floats:
    """``(n, c)`` float32 values ``(V, c)`` at barycentric ``weights`` between ``corners (n, 3)``."""
    values, weights = values.astype(np.float32, copy=False), weights.astype(np.float32, copy=False)
    result: Floats = weights[:, :1] * values[corners[:, 0]]
    for k in (1, 2):
        result += weights[:, k : k + 1] * values[corners[:, k]]
    return result


def nearest_weights(points: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """``(n, 3)`` barycentric weights of the nearest places on triangles (Ericson 2005, section 5.1.5)."""
    first, second, way = b - a, c - a, points - a
    d00, d01, d11 = (dot(x, y) for x, y in ((first, first), (first, second), (second, second)))
    d20, d21 = dot(way, first), dot(way, second)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-30)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    inside = (v >= 0) & (w >= 0) & (v + w <= 1)
    weights = np.stack([1 - v - w, v, w], axis=1).astype(np.float32)
    out = np.flatnonzero(~inside)
    if len(out):
        weights[out] = _on_edges(points[out], a[out], b[out], c[out])
    return weights


def _on_edges(points: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    best, least = np.zeros((len(points), 3)), np.full(len(points), np.inf)
    for k, (start, end) in enumerate(((a, b), (b, c), (c, a))):
        along = end - start
        t = (dot(points - start, along) / np.maximum(dot(along, along), 1e-30)).clip(0, 1)
        away = points - start - t[:, None] * along
        away = dot(away, away)
        weights = np.zeros((len(points), 3))
        weights[:, k], weights[:, (k + 1) % 3] = 1 - t, t
        better = away < least
        best[better], least[better] = weights[better], away[better]
    return best


def _samples(vertices: Floats, corners: Ints) -> tuple[Ints, Floats]:
    """Triangle and weights ``(n, 3)`` of samples all over, more on large triangles."""
    p = vertices[corners]
    longest = np.linalg.norm(p - np.roll(p, 1, axis=1), axis=2).max(1, initial=0)
    wanted = np.ceil(longest / SPACING).clip(1, FINEST)
    total = (wanted**2).sum()
    if total > MOST_SAMPLES:
        wanted = np.ceil(wanted * np.sqrt(MOST_SAMPLES / total)).clip(1)
    owner, weights = [], []
    for count in np.unique(wanted.astype(np.int64)):
        chosen = np.flatnonzero(wanted == count)
        grid = _grid(int(count))
        owner.append(np.repeat(chosen, len(grid)))
        weights.append(np.tile(grid, (len(chosen), 1)))
    return np.concatenate(owner), np.concatenate(weights)


def _grid(count: int) -> Floats:
    """Weights of the middles of the ``count ** 2`` small triangles that one is cut into."""
    i, j = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    up, down = i + j <= count - 1, i + j <= count - 2
    first = np.concatenate([i[up] + 1 / 3, i[down] + 2 / 3]) / count
    second = np.concatenate([j[up] + 1 / 3, j[down] + 2 / 3]) / count
    return np.stack([1 - first - second, first, second], axis=1)


def _neighbours(vertices: Floats, corners: Ints) -> Ints:
    """(T, 3) the triangle across the edge opposite to each corner, -1 for none; equal positions are one vertex."""
    _, weld = np.unique(np.round(vertices / 1e-6).astype(np.int64), axis=0, return_inverse=True)
    corner = weld.reshape(-1)[corners]
    ends = np.sort(np.stack([np.roll(corner, -1, axis=1), np.roll(corner, -2, axis=1)], axis=2).reshape(-1, 2), axis=1)
    key = ends[:, 0] * (int(corner.max(initial=0)) + 1) + ends[:, 1]
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(np.diff(key[order]) == 0)
    across = np.full(corners.size, -1, dtype=np.int64)
    one, two = order[same], order[same + 1]
    across[one], across[two] = two // 3, one // 3
    return across.reshape(-1, 3)


def _rim(across: Ints, corners: Ints, count: int) -> np.ndarray:
    """(V,) bool, ends of edges that one triangle has alone."""
    rim = np.zeros(count, dtype=bool)
    for k in range(3):
        alone = across[:, k] < 0
        rim[corners[alone][:, [(k + 1) % 3, (k + 2) % 3]]] = True
    return rim
