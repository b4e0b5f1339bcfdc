"""The head model's skin laid onto an input: where each of its vertices is there, and how far that was measured.

A smooth displacement of the fitted skin, from stiff to soft, towards planes of the surface in both directions (as in
Amberg et al. 2007, with a Laplacian in place of local affine maps), and no triangle turned over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, diags_array, eye_array
from scipy.spatial import cKDTree

from lego_cli.core.encoding.matching import Matcher
from lego_cli.core.geometry.oriented import Triangles
from lego_cli.core.geometry.skin_samples import skin_samples
from lego_cli.core.geometry.sparse_solve import solve_symmetric

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.geometry.similarity import Similarity
    from lego_cli.core.geometry.visible import OuterSurface

TURNED = 0.2  # cosine between a triangle's normals before and after, below which it counts as turned over
LEAST_AREA = 0.05  # share of its area that a triangle keeps at least


@dataclass(frozen=True)
class RegistrationOptions:
    """How soft the skin becomes, and how far it looks."""

    steps: int = 7
    stiffness: tuple[float, float] = (1000.0, 20.0)  # of the smooth displacement, at the start and at the end
    reach: tuple[float, float] = (0.012, 0.005)  # metres to a match
    turn: float = 0.015  # metres that a unit of difference between normals counts
    slide: float = 0.3  # of the way along the surface to a match, against the way to its plane
    hold: float = 0.02  # pull towards the fit, where nothing is measured
    back: float = 1.0  # weight of the matches from the input to the skin, all together, against the others
    samples: int = 4000  # of the input that look for the skin
    repairs: int = 6  # rounds of stiffening round turned triangles


@dataclass(frozen=True)
class Registered:
    """Every skin vertex of the head model laid onto an input, posed as the input is."""

    vertices: Floats  # (S, 3) canonical metres
    trust: Floats  # (S,) 1 where it was measured, 0 where it is only guessed


def register_skin(
    surface: OuterSurface,
    fields: HeadFields,
    posed: Floats,
    placed: Similarity,
    options: RegistrationOptions | None = None,
) -> Registered:
    """Lay the fitted skin ``posed (S, 3)`` onto the surface that it was fitted to; deterministic, free of folds.

    Where the input has nothing near, the fit stays as it is and its trust is 0.
    """
    return _Registration(surface, fields, posed, placed, options or RegistrationOptions()).run()


class _Registration:
    def __init__(
        self, surface: OuterSurface, fields: HeadFields, posed: Floats, placed: Similarity, options: RegistrationOptions
    ) -> None:
        self.fields, self.posed, self.placed, self.options = fields, posed, placed, options
        self.matcher = Matcher(surface, placed.scale, options.turn)
        step = max(1, len(surface.points) // options.samples)
        self.points = placed.inverse(surface.points[::step])
        self.directions = placed.inverse_directions(surface.normals[::step])
        self.corners, self.weights = skin_samples(fields.corners)
        self.rough = csr_array(eye_array(len(posed)) - fields.neighbours)
        self.stiff = np.ones(len(posed))  # locally more, where triangles would turn over
        self.quiet = np.ones(len(posed))  # locally less belief in the data
        self.believed = np.clip(fields.seen, 0, 1)

    def run(self) -> Registered:
        o = self.options
        moved = self.posed
        for k in range(o.steps):
            f = k / max(o.steps - 1, 1)
            stiffness = o.stiffness[0] ** (1 - f) * o.stiffness[1] ** f
            moved = self._step(moved, stiffness, o.reach[0] * (1 - f) + o.reach[1] * f)
        for _ in range(o.repairs):
            if not len(self._turned(moved)):
                break
            self._stiffen(moved)
            moved = self._step(moved, o.stiffness[1], o.reach[1])
        return Registered(self._unturned(moved), self._trust(moved))

    def _step(self, moved: Floats, stiffness: float, reach: float) -> Floats:
        """One smooth displacement of the fit towards where its matches lie now."""
        weight, pull = self._forth(moved, reach)
        others, pulls = self._back(moved, reach)
        share = self.options.back * weight.sum() / max(others.sum(), 1e-9)
        weight, pull = weight + share * others, pull + share * pulls
        goal = pull + weight[:, None] * (moved - self.posed)
        smooth = self.rough.T @ diags_array(stiffness * self.stiff) @ self.rough
        matrix = diags_array(weight + self.options.hold) + smooth
        return self.posed + solve_symmetric(matrix, goal)

    def _forth(self, moved: Floats, reach: float) -> tuple[Floats, Floats]:
        """Weight ``(S,)`` of each vertex, and that times its way to the plane of its match ``(S, 3)``."""
        normals = self.fields.normals(moved)
        _, point, direction = self.matcher.forth(moved, normals, self.placed)
        weight = self.believed * self.quiet * _belief(point - moved, normals, direction, reach)
        return weight, weight[:, None] * self._way(point - moved, direction)

    def _way(self, way: Floats, direction: Floats) -> Floats:
        """To the plane of a match, and a part of the rest of the way to the match itself."""
        plane = (way * direction).sum(1, keepdims=True) * direction
        return plane + self.options.slide * (way - plane)

    def _back(self, moved: Floats, reach: float) -> tuple[Floats, Floats]:
        """The same for matches that samples of the input find on the skin, handed to the corners of its triangles."""
        normals = self.fields.normals(moved)
        place = np.einsum("nk,nkc->nc", self.weights, moved[self.corners])
        facing = np.einsum("nk,nkc->nc", self.weights, normals[self.corners])
        tree = cKDTree(np.concatenate([place, self.options.turn * facing], axis=1))
        found = tree.query(np.concatenate([self.points, self.options.turn * self.directions], axis=1))[1]
        way = self.points - place[found]
        belief = _belief(way, facing[found], self.directions, reach)
        corners = self.corners[found]
        share = belief[:, None] * self.weights[found] * (self.believed * self.quiet)[corners]
        pull = self._way(way, self.directions)
        rows = corners.reshape(-1)
        weight: Floats = np.bincount(rows, share.reshape(-1), len(moved)).astype(np.float64)
        parts = [np.bincount(rows, (share * pull[:, k : k + 1]).reshape(-1), len(moved)) for k in range(3)]
        return weight, np.stack(parts, axis=1)

    def _turned(self, moved: Floats) -> Ints:
        """Vertices of triangles that were turned over, or crushed."""
        return np.unique(self.fields.corners[turned_triangles(self.posed, moved, self.fields.corners)])

    def _stiffen(self, moved: Floats) -> None:
        """Believe the fit more, and the surface less, round what was turned over."""
        mask = np.zeros(len(moved))
        mask[self._turned(moved)] = 1
        for _ in range(2):
            mask = np.maximum(mask, 0.8 * (self.fields.neighbours @ mask > 0))
        self.stiff *= 1 + 7 * mask
        self.quiet *= 1 - 0.7 * mask

    def _unturned(self, moved: Floats) -> Floats:
        """What still is turned over goes back towards the fit, step by step, with a smooth border."""
        share = np.ones(len(moved))
        result = moved
        for _ in range(40):
            bad = self._turned(result)
            if not len(bad):
                return result
            share[bad] *= 0.6
            share = np.minimum(share, 0.25 + self.fields.neighbours @ share)
            result = self.posed + share[:, None] * (moved - self.posed)
        return self.posed

    def _trust(self, moved: Floats) -> Floats:
        """1 where a match lies close and faces the same way, 0 where there is none."""
        normals = self.fields.normals(moved)
        _, point, direction = self.matcher.forth(moved, normals, self.placed)
        trust = self.believed * np.interp((normals * direction).sum(1), [0.5, 0.8], [0, 1])
        trust *= np.interp(np.linalg.norm(point - moved, axis=1), [0.002, 0.005], [1, 0])
        return 0.5 * (trust + np.minimum(trust, self.fields.neighbours @ trust))


def turned_triangles(before: Floats, after: Floats, corners: Ints) -> Ints:
    """Triangles ``corners (T, 3)`` that lie turned over, or crushed to nothing, after a displacement."""
    part = np.zeros(len(corners), np.int64)
    old, new = Triangles(before, corners, part).area_vectors, Triangles(after, corners, part).area_vectors
    size = np.linalg.norm(old, axis=1)
    area = np.linalg.norm(new, axis=1)
    cosine = (old * new).sum(1) / np.maximum(size * area, 1e-30)
    return np.flatnonzero((cosine < TURNED) | (area < LEAST_AREA * size))


def _belief(way: Floats, normals: Floats, directions: Floats, reach: float) -> Floats:
    """Robust weights of matches: the nearer and the better aligned the more, none beyond ``reach``."""
    cosine = (normals * directions).sum(1)
    length = np.linalg.norm(way, axis=1) / reach
    return np.interp(cosine, [0.5, 0.85], [0, 1]) * np.maximum(1 - length**2, 0) ** 2
