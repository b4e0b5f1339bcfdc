"""Age, gender, ancestry and build as multilinear weights of MakeHuman's macro targets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

ANCESTRIES = ("african", "asian", "caucasian")
LEVELS: dict[str, dict[str, float]] = {
    "age": {"newborn": -1 / 3, "baby": 0.0, "child": 1 / 3, "young": 2 / 3, "old": 1.0},
    "gender": {"male": 0.0, "female": 1.0},
    "muscle": {"minmuscle": 0.0, "averagemuscle": 0.5, "maxmuscle": 1.0},
    "weight": {"minweight": 0.0, "averageweight": 0.5, "maxweight": 1.0},
    "height": {"minheight": 0.0, "maxheight": 1.0},
    "proportions": {"idealproportions": 0.0, "uncommonproportions": 1.0},
}
"""Where each level lies on its phenotype axis; between levels, weights are linear (hat functions)."""

PHENOTYPES: tuple[str, ...] = (*LEVELS, *ANCESTRIES)
DEFAULTS: dict[str, float] = {"age": 0.7, **dict.fromkeys(list(LEVELS)[1:], 0.5), **dict.fromkeys(ANCESTRIES, 1 / 3)}
"""The mean adult: 25 to 30 years, between the genders, an equal mix of ancestries."""

_COLUMNS = (*(level for levels in LEVELS.values() for level in levels), *ANCESTRIES)


@dataclass(frozen=True)
class Macro:
    """One macro target: the levels that it stands for, and its file below ``targets/macrodetails``."""

    levels: tuple[str, ...]
    file: str

    @property
    def newborn(self) -> bool:
        """Whether this is the scaled-down copy of a baby target that stands for a newborn."""
        return "newborn" in self.levels


def macros() -> list[Macro]:
    """All 408 macro targets that can move a head: build, height, proportions and ancestry."""
    bodies = list(product(LEVELS["gender"], LEVELS["age"], LEVELS["muscle"], LEVELS["weight"]))
    found = [_macro("universal-", body) for body in bodies]
    found += [_macro("", (r, g, a)) for r, g, a in product(ANCESTRIES, LEVELS["gender"], LEVELS["age"])]
    found += [_macro("height/", (*body, h)) for body in bodies for h in LEVELS["height"]]
    grown = [body for body in bodies if body[1] not in ("newborn", "baby")]
    return found + [_macro("proportions/", (*body, p)) for body in grown for p in LEVELS["proportions"]]


def _macro(prefix: str, levels: tuple[str, ...]) -> Macro:
    stem = "-".join("baby" if level == "newborn" else level for level in levels)
    return Macro(levels, f"macrodetails/{prefix}{stem}.target.gz")


def level_weights(values: Floats) -> Floats:
    """``(B, 9)`` phenotypes (order of :data:`PHENOTYPES`) to ``(B, L)`` weights of all levels."""
    columns = []
    for k, levels in enumerate(LEVELS.values()):
        anchors = np.array(list(levels.values()))
        x = np.clip(values[:, k], anchors[0], anchors[-1])[:, None]
        step = np.diff(anchors)[0]
        columns.append(np.maximum(0.0, 1.0 - np.abs(x - anchors) / step))
    ancestry = np.maximum(values[:, len(LEVELS) :], 0.0)
    total = ancestry.sum(1, keepdims=True)
    columns.append(np.where(total > 0, ancestry / np.where(total > 0, total, 1.0), 1 / 3))
    return np.concatenate(columns, axis=1)


def macro_weights(values: Floats, targets: list[Macro]) -> Floats:
    """``(B, 9)`` phenotypes to the ``(B, n)`` multilinear weights of ``targets``: products of their levels."""
    weights = np.concatenate([level_weights(values), np.ones((len(values), 1))], axis=1)
    width = max(len(t.levels) for t in targets)
    index = np.full((len(targets), width), weights.shape[1] - 1)
    for row, target in enumerate(targets):
        index[row, : len(target.levels)] = [_COLUMNS.index(level) for level in target.levels]
    result = weights[:, index[:, 0]].copy()
    for column in index.T[1:]:
        result *= weights[:, column]
    return result
