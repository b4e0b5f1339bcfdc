"""A triangle mesh that can be cut and stitched, whose vertices live on a source surface."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_topologies.edges import edge_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lego_topologies.curves import Curve
    from lego_topologies.surface import Surface

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

LEAST_TURN = 0.5  # cosine between a triangle's normal before and after an operation
TOO_LONG = 4 / 3


def pair(a: int, b: int) -> tuple[int, int]:
    """An edge by its ends, lower first."""
    return (a, b) if a < b else (b, a)


class Patchwork:
    """Starts as the surface itself. Vertices on curves slide along them; vertices on two curves never move."""

    def __init__(self, surface: Surface, curves: Sequence[Curve], size: Floats) -> None:
        self.surface, self.curves, self.size = surface, curves, size
        self.faces = {k: (int(a), int(b), int(c)) for k, (a, b, c) in enumerate(surface.triangles)}
        self.position = [p for p in np.asarray(surface.positions, np.float64)]
        self.wanted = size.tolist()  # edge length at each vertex
        self.around: list[set[int]] = [set() for _ in self.position]
        self.triangle = [0] * len(self.position)
        for k, face in self.faces.items():
            for v in face:
                self.around[v].add(k)
                self.triangle[v] = k
        self.on_curve: dict[int, dict[int, float]] = {}
        self.line: dict[tuple[int, int], int] = {}
        for k, curve in enumerate(curves):
            run = curve.vertices.tolist()
            for v, at in zip(run, curve.length.tolist(), strict=True):
                self.on_curve.setdefault(v, {})[k] = at
            self.line |= {pair(a, b): k for a, b in pairwise(run)}
        self.ends = {int(v) for curve in curves for v in curve.vertices[[0, -1]]}
        self.dirty: set[int] = set()
        self._next = len(self.faces)

    def rank(self, v: int) -> int:
        """0 free, 1 on a curve, 2 a corner."""
        return 2 if v in self.ends else 1 if v in self.on_curve else 0

    def near(self, v: int) -> set[int]:
        """Neighbouring vertices."""
        return {w for f in self.around[v] for w in self.faces[f]} - {v}

    def edge_ratios(self) -> tuple[Ints, Floats]:
        """``(E, 2)`` edges and how long each is compared with what is wanted there."""
        faces = np.array([self.faces[f] for f in sorted(self.faces)])
        edges, _ = edge_table(np.pad(faces, ((0, 0), (0, 1)), constant_values=-1))
        position, wanted = np.array(self.position), np.array(self.wanted)
        length = np.linalg.norm(position[edges[:, 0]] - position[edges[:, 1]], axis=1)
        return edges, length / wanted[edges].mean(1)

    def ratio(self, a: int, b: int) -> float:
        """How long an edge would be, compared with what is wanted there."""
        length = float(np.linalg.norm(self.position[a] - self.position[b]))
        return 2 * length / (self.wanted[a] + self.wanted[b])

    def split(self, a: int, b: int) -> None:
        """Puts a vertex in the middle of an edge."""
        shared = self.around[a] & self.around[b]
        if not shared or self.ratio(a, b) < TOO_LONG:
            return
        m = self._new_vertex(a, b)
        for f in shared:
            face = self.faces[f]
            self._remove(f)
            self._add(tuple(m if v == a else v for v in face))
            self._add(tuple(m if v == b else v for v in face))

    def collapse(self, a: int, b: int) -> None:
        """Merges an edge into the end that is more bound, or into its middle, where that harms nothing."""
        if self.rank(a) > self.rank(b):
            a, b = b, a
        shared = self.around[a] & self.around[b]
        if not shared or self.ratio(a, b) > 4 / 5 or not self._may_merge(a, b, shared):
            return
        target = self._merged_position(a, b)
        moved = [f for f in self.around[a] - shared] + (
            [f for f in self.around[b] - shared] if self.rank(b) == 0 else []
        )
        if any(self._turns_over(f, (a, b), target) for f in moved):
            return
        if any(
            np.linalg.norm(self.position[w] - target) > TOO_LONG * self.wanted[b] for w in self.near(a) | self.near(b)
        ):
            return
        self._merge(a, b, shared, target)

    def flip(self, a: int, b: int) -> bool:
        """Turns an edge to the other diagonal when its opposite angles sum to more than 180 degrees."""
        shared = sorted(self.around[a] & self.around[b])
        if len(shared) != 2 or pair(a, b) in self.line:
            return False
        c, d = (next(v for v in self.faces[f] if v not in (a, b)) for f in shared)
        if d in self.near(c) or self._share_curve(c, d):
            return False
        p = self.position
        if _cotangent(p[c], p[a], p[b]) + _cotangent(p[d], p[a], p[b]) > -1e-6:
            return False
        first, second = ([d if v == x else v for v in self.faces[shared[0]]] for x in (a, b))
        old = self._normal(self.faces[shared[0]]) + self._normal(self.faces[shared[1]])
        if min(_cosine(self._normal(t), old) for t in (first, second)) < LEAST_TURN:
            return False
        for f in shared:
            self._remove(f)
        self._add(tuple(first))
        self._add(tuple(second))
        return True

    def settle(self) -> None:
        """Brings new and moved vertices back onto the surface."""
        moved = np.array(sorted(v for v in self.dirty if v not in self.on_curve and self.around[v]), dtype=np.int64)
        self.dirty.clear()
        if not len(moved):
            return
        start = np.array(self.triangle)[moved]
        triangle, bary = self.surface.walk(np.array(self.position)[moved], start)
        points, sizes = (self.surface.point(triangle, bary, x) for x in (None, self.size))
        for v, t, p, s in zip(moved.tolist(), triangle.tolist(), points, sizes.tolist(), strict=True):
            self.triangle[v], self.position[v], self.wanted[v] = t, p, s

    def slide(self, v: int, k: int, at: float) -> None:
        """Puts a vertex of curve ``k`` at another arc length."""
        first, second, share = self.curves[k].locate(at)
        self.on_curve[v][k] = at
        self.position[v] = (1 - share) * self.surface.positions[first] + share * self.surface.positions[second]
        self.wanted[v] = float((1 - share) * self.size[first] + share * self.size[second])

    def places(self, vertices: Ints) -> tuple[Ints, Floats]:
        """``(N, 3)`` source vertices and weights that say where vertices lie."""
        self.dirty.update(int(v) for v in vertices)
        free = np.array([v for v in vertices if v not in self.on_curve], dtype=np.int64)
        triangle, bary = self.surface.walk(np.array(self.position)[free], np.array(self.triangle)[free])
        corners, weights = np.zeros((len(vertices), 3), np.int64), np.zeros((len(vertices), 3))
        row = np.searchsorted(vertices, free)
        corners[row], weights[row] = self.surface.triangles[triangle], bary
        for r, v in enumerate(vertices.tolist()):
            if v in self.on_curve:
                k, at = next(iter(self.on_curve[v].items()))
                first, second, share = self.curves[k].locate(at)
                corners[r], weights[r] = (first, second, second), (1 - share, share, 0)
        return corners, weights

    def _new_vertex(self, a: int, b: int) -> int:
        m = len(self.position)
        self.position.append((self.position[a] + self.position[b]) / 2)
        self.wanted.append((self.wanted[a] + self.wanted[b]) / 2)
        self.triangle.append(self.triangle[a] if self.rank(a) == 0 else self.triangle[b])
        self.around.append(set())
        k = self.line.pop(pair(a, b), None)
        if k is None:
            self.dirty.add(m)
        else:
            self.on_curve[m] = {}
            self.line[pair(a, m)] = self.line[pair(m, b)] = k
            self.slide(m, k, (self.on_curve[a][k] + self.on_curve[b][k]) / 2)
        return m

    def _may_merge(self, a: int, b: int, shared: set[int]) -> bool:
        """Nothing pinches: the link condition, lines stay lines, and no chord appears along a line."""
        opposite = {v for f in shared for v in self.faces[f]} - {a, b}
        if self.near(a) & self.near(b) != opposite:
            return False
        k = self.line.get(pair(a, b))
        if self.rank(a) == 2 or (self.rank(a) == 1 and k is None):
            return False
        if any(pair(a, v) in self.line for v in opposite):
            return False
        tied = {v for v in self.near(a) if pair(a, v) in self.line}
        return not any(self._share_curve(v, b) for v in self.near(a) - opposite - tied - {b})

    def _merged_position(self, a: int, b: int) -> Floats:
        if self.rank(b) > 0:
            return np.asarray(self.position[b])
        return np.asarray((self.position[a] + self.position[b]) / 2)

    def _merge(self, a: int, b: int, shared: set[int], target: Floats) -> None:
        if self.rank(a) == 1:
            k = self.line.pop(pair(a, b))
            other = next(v for v in self.near(a) if pair(a, v) in self.line)
            del self.line[pair(a, other)]
            self.line[pair(other, b)] = k
            del self.on_curve[a]
        for f in shared:
            self._remove(f)
        for f in list(self.around[a]):
            face = self.faces[f]
            self._remove(f)
            self._add(tuple(b if v == a else v for v in face))
        if self.rank(b) == 0:
            self.position[b] = target
            self.dirty.add(b)

    def _share_curve(self, a: int, b: int) -> bool:
        return bool(self.on_curve.get(a, {}).keys() & self.on_curve.get(b, {}).keys())

    def _normal(self, face: Sequence[int]) -> Floats:
        a, b, c = (self.position[v] for v in face)
        return _cross(b - a, c - a)

    def _turns_over(self, f: int, merged: tuple[int, int], target: Floats) -> bool:
        face = self.faces[f]
        a, b, c = (target if v in merged else self.position[v] for v in face)
        return _cosine(_cross(b - a, c - a), self._normal(face)) < LEAST_TURN

    def _add(self, face: Sequence[int]) -> None:
        self.faces[self._next] = (face[0], face[1], face[2])
        for v in face:
            self.around[v].add(self._next)
        self._next += 1

    def _remove(self, f: int) -> None:
        for v in self.faces.pop(f):
            self.around[v].discard(f)


def _cross(u: Floats, v: Floats) -> Floats:
    return np.array([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]])


def _cosine(u: Floats, v: Floats) -> float:
    return float(u @ v / max(float(np.sqrt((u @ u) * (v @ v))), 1e-30))


def _cotangent(at: Floats, a: Floats, b: Floats) -> float:
    """Cotangent of the angle at a point; cot x + cot y < 0 where x + y > 180 degrees."""
    u, v = a - at, b - at
    cross = _cross(u, v)
    return float(u @ v / max(float(np.sqrt(cross @ cross)), 1e-30))
