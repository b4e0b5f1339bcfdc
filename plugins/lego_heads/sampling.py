"""Random people: how phenotypes, sliders and warps are drawn for each population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_heads.phenotype import LEVELS, PHENOTYPES
from lego_heads.symmetry import other_side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

ONE_SIDED = (
    "chin-triangle", "head-diamond", "head-invertedtriangular", "head-oval",
    "head-rectangular", "head-round", "head-square", "head-triangular",
)  # fmt: skip
OPPOSITES = (
    ("decr", "incr"), ("down", "up"), ("in", "out"), ("backward", "forward"), ("compress", "uncompress"),
    ("concave", "convex"), ("pointed", "triangle"), ("round", "square"), ("l", "r"),
)  # fmt: skip


@dataclass(frozen=True)
class Population:
    """A mixture of slider spreads with shares, an age range, and how strong warps are on average."""

    shares: tuple[float, ...]
    spreads: tuple[float, ...]
    age: tuple[float, float]
    full_head: bool = False  # head-scale and forehead sliders at full spread
    warp: float = 0.0


POPULATIONS = {
    "adult": Population((1.0,), (0.16,), (0.62, 1.0)),
    "plausible": Population((1.0,), (0.16,), (-1 / 3, 1.0)),
    "wide": Population((0.55, 0.25, 0.20), (0.16, 0.30, 0.40), (-1 / 3, 1.0), full_head=True, warp=1.0),
}


def slider_pairs(names: Sequence[str]) -> tuple[list[tuple[int, int]], list[int]]:
    """Slider halves as (negative, positive) index pairs, and the one-sided ones that have no opposite."""
    place = {name: k for k, name in enumerate(names)}
    pairs = []
    for name, k in place.items():
        stem, _, ending = name.rpartition("-")
        for low, high in OPPOSITES:
            if ending == low and name not in ONE_SIDED and f"{stem}-{high}" in place:
                pairs.append((k, place[f"{stem}-{high}"]))
    paired = {k for pair in pairs for k in pair}
    return pairs, [k for k in range(len(names)) if k not in paired]


def sample_people(count: int, population: str, seed: int, names: Sequence[str], warps: int) -> Floats:
    """``(count, 9 + sliders + warps)`` parameters; raises LegoError for an unknown population."""
    if population not in POPULATIONS:
        raise LegoError(f"unknown population {population!r}", f"choose one of {', '.join(POPULATIONS)}")
    kind = POPULATIONS[population]
    rng = np.random.default_rng(seed)
    spread = rng.choice(kind.spreads, size=count, p=kind.shares)
    phenotypes = _phenotypes(rng, count, kind)
    sliders = _sliders(rng, spread, kind.full_head, names)
    strength = kind.warp * rng.uniform(0.0, 1.4, (count, 1))
    return np.concatenate([phenotypes, sliders, strength * rng.standard_normal((count, warps))], axis=1)


def _phenotypes(rng: np.random.Generator, count: int, kind: Population) -> Floats:
    values = np.full((count, len(PHENOTYPES)), 0.5)
    values[:, PHENOTYPES.index("age")] = rng.uniform(*kind.age, count)
    values[:, PHENOTYPES.index("gender")] = rng.beta(0.35, 0.35, count)
    for name in ("muscle", "weight", "proportions"):
        values[:, PHENOTYPES.index(name)] = rng.uniform(0.0, 1.0, count)
    values[:, len(LEVELS) :] = rng.dirichlet([0.5, 0.5, 0.5], count)
    return values


def _group_scale(name: str, full_head: bool) -> float:
    if name.startswith(("head-trans", "head-age")):
        return 0.3
    if name.startswith(("head-scale", "head-back", "forehead")):
        return 1.0 if full_head else 0.6
    return 0.5 if name.startswith(("neck", "measure-neck")) else 1.0


def _sliders(rng: np.random.Generator, spread: Floats, full_head: bool, names: Sequence[str]) -> Floats:
    pairs, single = slider_pairs(names)
    positive = [names[high] for _, high in pairs]
    count = len(spread)
    own = spread * rng.uniform(0.5, 1.3, count)
    signed = own[:, None] * rng.standard_normal((count, len(pairs)))
    place = {name: k for k, name in enumerate(positive)}
    for k, name in enumerate(positive):
        if name.startswith("asym-"):
            signed[:, k] *= 0.07 / own
        elif name.startswith("r-"):
            signed[:, k] = signed[:, place[other_side(name)]] + 0.04 * rng.standard_normal(count)
    signed *= [_group_scale(name, full_head) for name in positive]
    signed = np.clip(signed, -1.0, 1.0)
    values = np.zeros((count, len(names)))
    low, high = np.array(pairs).T
    values[:, low], values[:, high] = np.maximum(-signed, 0.0), np.maximum(signed, 0.0)
    on = rng.random((count, len(single))) < 0.35
    values[:, single] = np.clip(on * own[:, None] * np.abs(rng.standard_normal((count, len(single)))), 0.0, 1.0)
    return values
