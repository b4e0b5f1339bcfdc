"""Gives eyes another size and opening: balls as spheres, lids on them, the skin round them as a thin sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lego_styles.anatomy import SIDES
from lego_styles.lashes import LashRoots
from lego_styles.lid_sphere import Ball, LidSphere
from lego_styles.measures import face_size

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_cli.api import HeadModel
    from lego_styles.anatomy import Anatomy
    from lego_styles.lid_sphere import Aperture

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

HANDLE_RINGS = 6  # rings of lid skin that move with the margin
SOCKET_DEPTH = 0.01  # of the ball's radius; sockets lie inside the ball, so that they never show through lids
CREASE_PROFILE = (0.0, 0.3, 0.4, 0.1, -0.7, -1.0, -0.2)  # of the crease's depth, ring by ring from the margin


@dataclass(frozen=True)
class EyeDesign:
    """What eyes should be in a style, in mm and degrees on a face of mean size; ``kept`` of the person's deviation."""

    radius: float  # of the ball
    width: float  # between the lid corners
    upper: float  # of the upper lid's middle over the line between the corners
    lower: float  # of the lower lid's middle under it
    tilt: float  # of that line, outer corner higher, degrees
    height: float  # of that line's middle over the ball's centre
    kept: float = 0.5
    back: float = 0.86  # how far a grown ball is pushed back, in its growth
    apart: float = 0.0  # how far each eye moves outwards
    crease: float = 0.0  # mm that the fold over the upper lid is pressed in, at its middle
    reach: float = 0.042  # metres of skin round the lids that follow


class EyeFit:
    """Applies an :class:`EyeDesign` to a head."""

    def __init__(self, head: HeadModel, anatomy: Anatomy, design: EyeDesign) -> None:
        self.head, self.anatomy, self.design = head, anatomy, design
        self.mean = {side: self._sphere(anatomy.mean, side) for side in SIDES}
        near = np.minimum(*(anatomy.eye_distance[side] for side in SIDES)) < design.reach
        steps = np.minimum(*(anatomy.lid_steps[side] for side in SIDES))
        held = (anatomy.nostril_distance < 0.016) | anatomy.over_brows
        self.free = np.flatnonzero(near & (steps > HANDLE_RINGS) & ~held)
        self.roots = {side: LashRoots(anatomy, side) for side in SIDES}
        self.handles = {side: np.flatnonzero(anatomy.lid_steps[side] <= HANDLE_RINGS) for side in SIDES}

    def _sphere(self, shape: Floats, side: str) -> LidSphere:
        ball = Ball.around(shape[self.anatomy.parts[f"eye_{side}"]])
        rows = [shape[self.anatomy.landmarks[f"lid_{lid}_{side}"]] for lid in ("upper", "lower")]
        return LidSphere(ball, rows[0], rows[1], 1 if side == "left" else -1)

    def __call__(self, neutral: Floats, shape: Floats) -> Floats:
        """``shape (V, 3)``, made from ``neutral``, with the eyes of the design; balls are copies of neutral's."""
        size = face_size(self.head, neutral)
        result = np.array(shape)
        move = np.zeros((len(self.anatomy.skin), 3))
        for side in SIDES:
            sphere, ball, aperture = self._planned(neutral, shape, side, size)
            handles, parts = self.handles[side], self.anatomy.parts
            own = self._sphere(neutral, side)
            heights = self._handle_heights(own.heights(neutral[handles]), sphere.heights(shape[handles]), side)
            move[handles] = sphere.carried(shape[handles], aperture, ball, heights) - shape[handles]
            move[handles] += self._crease(sphere, shape[handles], side, size)
            socket, lashes = parts[f"socket_{side}"], parts[f"lashes_{side}"]
            under = np.minimum(own.heights(neutral[socket]), -SOCKET_DEPTH * own.ball.radius)
            result[socket] = sphere.carried(shape[socket], aperture, ball, under)
            margin = (shape[: len(move)] + move)[self.roots[side].margin]
            result[lashes] = self.roots[side](shape, margin, sphere.ball, ball)
            old = Ball.around(neutral[parts[f"eye_{side}"]])
            balls = neutral[parts[f"eye_{side}"]] - old.centre
            result[parts[f"eye_{side}"]] = ball.centre + balls * (ball.radius / old.radius)
        result[self.anatomy.skin] = shape[self.anatomy.skin] + self.anatomy.sheet(self.free)(move)
        return result

    def _handle_heights(self, own: Floats, now: Floats, side: str) -> Floats:
        """At the margin lids lie on the ball as they did on the person's own; further out, as sliders left them."""
        share = self.anatomy.lid_steps[side][self.handles[side]] / HANDLE_RINGS
        return own + share * (now - own)

    def _crease(self, sphere: LidSphere, points: Floats, side: str, size: float) -> Floats:
        """Displacements ``(n, 3)`` of the handles that press in the fold over the upper lid."""
        steps = self.anatomy.lid_steps[side][self.handles[side]]
        depth = np.interp(steps, np.arange(HANDLE_RINGS + 1), CREASE_PROFILE) * sphere.upperness(points)
        away = points - sphere.ball.centre
        away = away / np.linalg.norm(away, axis=1, keepdims=True)
        return away * (depth * self.design.crease * size / 1000)[:, None]

    def _planned(self, neutral: Floats, shape: Floats, side: str, size: float) -> tuple[LidSphere, Ball, Aperture]:
        """The eye as it is in ``shape``, and the ball and aperture that it shall have."""
        design, sphere = self.design, self._sphere(shape, side)
        own, mean = self._sphere(neutral, side), self.mean[side]
        size_mm = size / 1000

        def aim(target: float, now: float, usual: float) -> float:
            return target + design.kept * (now - usual)

        radius = size_mm * aim(design.radius, own.ball.radius / size_mm, mean.ball.radius * 1000)
        sign = 1 if side == "left" else -1
        ball = replace(sphere.ball, radius=own.ball.radius).grown(radius / own.ball.radius, design.back)
        ball = ball.moved(np.array([sign * design.apart * size_mm, 0.0, 0.0]))
        a, b = own.aperture, mean.aperture

        def angle(target: float, now: float, usual: float) -> float:
            length = size_mm * aim(target, now * own.ball.radius / size_mm, usual * mean.ball.radius * 1000)
            return float(np.clip(length / radius, 0.05, 1.25))

        half = (
            size_mm
            / 2
            * aim(
                design.width, 2 * np.sin(a.width) * own.ball.radius / size_mm, 2000 * np.sin(b.width) * mean.ball.radius
            )
        )
        new = replace(
            sphere.aperture,
            pitch=float(
                np.arcsin(
                    size_mm
                    * aim(
                        design.height,
                        np.sin(a.pitch) * own.ball.radius / size_mm,
                        np.sin(b.pitch) * mean.ball.radius * 1000,
                    )
                    / radius
                )
            ),
            width=float(np.arcsin(np.clip(half / radius, 0.1, 0.92))),
            tilt=float(
                np.tan(np.deg2rad(aim(design.tilt, np.rad2deg(np.arctan(a.tilt)), np.rad2deg(np.arctan(b.tilt)))))
            ),
            upper=angle(design.upper, a.upper, b.upper),
            lower=angle(design.lower, a.lower, b.lower),
        )
        return sphere, ball, new
