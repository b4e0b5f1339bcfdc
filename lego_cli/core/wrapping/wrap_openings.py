"""The holes and rims of a wrapped mesh: which opening of a face each one is, and whether it lies there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.keep.part_roles import REST
from lego_cli.core.wrapping.wrap import Wrap
from lego_cli.mesh.edges import boundary_loops

if TYPE_CHECKING:
    from lego_cli.api import Floats

RINGS = {"mouth": "lips_inner", "eye_left": "eye_left", "eye_right": "eye_right", "neck": "neck_loop"}
NOSTRILS = {"nostril_right": 31, "nostril_left": 35}  # the wing of the nose in the 68 landmarks; 30 is the tip
REACH = {"mouth": 25.0, "eye_left": 15.0, "eye_right": 15.0, "neck": 90.0, "nostril_left": 14.0, "nostril_right": 14.0}
"""How far from its opening a loop may lie to be taken for it, mm on a head of 230 mm."""
LONG_RIM = 300.0  # mm round: a longer loop that is no neck is where a mask or an open back ends


@dataclass(frozen=True)
class Opening:
    """One boundary loop of the skin."""

    name: str  # mouth, eye_left, nostril_right, neck, rim or hole
    vertices: int
    away_mm: float  # mean distance of its vertices at rest from the opening's edge on the mean head; 0 for rim and hole


def openings(wrap: Wrap) -> list[Opening]:
    """What the boundary loops of skin and lining are, longest first; an opening takes the loop that lies best."""
    skin = set(wrap.skin.tolist()) | set(wrap.topology.parts.get(REST, ()))
    loops = [loop for loop in boundary_loops(wrap.given) if len(loop) >= 3 and skin.issuperset(loop.tolist())]
    places = [_resampled(wrap.topology.mesh.vertices[loop]) * wrap.rest_mm for loop in loops]
    names, away = _assigned(places, _edges(wrap))
    return [Opening(name, len(loop), far) for loop, name, far in zip(loops, names, away, strict=True)]


def _edges(wrap: Wrap) -> dict[str, Floats]:
    """Points ``(n, 3)`` along the edge of each opening of the mean head, mm."""
    head = wrap.head
    edges = {name: _resampled(head.vertices[head.landmarks[ring]]) for name, ring in RINGS.items()}
    face = head.vertices[head.landmarks["ibug68"]]
    for name, wing in NOSTRILS.items():
        edges[name] = ((2 * face[wing] + face[30]) / 3)[None]
    return {name: np.asarray(points, np.float64) * wrap.rest_mm for name, points in edges.items()}


def _assigned(places: list[Floats], edges: dict[str, Floats]) -> tuple[list[str], list[float]]:
    """The nearest pairs of loop and opening first; each opening has one loop."""
    table = [(_away(place, edge), loop, name) for loop, place in enumerate(places) for name, edge in edges.items()]
    names = ["rim" if _length(place) > LONG_RIM else "hole" for place in places]
    away, taken, done = [0.0] * len(places), set(), set()
    for distance, loop, name in sorted(table):
        if distance <= REACH[name] and name not in taken and loop not in done and _fits(name, places[loop]):
            names[loop], away[loop] = name, distance
            taken.add(name)
            done.add(loop)
    return names, away


def _away(place: Floats, edge: Floats) -> float:
    """Mean distance of a loop from an edge; from one point, the distance of the loop's middle."""
    return float(cKDTree(edge).query(place.mean(0)[None] if len(edge) == 1 else place)[0].mean())


def _fits(name: str, place: Floats) -> bool:
    """Whether a loop has the size of an opening: a pore in a lip is no mouth."""
    least, most = {"mouth": (40, 400), "neck": (150, 2000)}.get(name, (12, 90) if "nostril" in name else (25, 250))
    return least <= _length(place) <= most


def _length(place: Floats) -> float:
    return float(np.linalg.norm(place - np.roll(place, 1, axis=0), axis=1).sum())


def _resampled(ring: Floats, count: int = 60) -> Floats:
    """``count`` points at even distances round a closed ring."""
    closed = np.concatenate([ring, ring[:1]]).astype(np.float64)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    wanted = np.linspace(0, along[-1], count, endpoint=False)
    return np.stack([np.interp(wanted, along, closed[:, k]) for k in range(3)], axis=1)
