"""The template: where each point of the head lies as input of a neural field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

POSE = {"jawOpen": 0.3, "eyeWideLeft": 0.3, "eyeWideRight": 0.3}
"""Lips and lids stand a few millimetres apart, so that a field can tell one from the other."""

OFFSETS: dict[str, tuple[float, float, float]] = {
    "mouth_bag": (0.0, 0.0, -0.45),
    "socket_left": (0.35, 0.22, 0.0),
    "socket_right": (-0.35, 0.22, 0.0),
    "eye_left": (0.35, 0.0, 0.0),
    "eye_right": (-0.35, 0.0, 0.0),
    "teeth_upper": (0.0, 0.35, 0.0),
    "teeth_lower": (0.0, -0.35, 0.0),
    "tongue": (0.0, 0.0, 0.35),
    "lashes_left": (0.35, -0.22, 0.0),
    "lashes_right": (-0.35, -0.22, 0.0),
}
"""How far, in metres, each inner part is moved away from the skin; the skin stays."""


def template_points(mean: Floats, actions: Floats, parts: Mapping[str, Ints]) -> Floats:
    """The mean head ``(V, 3)`` in :data:`POSE`, with inner parts moved apart by :data:`OFFSETS`."""
    points = np.array(mean, np.float64)
    for name, weight in POSE.items():
        points += weight * actions[ARKIT.index(name)]
    for part, offset in OFFSETS.items():
        points[parts[part]] += offset
    return points.astype(np.float32)
