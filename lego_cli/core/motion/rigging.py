"""From a head that can be posed to shapes that every tool can add up: 52 displacements, and what sums get wrong.

Lids slide over round eyeballs, eyeballs turn, and lids that close find other lids than at rest: sums of displacements
miss all that. The difference at a few telling values becomes correctives, which come in with products of controls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, Corrective

if TYPE_CHECKING:
    from lego_cli.api import Floats

Poser = Callable[["Floats"], "Floats"]
"""Expressions ``(B, 52)`` to vertices ``(B, V, 3)``."""

LEAST = 0.0005  # metres: a corrective that moves nothing this far is left out
HALF_WAY = ("eyeBlink", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeWide")
TOGETHER = (
    ("eyeBlink", "eyeSquint"),
    ("eyeBlink", "eyeWide"),
    ("eyeBlink", "eyeLookDown"),
    ("eyeBlink", "eyeLookUp"),
    ("eyeBlink", "cheekSquint"),
    ("eyeBlink", "mouthSmile"),
    ("eyeLookDown", "eyeLookIn"),
    ("eyeLookDown", "eyeLookOut"),
    ("eyeLookUp", "eyeLookIn"),
    ("eyeLookUp", "eyeLookOut"),
    ("eyeSquint", "cheekSquint"),
    ("eyeSquint", "mouthSmile"),
    ("cheekSquint", "mouthSmile"),
    ("jawOpen", "mouthClose"),
)
SIDES = ("Left", "Right")
STILL = 0.00002  # metres: what moves less stays, so that files stay small
CHUNK = 16  # expressions posed at a time


def candidates() -> tuple[Corrective, ...]:
    """Every corrective that is tried, once for each side where there are two."""
    made: dict[str, Corrective] = {}
    for names in (*((name,) for name in HALF_WAY), *TOGETHER):
        for side in SIDES:
            controls = tuple(name if name in ARKIT else name + side for name in names)
            label = f"{controls[0]}_half" if len(controls) == 1 else "_x_".join(controls)
            made[label] = Corrective(label, controls)
    return tuple(made.values())


def telling(corrective: Corrective) -> Floats:
    """``(52,)`` the expression at which a corrective has its full weight."""
    values = np.zeros(len(ARKIT))
    values[[ARKIT.index(name) for name in corrective.controls]] = 0.5 if len(corrective.controls) == 1 else 1.0
    return values


def shapes_of(poser: Poser, least: float = LEAST) -> tuple[Floats, Floats, tuple[Corrective, ...], Floats]:
    """Neutral ``(V, 3)`` float64, the 52 displacements, and the correctives that matter with theirs, float32.

    ``least`` is in the unit of the vertices.
    """
    tried = candidates()
    neutral: Floats = poser(np.zeros((1, len(ARKIT))))[0]
    shapes = _displacements(poser, np.eye(len(ARKIT)), neutral)
    exact = _displacements(poser, np.array([telling(corrective) for corrective in tried]), neutral)
    kept: list[Corrective] = []
    missing: list[Floats] = []
    for corrective, wanted in zip(tried, exact, strict=True):
        short = wanted - _summed(shapes, kept, missing, telling(corrective))
        if np.abs(short).max() > least:
            kept.append(corrective)
            missing.append(np.where(np.abs(short).max(1, keepdims=True) > 0.05 * least, short, 0).astype(np.float32))
    return neutral, shapes, tuple(kept), np.array(missing, np.float32).reshape(len(kept), *neutral.shape)


def _displacements(poser: Poser, expressions: Floats, neutral: Floats) -> Floats:
    """``(B, V, 3)`` float32, a few at a time, which bounds the memory."""
    moved = np.empty((len(expressions), *neutral.shape), np.float32)
    for first in range(0, len(expressions), CHUNK):
        part = moved[first : first + CHUNK]
        part[:] = poser(expressions[first : first + CHUNK]) - neutral
        part[np.abs(part).max(2) < STILL] = 0
    return moved


def _summed(shapes: Floats, kept: list[Corrective], missing: list[Floats], values: Floats) -> Floats:
    """What shapes and correctives make of an expression ``(52,)``; the halves come before the pairs."""
    named = dict(zip(ARKIT, values.tolist(), strict=True))
    total: Any = np.zeros(shapes.shape[1:])
    for name, shape in zip(ARKIT, shapes, strict=True):
        if named[name]:
            total += named[name] * shape
    for corrective, shape in zip(kept, missing, strict=True):
        if weight := corrective.weight(named):
            total += weight * shape
    return np.asarray(total)
