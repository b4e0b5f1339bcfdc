"""What each connected part of a file is, told from its geometry: skin, eyeball, jaw, lashes, or something worn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.geometry.nearest_place import PlaceFinder

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.keep.own_surface import OwnSurface

SKIN, EYES, UPPER, LOWER, MOUTH, LASHES, WORN = (
    "skin", ("eye_left", "eye_right"), "teeth_upper", "teeth_lower", "tongue", "lashes", "worn",
)  # fmt: skip
REST = "lining"  # of the skin's component, but not on the head model's skin: mouth, sockets, shoulders
SKIN_SHARE = 0.3  # of a component's vertices that lie on the registered skin and face as it does
NEAR, AWAY = 0.004, 0.009  # metres from the registered skin: surely on it, surely not
TOOTH = 0.028  # metres: a part of the mouth no longer than this is a tooth
ALIKE, UNLIKE = 0.7, 0.3  # cosine between normals


@dataclass(frozen=True)
class LaidHead:
    """The head model laid onto an input, canonical frame: the skin as registered, the other parts as decoded."""

    vertices: Floats  # (V, 3)
    parts: dict[str, Ints]
    triangles: Ints  # (T, 3)

    def finder(self, names: tuple[str, ...], turn: float = 0.01) -> PlaceFinder:
        """Places on some parts."""
        chosen = np.zeros(len(self.vertices), dtype=bool)
        for name in names:
            chosen[self.parts[name]] = True
        return PlaceFinder(self.vertices, self.triangles[chosen[self.triangles].all(1)], turn)

    def ball(self, eye: str) -> tuple[Floats, float]:
        """Centre and radius of an eyeball."""
        points = self.vertices[self.parts[eye]]
        return points.mean(0), float(np.linalg.norm(points - points.mean(0), axis=1).mean())


def on_skin(distance: Floats, cosine: Floats) -> Floats:
    """0..1, how surely a vertex so far from the registered skin, and so turned, is of the skin."""
    return np.interp(distance, [NEAR, AWAY], [1, 0]) * np.interp(cosine, [UNLIKE, ALIKE], [0, 1])


def component_roles(own: OwnSurface, laid: LaidHead, match: Floats) -> list[str]:
    """The role of each component; ``match (U,)`` as of :func:`on_skin`."""
    members = own.members()
    roles = [WORN] * own.count
    biggest = max(range(own.count), key=lambda k: (match[members[k]] > 0.5).sum())
    order = [k for k in sorted(range(own.count), key=lambda k: -len(members[k])) if k != biggest and len(members[k])]
    balls: dict[str, tuple[Floats, float]] = {}
    for k in order:
        side = _eyeball(own.positions[members[k]], laid)
        if side:
            roles[k] = side
            balls[side] = max(balls.get(side, (np.zeros(3), 0.0)), sphere_of(own.positions[members[k]]), key=_radius)
    for k in order:
        if roles[k] == WORN:
            points, surely = own.positions[members[k]], match[members[k]] > 0.5
            skin = SKIN if surely.mean() > SKIN_SHARE else None
            lash = LASHES if _is_lash(points, laid) else None
            roles[k] = _shell(points, balls) or (MOUTH if _in_mouth(points, laid) else lash) or skin or WORN
    roles[biggest] = SKIN
    return _split_jaws(roles, own.positions, members, laid)


def _radius(ball: tuple[Floats, float]) -> float:
    return ball[1]


def sphere_of(points: Floats) -> tuple[Floats, float]:
    """Least-squares sphere: centre and radius, metres."""
    middle = points.mean(0)
    p = points - middle
    solved = np.linalg.lstsq(np.c_[2 * p, np.ones(len(p))], (p**2).sum(1), rcond=None)[0]
    return middle + solved[:3], float(np.sqrt(max(solved[3] + solved[:3] @ solved[:3], 0.0)))


def _eyeball(points: Floats, laid: LaidHead) -> str | None:
    """The side of an eyeball: round, of an eye's size, where an eye belongs."""
    if len(points) < 12:
        return None
    centre, radius = sphere_of(points)
    rough = np.abs(np.linalg.norm(points - centre, axis=1) - radius).mean()
    for name in EYES:
        where, size = laid.ball(name)
        if np.linalg.norm(centre - where) < 0.6 * size and 0.6 < radius / size < 1.5 and rough < 0.1 * radius:
            return name if np.ptp(points, axis=0).min() > 1.2 * radius else None
    return None


def _shell(points: Floats, balls: dict[str, tuple[Floats, float]]) -> str | None:
    """The eyeball that a thin part lies on: a cornea, an iris, a tear line."""
    for name, (centre, radius) in balls.items():
        away = np.linalg.norm(points - centre, axis=1) / radius
        if np.percentile(away, 95) < 1.25:
            return name
    return None


def _in_mouth(points: Floats, laid: LaidHead) -> bool:
    inside = laid.vertices[np.concatenate([laid.parts[n] for n in (UPPER, LOWER, "tongue", "mouth_bag")])]
    low, high = inside.min(0) - 0.006, inside.max(0) + 0.006
    return bool(((points > low) & (points < high)).all(1).mean() > 0.9)


def _is_lash(points: Floats, laid: LaidHead) -> bool:
    """A small part that begins at the lids."""
    for name in EYES:
        centre, size = laid.ball(name)
        away = np.linalg.norm(points - centre, axis=1)
        if away.min() < 1.35 * size and away.max() < 3 * size and (points[:, 2] > centre[2]).mean() > 0.6:
            return True
    return False


def _split_jaws(roles: list[str], positions: Floats, members: list[Ints], laid: LaidHead) -> list[str]:
    """Which of the mouth's parts belong to the upper jaw, which to the lower one; what spans both stays soft."""
    mouth = [k for k, role in enumerate(roles) if role == MOUTH]
    if not mouth:
        return roles
    bite = _bite(positions, [members[k] for k in mouth], laid)
    tongue = cKDTree(laid.vertices[laid.parts["tongue"]])
    for k in mouth:
        points = positions[members[k]]
        above = float((points[:, 1] > bite).mean())
        tooth = np.ptp(points, axis=0).max() < TOOTH
        if tooth or (not 0.25 < above < 0.75 and tongue.query(points)[0].mean() > 0.006):
            roles[k] = UPPER if points[:, 1].mean() > bite else LOWER
    return roles


def _bite(positions: Floats, members: list[Ints], laid: LaidHead) -> float:
    """Height at which the rows of teeth meet: between two clusters of small parts, else as decoded."""
    upper, lower = (laid.vertices[laid.parts[name]][:, 1].mean() for name in (UPPER, LOWER))
    small = np.array([positions[m][:, 1].mean() for m in members if np.ptp(positions[m], axis=0).max() < TOOTH])
    tall = np.array([positions[m][:, 1].mean() for m in members])
    middles = small if len(small) > 3 else tall
    for _ in range(10):
        bite = (upper + lower) / 2
        high = middles > bite
        if high.all() or not high.any():
            break
        upper, lower = middles[high].mean(), middles[~high].mean()
    return float((upper + lower) / 2)
