"""Simulated scans: what an encoder may be shown of a head. Any meshing, noise, holes, cuts, hair, clothes, clutter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.encoding.clutter import clutter
from lego_cli.core.encoding.head_fields import HeadFields
from lego_cli.core.geometry.oriented import Triangles
from lego_cli.core.geometry.similarity import Similarity, best_similarities
from lego_cli.core.geometry.visible import openness

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Topology

EYES = ("eye_left", "eye_right")
HIDDEN = 0.25  # least openness of skin that a scan sees


@dataclass(frozen=True)
class Scan:
    """``N`` surface samples of one head, with what nobody tells an encoder."""

    points: Floats  # (N, 3) canonical frame
    normals: Floats  # (N, 3) outwards
    mean: Floats  # (N, 3) the same places on the mean head
    known: np.ndarray  # (N,) bool: false for clutter, which has no place on a head


@dataclass(frozen=True)
class Meshing:
    """A layout of the skin's surface: triangles over points that head-model vertices carry."""

    corners: Ints  # (T, 3)
    anchors: Ints  # (Q, k)
    weights: Floats  # (Q, k)

    def carry(self, values: Floats) -> Floats:
        """Head-model values ``(V, ...)`` to values at the meshing's points ``(Q, ...)``."""
        return np.einsum("qk,qk...->q...", self.weights, values[self.anchors])


class Scanner:
    """Makes scans of posed heads of one head model."""

    def __init__(self, fields: HeadFields, topologies: Sequence[Topology]) -> None:
        head = fields.stylist.head
        self.fields, self.vertices = fields, np.asarray(head.vertices, np.float64)
        skin = fields.stylist.skin
        own = Meshing(skin[fields.corners], np.arange(len(self.vertices))[:, None], np.ones((len(self.vertices), 1)))
        self.meshings = [own, *(_meshing(topology) for topology in topologies)]
        self._open = np.zeros(len(self.vertices))
        self._open[skin] = openness(fields.mean, fields.normals(fields.mean))
        self._eyes = [_part_triangles(fields, part) for part in EYES]
        self._lids = [np.asarray(head.landmarks[part]) for part in EYES]
        self.chin = float(fields.mean[fields.landmarks["chin"][0], 1])

    def placed(self, posed: Floats) -> Similarity:
        """Where the mean head would best stand for a posed head ``(V, 3)``: its outer surface over it."""
        skin = self.fields.stylist.skin
        scale, rotation, shift = best_similarities(
            self.fields.mean[None], posed[None, skin], self.fields.trust[None].astype(np.float64)
        )
        return Similarity(float(scale[0]), rotation[0], shift[0])

    def __call__(self, posed: Floats, count: int, rng: np.random.Generator) -> Scan:
        """A scan of ``count`` samples or a few more of a posed head ``(V, 3)``."""
        meshing = self.meshings[rng.integers(len(self.meshings))]
        scan = self._skin(posed, meshing, count, rng)
        if rng.random() < 0.5:
            scan = _joined(scan, self._eyeballs(posed, count // 40, rng))
        if rng.random() < 0.35:
            scan = self._haired(scan, rng)
        scan = _kept(scan, self._cut(scan.mean, rng) & _unholed(scan.points, rng))
        extra, turned = clutter(self.chin, count, rng)
        if len(extra):
            placed = self.placed(posed)
            nowhere = np.zeros(len(extra), dtype=bool)
            scan = _joined(scan, Scan(placed.apply(extra), placed.apply_directions(turned), 0 * extra, nowhere))
        return _noisy(scan, rng)

    def _skin(self, posed: Floats, meshing: Meshing, count: int, rng: np.random.Generator) -> Scan:
        points, mean, seen = (meshing.carry(x) for x in (posed, self.vertices, self._open))
        surface = Triangles(points, meshing.corners, np.zeros(len(meshing.corners), np.int64))
        vectors = surface.area_vectors
        area = np.linalg.norm(vectors, axis=1)
        even = rng.random()
        share = even * area / area.sum() + (1 - even) * np.sqrt(area) / np.sqrt(area).sum()
        face, weights = _drawn(share, count, rng)
        corner = meshing.corners[face]
        normals = np.einsum("nk,nkc->nc", weights, surface.vertex_normals()[corner])
        flat = rng.random() < 0.3
        normals = vectors[face] if flat else normals
        scan = Scan(
            np.einsum("nk,nkc->nc", weights, points[corner]),
            normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12),
            np.einsum("nk,nkc->nc", weights, mean[corner]),
            np.ones(count, dtype=bool),
        )
        return _kept(scan, (weights * seen[corner]).sum(1) > HIDDEN)

    def _eyeballs(self, posed: Floats, count: int, rng: np.random.Generator) -> Scan:
        """What shows of the eyeballs between the lids."""
        found = []
        for corners, lids in zip(self._eyes, self._lids, strict=True):
            surface = Triangles(posed, corners, np.zeros(len(corners), np.int64))
            area = np.linalg.norm(surface.area_vectors, axis=1)
            face, weights = _drawn(area / area.sum(), 8 * count, rng)
            corner = corners[face]
            points, normals, mean = (
                np.einsum("nk,nkc->nc", weights, x[corner]) for x in (posed, surface.vertex_normals(), self.vertices)
            )
            scan = Scan(points, normals, mean, np.ones(len(points), dtype=bool))
            shown = (normals[:, 2] > 0.2) & _inside(points[:, :2], posed[lids, :2])
            found.append(_kept(scan, shown))
        return _joined(*found)

    def _haired(self, scan: Scan, rng: np.random.Generator) -> Scan:
        """Hair: the scalp behind a tilted hairline, lifted off and roughened."""
        line = np.array([0.35 * rng.normal(), 1.0, -rng.uniform(0.4, 1.6)])
        behind = scan.mean @ line - line[1] * rng.uniform(0.03, 0.075) > 0
        lift = rng.uniform(0.002, 0.03) * (1 + 0.5 * np.sin(scan.points @ rng.normal(0, 60, 3) + rng.uniform(0, 6)))
        lift += rng.uniform(0, 0.004) * rng.random(len(lift))
        points = scan.points + np.where(behind, np.maximum(lift, 0), 0)[:, None] * scan.normals
        normals = scan.normals + behind[:, None] * rng.normal(0, rng.uniform(0, 0.6), scan.normals.shape)
        return Scan(points, normals / np.linalg.norm(normals, axis=1, keepdims=True), scan.mean, scan.known)

    def _cut(self, points: Floats, rng: np.random.Generator) -> np.ndarray:
        """What is left after cuts: through the neck, behind the face, across the top."""
        stays = np.ones(len(points), dtype=bool)
        tilt = rng.normal(0, 0.25, (3, 3))
        if rng.random() < 0.6:
            level = self.chin - rng.uniform(-0.01, 0.04)
            stays &= points @ (np.array([0, 1, 0]) + tilt[0] * [1, 0, 1]) > level
        if rng.random() < 0.2:
            stays &= points @ (np.array([0, 0, 1]) + tilt[1] * [1, 1, 0]) > rng.uniform(-0.11, -0.03)
        if rng.random() < 0.1:
            stays &= points @ (np.array([0, 1, 0]) + tilt[2] * [1, 0, 1]) < rng.uniform(0.05, 0.1)
        return stays if stays.mean() > 0.25 else np.ones(len(points), dtype=bool)


def _meshing(topology: Topology) -> Meshing:
    """The skin of a topology."""
    on_skin = np.zeros(len(topology.mesh.vertices), dtype=bool)
    on_skin[topology.parts["skin"]] = True
    triangles = topology.mesh.triangles()
    return Meshing(triangles[on_skin[triangles].all(1)], topology.anchors, np.asarray(topology.weights, np.float64))


def _part_triangles(fields: HeadFields, part: str) -> Ints:
    inside = np.zeros(len(fields.stylist.head.vertices), dtype=bool)
    inside[fields.stylist.head.parts[part]] = True
    triangles: Ints = fields.stylist.head.mesh.triangles()
    return triangles[inside[triangles].all(1)]


def _drawn(share: Floats, count: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Random triangles ``(N,)`` and places in them ``(N, 3)``."""
    total = np.cumsum(share)
    face = np.searchsorted(total, (np.arange(count) + rng.random(count)) / count * total[-1]).clip(max=len(share) - 1)
    u, v = rng.random(count), rng.random(count)
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    return face, np.stack([1 - u - v, u, v], axis=1)


def _kept(scan: Scan, stays: np.ndarray) -> Scan:
    return Scan(scan.points[stays], scan.normals[stays], scan.mean[stays], scan.known[stays])


def _joined(*scans: Scan) -> Scan:
    names = ("points", "normals", "mean", "known")
    return Scan(*(np.concatenate([getattr(scan, name) for scan in scans]) for name in names))


def _unholed(points: Floats, rng: np.random.Generator) -> np.ndarray:
    stays = np.ones(len(points), dtype=bool)
    if rng.random() < 0.3:
        for _ in range(rng.integers(1, 13)):
            centre = points[rng.integers(len(points))]
            stays &= ((points - centre) ** 2).sum(1) > rng.uniform(0.003, 0.022) ** 2
    return stays


def _noisy(scan: Scan, rng: np.random.Generator) -> Scan:
    rough = rng.choice([0.0, 0.0003, 0.0008], p=[0.5, 0.3, 0.2])
    normals = scan.normals + rng.normal(0, rng.uniform(0, 150) * rough + 1e-6, scan.normals.shape)
    return Scan(
        scan.points + rng.normal(0, rough + 1e-9, scan.points.shape),
        normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12),
        scan.mean,
        scan.known,
    )


def _inside(points: Floats, polygon: Floats) -> np.ndarray:
    """Whether points ``(N, 2)`` lie inside a polygon ``(M, 2)``: crossings of a ray."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    x, y = points[:, :1], points[:, 1:]
    rises = (a[:, 1] > y) != (b[:, 1] > y)
    slope = (b[:, 0] - a[:, 0]) / np.where(b[:, 1] == a[:, 1], 1e-12, b[:, 1] - a[:, 1])
    return (rises & (x < a[:, 0] + (y - a[:, 1]) * slope)).sum(1) % 2 == 1
