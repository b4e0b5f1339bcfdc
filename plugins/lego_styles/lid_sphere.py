"""Lids live on the eyeball: their shape as angles seen from its centre, changed there, and put on another ball."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Ball:
    """An eyeball: centre ``(3,)`` and radius, metres."""

    centre: Floats
    radius: float

    @staticmethod
    def around(vertices: Floats) -> Ball:
        """The ball of an eyeball's vertices ``(n, 3)``."""
        centre = vertices.mean(0)
        return Ball(centre, float(np.linalg.norm(vertices - centre, axis=1).mean()))

    def moved(self, by: Floats) -> Ball:
        """The same ball elsewhere."""
        return replace(self, centre=self.centre + by)

    def grown(self, factor: float, back: float = 0.86) -> Ball:
        """A ball ``factor`` times as large, pushed back so that its front stays almost where it was."""
        return Ball(self.centre - np.array([0, 0, back * (factor - 1) * self.radius]), factor * self.radius)


@dataclass(frozen=True)
class Aperture:
    """The opening between the lids as angles (radians) seen from the ball's centre, the nose at negative yaw.

    ``yaw`` and ``pitch`` are the middle between the corners, ``width`` half their distance, ``tilt`` the slope of
    the line through them (positive: outer corner higher), ``upper`` and ``lower`` the heights of the lids over it.
    """

    yaw: float
    pitch: float
    width: float
    tilt: float
    upper: float
    lower: float


class LidSphere:
    """One eye of one head: measures its aperture and maps points round it to another aperture on another ball.

    ``side`` is +1 for the left eye and -1 for the right one; angles are mirrored for the right eye.
    """

    def __init__(self, ball: Ball, upper: Floats, lower: Floats, side: int) -> None:
        """``upper, lower (n, 3)``: the paired rows of the lid margin from the inner to the outer corner."""
        self.ball, self.side = ball, side
        rows = [self._angles(row) for row in (upper, lower)]
        inner, outer = (rows[0][0] + rows[1][0]) / 2, (rows[0][-1] + rows[1][-1]) / 2
        middle, half = (inner + outer) / 2, (outer - inner) / 2
        tilt = half[1] / half[0]
        heights = [row[:, 1] - middle[1] - tilt * (row[:, 0] - middle[0]) for row in rows]
        self.aperture = Aperture(
            float(middle[0]), float(middle[1]), float(half[0]), float(tilt),
            float(heights[0].max()), float(-heights[1].min()),
        )  # fmt: skip

    def _angles(self, points: Floats) -> Floats:
        d = points - self.ball.centre
        yaw = np.arctan2(self.side * d[..., 0], d[..., 2])
        pitch = np.arctan2(d[..., 1], np.hypot(d[..., 0], d[..., 2]))
        return np.stack([yaw, pitch], axis=-1)

    def upperness(self, points: Floats) -> Floats:
        """``(n,)`` how much points lie over the middle of the upper lid: 1 there, 0 at the corners and below."""
        angles = self._angles(points)
        along = (angles[:, 0] - self.aperture.yaw) / self.aperture.width
        over = angles[:, 1] - self.aperture.pitch - self.aperture.tilt * (angles[:, 0] - self.aperture.yaw)
        return np.clip(1 - along**2, 0.0, 1.0) * np.clip(2 * over / self.aperture.upper, 0.0, 1.0)

    def heights(self, points: Floats) -> Floats:
        """``(n,)`` metres that points lie over the ball."""
        return np.asarray(np.linalg.norm(points - self.ball.centre, axis=1) - self.ball.radius)

    def carried(self, points: Floats, new: Aperture, ball: Ball, heights: Floats | None = None) -> Floats:
        """Points ``(n, 3)`` near the eye as they lie round the aperture ``new`` on the new ball.

        Their ``heights (n,)`` over the ball stay as they are, unless others are given.
        """
        old = self.aperture
        angles = self._angles(points)
        along = (angles[:, 0] - old.yaw) / old.width
        over = angles[:, 1] - old.pitch - old.tilt * (angles[:, 0] - old.yaw)
        grown = np.where(over > 0, new.upper - old.upper, new.lower - old.lower)
        edge = np.where(over > 0, old.upper, old.lower)
        # inside the opening angles stretch; beyond lids and corners they are shifted by what those moved
        over = over + grown * np.clip(over / edge, -1.0, 1.0)
        inside = np.clip(along, -1.0, 1.0)
        sideways = inside * new.width + (along - inside) * old.width
        yaw = new.yaw + sideways
        pitch = new.pitch + new.tilt * sideways + over
        radius = ball.radius + (self.heights(points) if heights is None else heights)
        level = np.cos(pitch)
        direction = np.stack([self.side * np.sin(yaw) * level, np.sin(pitch), np.cos(yaw) * level], axis=1)
        return ball.centre + radius[:, None] * direction
