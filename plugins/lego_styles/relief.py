"""Relief on the skin: ridges, hollows and creases drawn as soft strokes along lines on the face."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lego_styles.ramp import ramp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

LIDS = (0.003, 0.011)  # metres from the lid margin over which strokes begin to count


@dataclass(frozen=True)
class Stroke:
    """A line on the left half of the mean head, and how the skin under it moves; the right half mirrors it."""

    line: tuple[tuple[float, float], ...]  # mm; (x, y) seen from the front, or (z, y) seen from the side
    move: tuple[float, float, float]  # mm outwards, up, forwards, on a face of mean size
    width: float  # mm over which the move fades away from the line
    side: bool = False  # seen from the side


class Relief:
    """Strokes as one displacement of the skin; each vertex's share is fixed, so strokes follow a person's features."""

    def __init__(self, anatomy: Anatomy, strokes: Sequence[Stroke]) -> None:
        self.skin = anatomy.skin
        skin = anatomy.mean[anatomy.skin]
        flip = np.array([-1.0, 1.0, 1.0])
        self.field = np.zeros_like(skin)
        for stroke in strokes:
            line = skin[[_vertex(skin, point, stroke.side) for point in stroke.line]]
            move = np.array(stroke.move) / 1000
            left, right = (_closeness(skin * turn, line, stroke.width / 1000) for turn in (1.0, flip))
            both = left[:, None] * move + right[:, None] * (move * flip)
            self.field += both / np.maximum(left + right, 1.0)[:, None]
        self.field *= ramp(np.minimum(*anatomy.eye_distance.values()), *LIDS)[:, None]

    def __call__(self, shape: Floats, size: float) -> Floats:
        """The head ``(V, 3)`` with its relief; ``size`` as from :func:`lego_styles.measures.face_size`."""
        result = np.array(shape)
        result[self.skin] += size * self.field
        return result


def _vertex(skin: Floats, point: tuple[float, float], side: bool) -> int:
    """The outermost vertex seen near a point of a view."""
    seen, depth = ([2, 1], 0) if side else ([0, 1], 2)
    away = np.linalg.norm(skin[:, seen] - np.array(point) / 1000, axis=1)
    return int(np.argmin(away - 0.05 * skin[:, depth]))


def _closeness(points: Floats, line: Floats, width: float) -> Floats:
    """``(n,)`` 1 on the line ``(k, 3)``, fading to 0 away from it."""
    ends = pairwise(line) if len(line) > 1 else [(line[0], line[0])]
    nearest = np.full(len(points), np.inf)
    for a, b in ends:
        along = np.clip((points - a) @ (b - a) / max(float((b - a) @ (b - a)), 1e-12), 0.0, 1.0)
        nearest = np.minimum(nearest, np.linalg.norm(points - a - along[:, None] * (b - a), axis=1))
    return np.asarray(np.exp(-0.5 * (nearest / width) ** 2))
