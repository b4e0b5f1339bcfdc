"""Colours of eyeballs: from the input's own, from eyes that a scan has in its skin, or painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.colours.input_colours import IN_LIDS, ON_EYE, InputColours
from lego_cli.core.colours.part_paint import part_paint
from lego_cli.core.keep.part_roles import sphere_of

if TYPE_CHECKING:
    from lego_cli.api import Floats, Topology
    from lego_cli.core.colours.laid_topology import LaidTopology
    from lego_cli.core.colours.texels import Texels

FROM_LIDS = (0.0012, 0.0025)  # metres between an eyeball's surface and the lids: what is nearer shows lashes or skin
OUTSIDE = 1.15  # of its radius: an eye is asked from outside, or a ball within it might answer
RINGS = 180  # bins of the angle from the gaze
ENOUGH = 0.1  # of a ring that must be seen for the rest of it to look like that
IRIS = 0.75  # radians from the gaze within which rings are alike; the white beyond is not told by a few texels


def eye_colours(
    source: InputColours, topology: Topology, laid: LaidTopology, part: str, texels: Texels
) -> tuple[Floats, Floats]:
    """Linear light ``(n, 3)`` of an eyeball's texels and how much the input gave ``(n,)``.

    What the input hides behind its lids goes on in rings round the gaze, and beyond that is painted.
    """
    paint = part_paint(topology, part, texels.triangle, texels.weights)
    ball = laid.vertices[laid.part == part]
    centre, radius = sphere_of(ball)
    if source.has(part):
        mine, size = sphere_of(source.points_of(part))
        grown = size / max(radius, 1e-6) * OUTSIDE
        colour, known = source(part, ON_EYE, texels, mine + (texels.points - centre) * grown, grown)
    else:
        colour, known = _in_lids(source, laid, texels)
    ringed, told = _rings(texels.points - centre, ball - centre, colour, known)
    colour = known[:, None] * colour + (1 - known[:, None]) * (told[:, None] * ringed + (1 - told[:, None]) * paint)
    return colour.astype(np.float32), known


def _in_lids(source: InputColours, laid: LaidTopology, texels: Texels) -> tuple[Floats, Floats]:
    """From what is no whole ball: caps of their own, else the skin where it is an eye."""
    cap, capped = source("eye_cap", IN_LIDS, texels)
    skin, seen = source("skin", IN_LIDS, texels)
    seen = seen * _clear_of_lids(laid, texels.points) * (1 - capped)
    known = capped + seen
    colour = (capped[:, None] * cap + seen[:, None] * skin) / np.maximum(known, 1e-6)[:, None]
    return colour, known


def _clear_of_lids(laid: LaidTopology, points: Floats) -> Floats:
    skin = laid.vertices[laid.part == "skin"]
    if not len(skin):
        return np.zeros(len(points))
    return np.interp(cKDTree(skin).query(points)[0], FROM_LIDS, [0, 1])


def _rings(away: Floats, ball: Floats, colour: Floats, known: Floats) -> tuple[Floats, Floats]:
    """Mean colour of the ring that each texel lies in ``(n, 3)``, and 0..1 whether enough of that ring was seen."""
    gaze = ball[np.argmax(ball[:, 2])]
    gaze = gaze / np.linalg.norm(gaze)
    angle = np.arccos(np.clip((away @ gaze) / np.maximum(np.linalg.norm(away, axis=1), 1e-9), -1, 1))
    ring = np.minimum((angle / np.pi * RINGS).astype(np.int64), RINGS - 1)
    weight = _eased(np.bincount(ring, known, RINGS))
    sums = np.stack([_eased(np.bincount(ring, known * colour[:, c], RINGS)) for c in range(3)], axis=1)
    share = weight / np.maximum(_eased(np.bincount(ring, minlength=RINGS)), 1e-9)
    mean = sums / np.maximum(weight, 1e-9)[:, None]
    at = angle / np.pi * RINGS - 0.5
    ringed = np.stack([np.interp(at, np.arange(RINGS), mean[:, c]) for c in range(3)], axis=1)
    told = np.where(share[ring] > ENOUGH, 1.0, 0.0) * np.interp(angle, [IRIS, 1.2 * IRIS], [1, 0])
    return ringed, told


def _eased(values: np.ndarray) -> Floats:
    """Sums over a ring and a little of the next ones."""
    eased: Floats = np.convolve(values, [0.25, 0.5, 0.25], mode="same")
    return eased
