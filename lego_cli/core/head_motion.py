"""What the head model does between two states, and what that means for a file's eyes, teeth, glasses and hair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.similarity import Similarity, best_similarities
from lego_cli.nn import spread

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

NARROW = 0.004  # metres: what is worn closer than this follows the skin right beneath it, what is further, more of it
LOOSE = 0.012  # metres: from here on what is worn goes with the wider neighbourhood alone
COARSE = 0.006  # metres between the skin places that carry what is further
FAR = 0.06  # metres: a local frame says little about what is so far away
STILL = Similarity(1.0, np.eye(3), np.zeros(3))


@dataclass(frozen=True, eq=False)
class Motion:
    """What the head model does between the person and the styled person."""

    before: Floats  # (V, 3) posed as the input
    after: Floats  # (V, 3)
    growth: Floats  # (V, 3, 3) change of the local frames, less 1

    @property
    def none(self) -> bool:
        """Whether nothing moves."""
        return np.array_equal(self.before, self.after) and not self.growth.any()

    def of_part(self, index: Ints) -> Similarity:
        """The similarity that a rigid part goes through."""
        a, b = self.before[index], self.after[index]
        if np.array_equal(a, b):
            return STILL
        scale, rotation, shift = best_similarities(a[None], b[None], np.ones((1, len(index))))
        return Similarity(float(scale[0]), rotation[0], shift[0])


def worn_along(points: Floats, laid: Floats, skin: Ints, motion: Motion) -> Floats:
    """Displacements ``(N, 3)`` of what is worn: a blend of the local maps of the skin near it.

    ``laid (V, 3)`` is the head model on the input, ``skin`` the indices of its skin. The further away, the wider the
    blend, so that rims of glasses stay flat and what lies close stays close.
    """
    nodes, frames = laid[skin], motion.growth[skin]
    shift = (motion.after - motion.before)[skin] + np.einsum("nab,nb->na", frames, nodes - motion.before[skin])
    away = cKDTree(nodes).query(points)[0]
    close = _blended(points, nodes, shift, frames, 12, NARROW + 0.5 * away)
    few = spread(nodes, COARSE)
    wide = _blended(points, nodes[few], shift[few], frames[few], 64, NARROW + 2.0 * away)
    share = np.interp(away, [NARROW, LOOSE], [0, 1])[:, None]
    moved: Floats = (1 - share) * close + share * wide
    return moved


def _blended(points: Floats, nodes: Floats, shift: Floats, frames: Floats, count: int, width: Floats) -> Floats:
    """Displacements ``(N, 3)``: the local maps of the nearest nodes, ``shift (S, 3)`` and ``frames (S, 3, 3)``."""
    distance, near = cKDTree(nodes).query(points, k=min(count, len(nodes)))
    weight = np.exp(-(((distance - distance[:, :1]) / width[:, None]) ** 2))
    weight /= weight.sum(1, keepdims=True)
    held = np.exp(-((distance / FAR) ** 2))[..., None]
    arm = held * (points[:, None] - nodes[near])
    moved: Floats = np.einsum("nk,nka->na", weight, shift[near] + np.einsum("nkab,nkb->nka", frames[near], arm))
    return moved
