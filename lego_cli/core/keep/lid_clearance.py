"""Lids over eyeballs: after a change, they cover the user's own eyes as they did before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.keep.part_roles import EYES, REST

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.keep.own_surface import OwnSurface

REACH = 1.5  # eyeball radii: lids lie within
LEAST = 0.055  # eyeball radii: a lid that was higher may come down to this, and no further
LINING = 0.015  # eyeball radii: a lid's inside that was lower stays below this
ROUNDS = 6  # rounds of handing a lift on to neighbours
SMOOTHING = 20  # rounds of taking on the mean of neighbours
SHARE = 0.75  # of a neighbour's lift that a vertex takes on


def lifted_lids(moved: Floats, own: OwnSurface, role: np.ndarray, edges: Ints) -> None:
    """Lift skin and lashes off the eyeballs, in place, where displacements ``moved (U, 3)`` sank them in.

    ``edges (E, 2)`` are those of what may be lifted.
    """
    soft = np.unique(edges)
    for eye in EYES:
        ball = np.flatnonzero(role == eye)
        if len(ball) > 10:
            _lift(moved, own.positions, ball, soft, edges, role == REST)


def _lift(moved: Floats, points: Floats, ball: Ints, soft: Ints, edges: Ints, lining: np.ndarray) -> None:
    centre, after = _middle(points[ball]), _middle((points + moved)[ball])
    radius = np.median(np.linalg.norm(points[ball] - centre, axis=1))
    near = soft[np.linalg.norm(points[soft] - centre, axis=1) < REACH * radius]
    if not len(near):
        return
    rest, _ = _heights(points[near], points[ball], centre)
    now, outward = _heights((points + moved)[near], (points + moved)[ball], after)
    grown = np.linalg.norm((points + moved)[ball] - after, axis=1).mean()
    grown /= np.linalg.norm(points[ball] - centre, axis=1).mean()
    least = np.minimum(grown * rest, LEAST * grown * radius)
    lift, outside = np.zeros(len(points)), ~lining[near]
    lift[near] = np.maximum(least - now, 0) * (rest > -0.3 * radius) * outside
    direction = np.zeros_like(points)
    direction[near] = outward
    moved += (_handed_on(lift, edges) * ~lining)[:, None] * direction
    inner = ~outside & (outward[:, 2] > 0)
    most = np.maximum(grown * np.minimum(rest, LINING * radius), grown * rest - 0.2 * radius)
    sunk = np.where(inner & (rest < 0.2 * radius), np.maximum(now - most, 0), 0)
    moved[near] -= sunk[:, None] * outward


def _middle(ball: Floats) -> Floats:
    return (ball.min(0) + ball.max(0)) / 2


def _heights(points: Floats, ball: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """Height of each point over the outermost part of the eye in its direction, and that direction."""
    arm, out = points - centre, ball - centre
    size, reach = np.linalg.norm(arm, axis=1), np.linalg.norm(out, axis=1)
    direction = arm / np.maximum(size, 1e-9)[:, None]
    near = cKDTree(out / np.maximum(reach, 1e-9)[:, None]).query(direction, k=min(6, len(ball)))[1]
    return size - reach[near].max(1), direction


def _handed_on(lift: Floats, edges: Ints) -> Floats:
    """A lift with a soft border and without ridges: nowhere less than asked, elsewhere as its neighbours."""
    asked = lift
    for _ in range(ROUNDS):
        spread = np.zeros_like(lift)
        np.maximum.at(spread, edges[:, 0], lift[edges[:, 1]])
        np.maximum.at(spread, edges[:, 1], lift[edges[:, 0]])
        lift = np.maximum(lift, SHARE * spread)
    ends, others = edges.reshape(-1), edges[:, ::-1].reshape(-1)
    count = np.maximum(np.bincount(ends, minlength=len(lift)), 1)
    for _ in range(SMOOTHING):
        lift = np.maximum(asked, np.bincount(ends, lift[others], len(lift)) / count)
    return lift
