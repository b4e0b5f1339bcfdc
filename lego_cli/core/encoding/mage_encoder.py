"""MAGE at work: from the outer surface of any mesh to poses and codes, without a look at its connectivity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.core.encoding.fit_step import State
from lego_cli.core.encoding.mage import CodeNet, Mage
from lego_cli.core.encoding.mage_cascade import Guess, HeadAtMarks, Samples, corrected, normalised, seen
from lego_cli.core.geometry.similarity import Similarity, best_similarities

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.geometry.visible import OuterSurface

FIRST_SAMPLES, NEXT_SAMPLES = 384, 1024
SHARES = 4  # of the samples, encoded each by itself
PASSES = 2  # of the cascade: the second starts where the first has put the head
OUTLIER = 0.015  # metres: a place this far from where the alignment puts it counts half


@dataclass(frozen=True)
class Alignment:
    """Where the mean head stands in the input, by the point network."""

    placed: Similarity  # canonical frame to input
    error: float  # how uncertain the network is of the samples' places: mean log error


def upright_turns() -> Floats:
    """(24, 3, 3) rotations that bring some axis up and some axis to the front."""
    found = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if np.linalg.det(matrix) > 0:
                found.append(matrix)
    return np.stack(found)


def mage_alignments(surface: OuterSurface, mage: Mage, count: int) -> list[Alignment]:
    """The ``count`` best distinct alignments: all 24 upright turns, then the most certain ones again, from nearer."""
    first = _looked(surface, mage, upright_turns(), FIRST_SAMPLES)
    chosen = _distinct(first, 2 * count)
    turns = np.stack([alignment.placed.rotation.T for alignment in chosen])
    return _distinct(_looked(surface, mage, turns, NEXT_SAMPLES), count)


def mage_states(surface: OuterSurface, fields: HeadFields, mage: Mage, alignments: list[Alignment]) -> list[State]:
    """The cascade from each alignment: pose, shape code and expression, the mean over shares of the samples."""
    unit = float(np.median([a.placed.scale for a in alignments]))  # metres, nearly, from here on
    inputs = [Samples(surface.points[k::SHARES] / unit, surface.normals[k::SHARES]) for k in range(SHARES)] * len(
        alignments
    )
    guess = _start([a.placed for a in alignments for _ in range(SHARES)], unit, mage)
    head = _head_at_marks(fields, mage)
    for _ in range(PASSES):
        guess = _cascade(_mean_head_over(guess, fields), mage, inputs, head)
    return [_state(guess, slice(k * SHARES, (k + 1) * SHARES), unit) for k in range(len(alignments))]


def _cascade(guess: Guess, mage: Mage, inputs: list[Samples], head: HeadAtMarks) -> Guess:
    with torch.no_grad():
        for stage in mage.stages:
            assert isinstance(stage, CodeNet)
            guess = corrected(guess, stage, seen(guess, inputs, head))
    return guess


def _mean_head_over(guess: Guess, fields: HeadFields) -> Guess:
    """The mean head where it best stands for the heads guessed: what the cascade was trained to start from."""
    shape, expression = guess.shape.double().numpy(), guess.expression.double().numpy()
    posed = np.stack([fields.posed(s, e) for s, e in zip(shape, expression, strict=True)])
    weight = np.tile(fields.trust.astype(np.float64), (len(posed), 1))
    scale, turn, shift = best_similarities(np.tile(fields.mean, (len(posed), 1, 1)), posed, weight)
    inner = [Similarity(float(a), b, c) for a, b, c in zip(scale, turn, shift, strict=True)]
    outer = [Similarity(float(a), b.double().numpy(), c.double().numpy())
             for a, b, c in zip(guess.scale, guess.rotation, guess.shift, strict=True)]  # fmt: skip
    return _guess([o.after(i) for o, i in zip(outer, inner, strict=True)], shape.shape[1], expression.shape[1])


@lru_cache(maxsize=2)
def _head_at_marks(fields: HeadFields, mage: Mage) -> HeadAtMarks:
    return HeadAtMarks(fields, mage.marks)


def _samples(surface: OuterSurface, count: int) -> tuple[Floats, Floats]:
    """About ``count`` of the surface's samples, spread over their order."""
    index = np.linspace(0, len(surface.points) - 1, min(count, len(surface.points))).astype(np.int64)
    return surface.points[index], surface.normals[index]


def _looked(surface: OuterSurface, mage: Mage, turns: Floats, count: int) -> list[Alignment]:
    """One alignment for each turn ``(B, 3, 3)`` of the input; canonical <- input is what the network completes."""
    points, normals = _samples(surface, count)
    unitless, _, _ = normalised(points)
    with torch.no_grad():
        places, log_error = mage.points(
            torch.from_numpy(unitless @ np.swapaxes(turns, 1, 2)).float(),
            torch.from_numpy(normals @ np.swapaxes(turns, 1, 2)).float(),
        )
    found = []
    for place, error in zip(places.double().numpy(), log_error.double().numpy(), strict=True):
        found.append(Alignment(_robust(place, points, np.exp(-2 * error)), float(error.mean())))
    return found


def _robust(places: Floats, points: Floats, weight: Floats) -> Similarity:
    """The similarity from places on the mean head to points of the input, outliers weighed down."""
    placed, belief = Similarity(1.0, np.eye(3), np.zeros(3)), weight
    for _ in range(4):
        scale, rotation, shift = best_similarities(places[None], points[None], belief[None])
        placed = Similarity(float(scale[0]), rotation[0], shift[0])
        away = np.linalg.norm(placed.inverse(points) - places, axis=1)
        belief = weight / (1 + (away / OUTLIER) ** 2)
    return placed


def _distinct(alignments: list[Alignment], count: int) -> list[Alignment]:
    """The most certain ones, more than 25 degrees apart."""
    kept: list[Alignment] = []
    for alignment in sorted(alignments, key=lambda a: a.error):
        turns = [np.trace(alignment.placed.rotation.T @ other.placed.rotation) for other in kept]
        if all(trace < 1 + 2 * np.cos(np.radians(25)) for trace in turns):
            kept.append(alignment)
    return kept[:count]


def _start(placed: list[Similarity], unit: float, mage: Mage) -> Guess:
    in_metres = [Similarity(p.scale / unit, p.rotation, p.translation / unit) for p in placed]
    return _guess(in_metres, mage.sizes.shape, mage.sizes.expression)


def _guess(placed: list[Similarity], shape: int, expression: int) -> Guess:
    """Mean heads with these places."""
    scale, rotation, shift = (
        torch.from_numpy(np.stack([getattr(p, name) for p in placed])).float()
        for name in ("scale", "rotation", "translation")
    )
    count = len(placed)
    return Guess(scale, rotation, shift, torch.zeros(count, shape), torch.zeros(count, expression))


def _state(guess: Guess, part: slice, unit: float) -> State:
    """The mean of some guesses."""
    left, _, right = np.linalg.svd(guess.rotation[part].double().mean(0).numpy())
    mean = {name: getattr(guess, name)[part].double().mean(0).numpy() for name in ("scale", "shift")}
    placed = Similarity(unit * float(mean["scale"]), left @ right, unit * mean["shift"])
    return State(placed, guess.shape[part].double().mean(0).numpy(), guess.expression[part].double().mean(0).numpy())
