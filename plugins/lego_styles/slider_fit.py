"""Moves the measures of a face to where a style wants them, by the head model's own sliders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import lsq_linear

from lego_styles.measures import face_size, measures_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.slider_head import SliderHead

    Floats = NDArray[np.floating[Any]]


FREE = 4.0  # strongest weight of a proportion shape
PROPORTION_EASE = 0.3  # how unwilling proportion shapes are to move


@dataclass(frozen=True)
class Aim:
    """Where a style wants a measure: ``target`` mm on a face of mean size, with ``kept`` of the person's deviation.

    ``tolerance`` is how many mm off the aim weighs as much as one slider at full strength times ``SliderFit.ease``.
    """

    target: float
    kept: float = 0.6
    tolerance: float = 1.0
    limit: float = np.inf  # mm; deviations are exaggerated (kept > 1) by less and less beyond it


class SliderFit:
    """Solves ``min |(A w - wanted) / tolerance|^2 + |ease w|^2`` with ``0 <= w <= limit`` for slider weights.

    ``A`` says how each slider changes each measure. Sided sliders move both sides alike, so a person's own
    asymmetry is kept.
    """

    def __init__(
        self, head: SliderHead, proportions: Floats, aims: Mapping[str, Aim], stems: Mapping[str, float], ease: float
    ) -> None:
        """``proportions (S, V, 3)`` move either way, ``stems`` (beginnings of slider names) up to their weight."""
        self.head, self.aims = head, aims
        measures = measures_of(head)
        self.measures = [measures[name] for name in aims]
        self.names, sliders, limits = _slider_shapes(head, stems)
        self.shapes = np.concatenate([proportions, sliders])
        self.low = np.concatenate([np.full(len(proportions), -FREE), np.zeros(len(limits))])
        self.high = np.concatenate([np.full(len(proportions), FREE), limits])
        self.cost = np.concatenate([np.full(len(proportions), PROPORTION_EASE), np.full(len(limits), ease)])
        self.effect = 1000 * np.stack([measure(self.shapes) for measure in self.measures])
        self.mean = 1000 * np.array([measure(np.asarray(head.vertices, np.float64)) for measure in self.measures])

    def wanted(self, shape: Floats) -> Floats:
        """``(K,)`` change of each measure, in mm on a face of mean size."""
        size = face_size(self.head, shape)
        now = 1000 * np.array([measure(np.asarray(shape, np.float64)) for measure in self.measures]) / size
        target = np.array([aim.target for aim in self.aims.values()])
        kept = np.array([aim.kept for aim in self.aims.values()])
        limit = np.array([min(aim.limit, 1e6) for aim in self.aims.values()])
        own = now - self.mean
        kept_part = np.minimum(kept, 1.0) * own + np.maximum(kept - 1.0, 0.0) * limit * np.tanh(own / limit)
        return target + kept_part - now

    def weights(self, shape: Floats) -> Floats:
        """``(J,)`` slider weights for the head ``(V, 3)``."""
        tolerance = np.array([aim.tolerance for aim in self.aims.values()])
        rows = np.vstack([self.effect / tolerance[:, None], np.diag(self.cost)])
        wanted = np.concatenate([self.wanted(shape) / tolerance, np.zeros(len(self.cost))])
        return np.asarray(lsq_linear(rows, wanted, (self.low, self.high), tol=1e-6).x)

    def __call__(self, shape: Floats) -> Floats:
        """The head ``(V, 3)`` with its measures moved."""
        size = face_size(self.head, shape)
        return shape + size * np.tensordot(self.weights(shape), self.shapes, 1)


def _slider_shapes(head: SliderHead, stems: Mapping[str, float]) -> tuple[list[str], Floats, Floats]:
    names, shapes, limits = [], [], []
    for name in head.slider_names:
        if name.startswith("r-"):
            continue
        whole = name.removeprefix("l-")
        stem = next((s for s in stems if whole.startswith(s)), None)
        if stem is None:
            continue
        shape = np.asarray(head.slider(name), np.float64)
        if name != whole:
            shape = shape + np.asarray(head.slider("r-" + whole), np.float64)
        names.append(whole)
        shapes.append(shape)
        limits.append(stems[stem])
    return names, np.stack(shapes), np.array(limits)
