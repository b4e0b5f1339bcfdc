"""The head model's skin laid onto an input: where each of its vertices is there, and how far that was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.matching import Matcher

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.head_fields import HeadFields
    from lego_cli.core.similarity import Similarity
    from lego_cli.core.visible import OuterSurface

MOST = 0.006  # metres: what is further away is something else


@dataclass(frozen=True)
class Registered:
    """Every skin vertex of the head model laid onto an input, posed as the input is."""

    vertices: Floats  # (S, 3) canonical metres
    trust: Floats  # (S,) 1 where it was measured, 0 where it is only guessed


def register_skin(surface: OuterSurface, fields: HeadFields, posed: Floats, placed: Similarity) -> Registered:
    """Lay the fitted skin ``posed (S, 3)`` onto the surface that it was fitted to."""
    normals = fields.normals(posed)
    _, point, direction = Matcher(surface, placed.scale, 0.012).forth(posed, normals, placed)
    along = ((point - posed) * direction).sum(1)
    trust = fields.trust * ((normals * direction).sum(1) > 0.7) * (np.linalg.norm(point - posed, axis=1) < MOST)
    return Registered(posed + (trust * along)[:, None] * direction, trust)
