"""Which way a head is turned, how large it is and where it stands: alignment of any mesh to the canonical frame.

Many starts over all orientations, sifted by trimmed two-sided ICP against the mean head with depth-free nearest-point
grids, so that a start costs a table look-up; the survivors are refined exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lego_cli.core.geometry.similarity import Similarity, best_similarities

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.geometry.visible import OuterSurface

FAR = 0.03  # metres: a point without a match counts as this far
TILT, CORNER_TILT = 26.0, 45.0  # degrees between the starts
CELLS = 36
MOST_POINTS = 8000


class Cloud:
    """Points with normals, and the nearest of them to anywhere: exactly, or fast from a grid of cells."""

    def __init__(self, points: Floats, normals: Floats) -> None:
        self.points, self.normals = points, normals
        self.tree = cKDTree(points)
        low, high = points.min(0), points.max(0)
        margin = 0.2 * (high - low).max()
        self._low, self._cell = low - margin, ((high - low).max() + 2 * margin) / CELLS
        axes = [self._low[k] + self._cell * (np.arange(CELLS) + 0.5) for k in range(3)]
        centres = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        self._nearest = self.tree.query(centres)[1]

    def near(self, places: Floats) -> Ints:
        """Index of a point near each place ``(..., 3)``, within a cell of the nearest."""
        cell = ((places - self._low) / self._cell).astype(np.int64).clip(0, CELLS - 1)
        return self._nearest[(cell[..., 0] * CELLS + cell[..., 1]) * CELLS + cell[..., 2]]

    def nearest(self, places: Floats) -> Ints:
        """Index of the nearest point to each place ``(..., 3)``."""
        return self.tree.query(places)[1]


@dataclass(frozen=True, eq=False)
class Target:
    """The mean head as alignment sees it."""

    cloud: Cloud
    front: Ints  # points of the face front
    crown: float
    neck: float  # below this height nothing of the input is looked for
    width: float
    deep: float  # z of the foremost points


@lru_cache(maxsize=2)
def target_of(fields: HeadFields) -> Target:
    """The mean head of these fields."""
    outside = fields.trust > 0
    points, normals = fields.mean[outside], fields.normals(fields.mean)[outside]
    upper = points[points[:, 1] > -0.06]
    unit = -float(fields.mean[fields.landmarks["chin"][0], 1])
    return Target(
        Cloud(points, normals),
        np.flatnonzero(fields.front[outside]),
        float(points[:, 1].max()),
        -0.85 * unit,
        float(np.ptp(np.quantile(upper[:, 0], [0.01, 0.99]))),
        float(np.quantile(upper[:, 2], 0.98)),
    )


def alignments(
    surface: OuterSurface, fields: HeadFields, count: int = 3, other_starts: bool = False
) -> list[tuple[float, Similarity]]:
    """The ``count`` best distinct similarities from canonical frame to input, each with its score in metres.

    ``other_starts`` begins from rotations between the usual ones: a second chance for odd heads.
    """
    target = target_of(fields)
    step = max(1, int(surface.even.sum()) // MOST_POINTS)
    points, normals = surface.points[surface.even][::step], surface.normals[surface.even][::step]
    middle = points.mean(0)
    size = float(np.sqrt(((points - middle) ** 2).sum(1).mean()))
    source = Cloud((points - middle) / size, normals)  # any unit is now none
    starts = _starts(source.points[:: max(1, len(points) // 1200)], target, other_starts)
    starts = _sift(starts, source, target, 90, 0, 500)
    starts = _sift(starts, source, target, 110, 8, 100)
    starts = _sift(starts, source, target, 300, 20, 60)
    best = _sift(_distinct(starts, 8), source, target, 700, 12, 8, exact=True)
    found = []
    for score, scale, rotation, translation in zip(*best, strict=True):
        inner = Similarity(float(scale), rotation, translation).inverted()
        found.append((float(score), Similarity(size, np.eye(3), middle).after(inner)))
    return found[:count]


Poses = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Scores ``(B,)``, scales ``(B,)``, rotations ``(B, 3, 3)``, translations ``(B, 3)``: input to canonical."""


def _rotations() -> Floats:
    """(360, 3, 3) the 24 axis orientations, straight and tilted: no rotation is more than some 30 degrees away."""
    upright = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if np.linalg.det(matrix) > 0:
                upright.append(matrix)
    axes = [np.eye(3)[k] * sign for k in range(3) for sign in (1, -1)]
    corners = [np.array(signs) / 3**0.5 for signs in product((1.0, -1.0), repeat=3)]
    vectors = [np.zeros(3), *(TILT * a for a in axes), *(CORNER_TILT * c for c in corners)]
    tilts = Rotation.from_rotvec(np.radians(vectors)).as_matrix()
    return np.stack([tilt @ matrix for matrix in upright for tilt in tilts])


def _starts(points: Floats, target: Target, other: bool) -> Poses:
    """For each rotation a guess of size and place: the top of the input is taken for a head, at three sizes."""
    scales, turns, shifts = [], [], []
    between = Rotation.from_euler("xyz", [17, 21, 13], degrees=True).as_matrix() if other else np.eye(3)
    for rotation in between @ _rotations():
        x = points @ rotation.T
        top, width = np.quantile(x[:, 1], 0.998), float(np.ptp(np.quantile(x[:, 0], [0.01, 0.99])))
        for _ in range(4):
            part = x[x[:, 1] > top - width]
            width = float(np.ptp(np.quantile(part[:, 0], [0.01, 0.99])))
        part = x[x[:, 1] > top - 0.8 * width]
        anchor = np.array([np.quantile(part[:, 0], [0.02, 0.98]).mean(), top, np.quantile(part[:, 2], 0.98)])
        for size in (0.75, 0.92, 1.1) if other else (0.85, 1.0, 1.18):
            scale = size * target.width / max(width, 1e-6)
            scales.append(scale)
            turns.append(rotation)
            shifts.append(np.array([0, target.crown, target.deep]) - scale * anchor)
    return np.zeros(len(scales)), np.array(scales), np.array(turns), np.array(shifts)


def _sift(
    poses: Poses, source: Cloud, target: Target, samples: int, rounds: int, keep: int, exact: bool = False
) -> Poses:
    """ICP from every pose, then the ``keep`` best, best first."""
    mine = np.linspace(0, len(source.points) - 1, samples).astype(np.int64)
    theirs = np.concatenate(
        [_spread(target.front, samples // 2), _spread(np.arange(len(target.cloud.points)), samples // 2)]
    )
    _, scale, rotation, translation = poses
    for k in range(rounds):
        reach = FAR * (1.5 - k / rounds)
        a, b, _, weight = _pairs(scale, rotation, translation, source, target, mine, theirs, reach, exact)
        fresh = best_similarities(a, b, weight + 1e-9)
        limit = np.clip(fresh[0], 0.93 * scale, 1.07 * scale)
        middle = (weight[..., None] * a).sum(1) / np.maximum(weight.sum(1), 1e-9)[:, None]
        turned = np.einsum("bij,bj->bi", fresh[1], middle)
        scale, rotation, translation = limit, fresh[1], fresh[2] + (fresh[0] - limit)[:, None] * turned
    score = _score(scale, rotation, translation, source, target, mine, theirs, exact)
    order = np.argsort(score, kind="stable")[:keep]
    return score[order], scale[order], rotation[order], translation[order]


def _spread(index: Ints, count: int) -> Ints:
    return index[np.linspace(0, len(index) - 1, count).astype(np.int64)]


def _pairs(
    scale: Floats, rotation: Floats, translation: Floats, source: Cloud, target: Target,
    mine: Ints, theirs: Ints, reach: float, exact: bool,
) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    """Pairs in both directions: input points, canonical points, their distances in metres, and weights."""
    moved = scale[:, None, None] * (source.points[mine] @ np.swapaxes(rotation, 1, 2)) + translation[:, None]
    find = target.cloud.nearest if exact else target.cloud.near
    there = find(moved)
    back = ((target.cloud.points[theirs] - translation[:, None]) @ rotation) / scale[:, None, None]
    here = source.nearest(back) if exact else source.near(back)
    batch = len(scale)
    a = np.concatenate([np.broadcast_to(source.points[mine], (batch, len(mine), 3)), source.points[here]], axis=1)
    b = np.concatenate(
        [target.cloud.points[there], np.broadcast_to(target.cloud.points[theirs], (batch, len(theirs), 3))], axis=1
    )
    na = np.concatenate([np.broadcast_to(source.normals[mine], (batch, len(mine), 3)), source.normals[here]], axis=1)
    nb = np.concatenate(
        [target.cloud.normals[there], np.broadcast_to(target.cloud.normals[theirs], (batch, len(theirs), 3))], axis=1
    )
    image = scale[:, None, None] * (a @ np.swapaxes(rotation, 1, 2)) + translation[:, None]
    distance = np.linalg.norm(image - b, axis=2)
    agree = ((na @ np.swapaxes(rotation, 1, 2)) * nb).sum(2)
    distance = np.where(agree > 0.3, np.minimum(distance, FAR), FAR)
    weight = np.maximum(agree, 0) ** 2 / (1 + (distance / (0.4 * reach)) ** 2) ** 2 * (agree > 0.3)
    weight[:, : len(mine)] *= moved[..., 1] > target.neck
    return a, b, distance, weight


def _score(
    scale: Floats, rotation: Floats, translation: Floats, source: Cloud, target: Target,
    mine: Ints, theirs: Ints, exact: bool,
) -> Floats:  # fmt: skip
    """How far the face, the whole template and the input above the neck are from what they lie on, in metres."""
    a, _, distance, _ = _pairs(scale, rotation, translation, source, target, mine, theirs, FAR, exact)
    height = scale[:, None] * (a[:, : len(mine)] @ rotation[:, 1, :, None])[..., 0] + translation[:, 1:2]
    above = height > target.neck
    forth = np.where(above, distance[:, : len(mine)], 0).sum(1) / np.maximum(above.sum(1), 1)
    forth[above.sum(1) < 0.15 * len(mine)] = FAR
    half = len(mine) + len(theirs) // 2
    face, whole = distance[:, len(mine) : half].mean(1), distance[:, half:].mean(1)
    return (face + 0.5 * forth + 0.3 * whole) / 1.8


def _distinct(poses: Poses, count: int) -> Poses:
    """The best poses that are more than a few degrees, or some size, apart."""
    _, scale, rotation, _ = poses
    kept: list[int] = []
    for k in range(len(scale)):
        angles = [np.trace(rotation[k].T @ rotation[j]) for j in kept]
        sizes = [abs(np.log(scale[k] / scale[j])) for j in kept]
        if all(a < 2.97 or s > 0.08 for a, s in zip(angles, sizes, strict=True)):
            kept.append(k)
    chosen = np.array(kept[:count])
    return poses[0][chosen], scale[chosen], rotation[chosen], poses[3][chosen]
