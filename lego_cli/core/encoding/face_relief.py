"""Whether a surface has a face: does its relief round the nose rise and fall where a face's does?

Any smooth blob comes within a millimetre or two of some head, so distance proves little. What a blob lacks is the
relief: normals, less their smooth trend, of a fitted head and of the surface beneath agree on faces alone
(0.6 to 0.9; spheres, boxes, potatoes, the back of a head: under 0.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.encoding.head_fields import HeadFields

RADIUS = 0.055  # metres round the nose tip


def relief_agreement(fields: HeadFields, vertices: Floats, points: Floats, directions: Floats) -> float:
    """Correlation -1..1 of the relief of a fitted head ``(S, 3)`` and of samples of the input, canonical frame."""
    nose = vertices[fields.landmarks["nose_tip"][0]]
    near = fields.front & (fields.trust > 0.3) & (np.linalg.norm(vertices - nose, axis=1) < RADIUS)
    x, mine = vertices[near], fields.normals(vertices)[near]
    theirs = directions[cKDTree(points).query(x)[1]]
    trend = _quadratic((x - x.mean(0)) / RADIUS)
    mine, theirs = (n - trend @ np.linalg.lstsq(trend, n, rcond=None)[0] for n in (mine, theirs))
    size = np.sqrt((mine**2).sum() * max((theirs**2).sum(), 0.1 * (mine**2).sum()))  # a sphere has none to compare
    return float((mine * theirs).sum() / max(size, 1e-12))


def _quadratic(x: Floats) -> Floats:
    a, b, c = x.T
    return np.stack([np.ones_like(a), a, b, c, a * a, b * b, c * c, a * b, b * c, c * a], axis=1)
