"""The subdivided head: what ``looped`` is, and the surface that ``dense``, ``simplified`` and ``points`` lie on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lego_topologies.catmull_clark import subdivided
from lego_topologies.edges import boundary_loops, edge_table
from lego_topologies.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

FIRM_RINGS = 6
"""Rings of vertices round mouth and eyes that the smooth surface runs through, ..."""
FADE_RINGS = 4
"""... and rings over which it lets go of them, ..."""
LEAST = 0.5
"""... down to this share of the way, at which the skull keeps its volume."""


def smooth_head(sheet: Sheet, names: Sequence[str]) -> Sheet:
    """All parts but the lashes, subdivided once; lids, lips and eyeballs keep their size."""
    kept = [k for k, name in enumerate(names) if not name.startswith("lashes")]
    sheet = sheet.with_faces(np.isin(sheet.group, kept))
    return subdivided(sheet, _tightness(sheet, names))


def _tightness(sheet: Sheet, names: Sequence[str]) -> Floats:
    """1 at lips, lids and on inner parts, which must keep out of each other's way; less on the rest of the skin."""
    skin = sheet.faces[sheet.group == names.index("skin")]
    rim = np.concatenate(sorted(boundary_loops(skin), key=len)[:3])  # eyes and mouth; the neck is the longest
    edges, _ = edge_table(skin)
    rings = np.full(len(sheet.part), np.inf)
    rings[rim] = 0
    for _ in range(FIRM_RINGS + FADE_RINGS):
        np.minimum.at(rings, edges[:, 0], rings[edges[:, 1]] + 1)
        np.minimum.at(rings, edges[:, 1], rings[edges[:, 0]] + 1)
    tight = np.clip((FIRM_RINGS + FADE_RINGS - rings) / FADE_RINGS, LEAST, 1)
    tight[sheet.part != names.index("skin")] = 1
    tight[np.isin(sheet.part, [names.index("eye_left"), names.index("eye_right")])] = LEAST  # as wide as the lids allow
    return tight
