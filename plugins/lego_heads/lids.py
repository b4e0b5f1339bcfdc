"""Eyelids: they meet when the eye blinks, never cross, and stay outside the eyeball."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_heads.landmarks import lid_rows
from lego_heads.rings import boundary_loops, rings_around

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

SEAM = 0.12  # where closed lids meet: share of the way from the lower lid to the upper one
OVERLAP = 0.03  # how far the closed upper lid passes the seam, in mean lid openings: no chink between the rims
MARGIN = (1, 2, 3)  # rings of the lid margin: inner edge, middle, outer edge
SOURCE = (0, 0, 1, *(2,) * 10)  # which margin ring each ring around the eye follows
UPPER = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.99, 0.95, 0.79, 0.53, 0.2, 0.06, 0.0)  # how far each ring follows: upper lid
LOWER = (1.0, 1.0, 1.0, 1.0, 0.95, 0.85, 0.72, 0.57, 0.42, 0.27, 0.13, 0.04, 0.0)  # lower lid
THICKNESS = (-1.0, 0.0, 0.02, *(0.055,) * 10)
"""Least height of each ring over the eyeball, in eyeball radii (the innermost ring lies inside the eyeball)."""


class Lids:
    """The lids of one eye, as 15 columns from the inner to the outer corner, crossed by rings around the eye."""

    def __init__(self, mean: Floats, skin: Ints, mirror: Ints, eye: Ints, lashes: Ints, left: bool) -> None:
        """``mean (V, 3)`` metres; ``skin (F, 4)`` faces; vertices of this side's eyeball and lashes."""
        loops = [loop for loop in boundary_loops(skin) if len(loop) == 28]
        loop = next(loop for loop in loops if mean[loop, 0].mean() > 0)
        upper, lower = lid_rows(rings_around(skin, loop, len(UPPER) - 1), mean)
        side = np.arange(len(mirror)) if left else mirror
        self.upper, self.lower = side[upper], side[lower]  # (rings, 15)
        self.over_lower = _facing(mean, self.upper[MARGIN[2]], self.lower[MARGIN[2]])
        self.over_upper = _facing(mean, self.lower[MARGIN[2]], self.upper[MARGIN[2]])
        self.eye = eye
        self.inner = np.ones((1, 1, self.upper.shape[1], 1), np.float32)
        self.inner[:, :, [0, -1]] = 0.0  # the corners stay
        self._unit = _unit_ball(mean[eye])
        self._spread(mean, lashes)
        floor = np.full(len(mean), -1.0)
        for ring, height in enumerate(THICKNESS):
            floor[self.upper[ring]] = floor[self.lower[ring]] = height
        self.guarded = np.flatnonzero(floor > -1.0)
        self.floor = 1.0 + floor[self.guarded]

    def _spread(self, mean: Floats, lashes: Ints) -> None:
        """Which vertices follow the margin, and how: ``weight (n, 2 * 3 * 15)`` over (lid, margin ring, column)."""
        weight: dict[int, Floats] = {}
        for lid, (rows, reach) in enumerate(((self.upper, UPPER), (self.lower, LOWER))):
            for ring, source in enumerate(SOURCE):
                for column, vertex in enumerate(rows[ring].tolist()):
                    share = weight.setdefault(vertex, np.zeros((2, 3, rows.shape[1])))
                    share[lid, source, column] = reach[ring]
        for corner in (0, -1):  # corners belong to both lids
            for vertex in self.upper[:, corner].tolist():
                weight[vertex] = weight[vertex] / 2
        edge = np.stack([self.upper[MARGIN[2]], self.lower[MARGIN[2]]])
        for vertex in lashes.tolist():
            weight[vertex] = np.zeros((2, 3, edge.shape[1]))
            weight[vertex][:, 2] = _along_rim(mean, edge, vertex)
        self.followers = np.array(sorted(weight))
        self.weight = np.stack([weight[v].reshape(-1) for v in self.followers.tolist()]).astype(np.float32)

    def margins(self, heads: Floats) -> tuple[Floats, Floats]:
        """Upper and lower margin points ``(B, 3, 15, 3)``."""
        rings = list(MARGIN)
        return heads[:, self.upper[rings]], heads[:, self.lower[rings]]

    def follow(self, heads: Floats, upper: Floats, lower: Floats) -> None:
        """Move the margins by ``(B, 3, 15, 3)`` each and everything around them along, in place."""
        moves = np.stack([upper, lower], axis=1).reshape(len(heads), -1, 3).astype(np.float32)
        heads[:, self.followers] += self.weight @ moves

    def openings(self, heads: Floats) -> tuple[Floats, Floats]:
        """From the lower lid to the upper one, ``(B, 3, 15, 3)``: above the lower columns, and below the upper ones."""
        upper, lower = self.margins(heads)
        return self.over_upper @ upper - lower, upper - self.over_lower @ lower

    def uncross(self, heads: Floats, neutral: Floats) -> None:
        """Push lids apart where the lower one would cross the upper one, in place."""
        pushes = []
        for opening, rest in zip(self.openings(heads), self.openings(neutral), strict=True):
            up = rest[:, 2] + 0.2 * rest[:, 2].mean(1, keepdims=True)
            up /= np.maximum(np.linalg.norm(up, axis=2, keepdims=True), 1e-9)
            height = (opening[:, 1:] * up[:, None]).sum(3)
            least = np.minimum((rest[:, 1:] * up[:, None]).sum(3), 0.0)
            crossing = np.maximum(least - height, 0.0).max(1)
            crossing[:, [0, -1]] = 0.0
            pushes.append(np.broadcast_to((0.5 * crossing[..., None] * up)[:, None], opening.shape))
        self.follow(heads, pushes[1], -pushes[0])

    def close(self, heads: Floats, delta: Floats, amount: Floats) -> None:
        """Close the lids by ``amount (B,)``, in place: the source's blink ``delta (B, V, 3)``, corrected to meet."""
        share = amount[:, None, None, None]
        upper_delta, lower_delta = self.margins(delta)
        above_lower, below_upper = self.openings(heads)
        overlap = OVERLAP * below_upper.mean((1, 2), keepdims=True)
        heads += amount[:, None, None] * delta
        down = (SEAM - 1.0) * below_upper - overlap * self.inner
        self.follow(heads, share * (down - upper_delta), share * (SEAM * above_lower - lower_delta))

    def keep_outside(self, heads: Floats, neutral: Floats) -> None:
        """Lift lid vertices that sank towards the eyeball back to their least height over it, in place.

        Heights are measured where the eyeball is a unit sphere; it is that of ``neutral``. No vertex must be higher
        than it is at rest.
        """
        ball = self._ball(neutral)
        self._lift(heads, ball, self._heights(neutral, ball))

    def seat(self, heads: Floats, neutral: Floats) -> None:
        """The same for heads whose shape was changed, in place: over their own eyeballs as in ``neutral``."""
        self._lift(heads, self._ball(heads), self._heights(neutral, self._ball(neutral)))

    def _ball(self, heads: Floats) -> tuple[Floats, Floats]:
        """Centre ``(B, 1, 3)`` of the eyeball, and what maps the unit sphere to it ``(B, 3, 3)``."""
        ball = heads[:, self.eye]
        centre = ball.mean(1, keepdims=True)
        return centre, np.einsum("bvi,vj->bij", ball - centre, self._unit)

    def _heights(self, heads: Floats, ball: tuple[Floats, Floats]) -> Floats:
        """``(B, n)`` distances of the guarded vertices from the centre, in radii."""
        return np.asarray(np.linalg.norm(self._in_ball(heads, ball), axis=2))

    def _in_ball(self, heads: Floats, ball: tuple[Floats, Floats]) -> Floats:
        inverse = np.linalg.inv(ball[1].astype(np.float64)).astype(np.float32)
        return np.asarray(np.einsum("bij,bvj->bvi", inverse, heads[:, self.guarded] - ball[0]))

    def _lift(self, heads: Floats, ball: tuple[Floats, Floats], rest: Floats) -> None:
        unit = self._in_ball(heads, ball)
        height = np.linalg.norm(unit, axis=2)
        lift = np.maximum(np.minimum(self.floor, rest) - height, 0.0) / np.maximum(height, 1e-9)
        heads[:, self.guarded] += np.einsum("bij,bvj->bvi", ball[1], unit * lift[..., None])


def _facing(mean: Floats, row: Ints, other: Ints) -> Floats:
    """``(15, 15)`` weights of the points of ``other`` that face the points of ``row``, by place between the corners."""
    axis = mean[row[-1]] - mean[row[0]]
    places = [
        np.maximum.accumulate(np.clip((mean[r] - mean[r[0]]) @ axis / (axis @ axis), 0.0, 1.0)) for r in (row, other)
    ]
    weight = np.zeros((len(row), len(other)))
    for k, place in enumerate(places[0]):
        right = int(np.clip(np.searchsorted(places[1], place), 1, len(other) - 1))
        span = places[1][right] - places[1][right - 1]
        share = float(np.clip((place - places[1][right - 1]) / max(span, 1e-9), 0.0, 1.0))
        weight[k, right - 1], weight[k, right] = 1 - share, share
    weight[0], weight[-1] = np.eye(len(other))[0], np.eye(len(other))[-1]
    return weight.astype(np.float32)


def _unit_ball(ball: Floats) -> Floats:
    """``(n, 3)`` least-squares weights that turn an eyeball's centred vertices into its map from the unit sphere."""
    arm = ball - ball.mean(0)
    unit = arm / np.linalg.norm(arm, axis=1, keepdims=True)
    return (unit @ np.linalg.inv(unit.T @ unit)).astype(np.float32)


def _along_rim(mean: Floats, edge: Ints, vertex: int) -> Floats:
    """``(2, 15)`` weights of the two rim columns that a lash vertex grows from."""
    weight = np.zeros(edge.shape)
    away = np.linalg.norm(mean[edge] - mean[vertex], axis=2)
    lid = int(away.min(1).argmin())
    first, second = np.argsort(away[lid])[:2]
    one, two = mean[edge[lid, first]], mean[edge[lid, second]]
    along = np.clip(((mean[vertex] - one) @ (two - one)) / ((two - one) @ (two - one)), 0.0, 1.0)
    weight[lid, first], weight[lid, second] = 1 - along, along
    return weight
