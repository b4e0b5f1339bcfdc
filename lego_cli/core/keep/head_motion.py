"""What the head model does between two states, and what that means for a file's eyes, teeth, glasses and hair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from lego_cli.core.geometry.similarity import Similarity, best_similarities
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


class Worn:
    """What is worn, and the skin near it: a blend of the local maps of that skin moves it.

    The further away, the wider the blend, so that rims of glasses stay flat and what lies close stays close.
    """

    def __init__(self, points: Floats, laid: Floats, skin: Ints) -> None:
        """``points (N, 3)``; ``laid (V, 3)`` is the head model on the input, ``skin`` the indices of its skin."""
        self.skin, self.nodes = skin, laid[skin]
        few = spread(self.nodes, COARSE)
        away = cKDTree(self.nodes).query(points)[0]
        self._close = _Blend(points, self.nodes, np.arange(len(skin)), 12, NARROW + 0.5 * away)
        self._wide = _Blend(points, self.nodes, few, 64, NARROW + 2.0 * away)
        self._share = np.interp(away, [NARROW, LOOSE], [0, 1])[:, None]

    def __call__(self, motion: Motion) -> Floats:
        """Displacements ``(N, 3)``."""
        frames, skin = motion.growth[self.skin], self.skin
        shift = (motion.after - motion.before)[skin]
        shift = shift + (frames @ (self.nodes - motion.before[skin])[..., None])[..., 0]
        moved: Floats = (1 - self._share) * self._close(shift, frames) + self._share * self._wide(shift, frames)
        return moved


class _Blend:
    """Weights of the nearest of some nodes for each point, and of what their frames do to the way from them."""

    def __init__(self, points: Floats, nodes: Floats, chosen: Ints, count: int, width: Floats) -> None:
        distance, near = cKDTree(nodes[chosen]).query(points, k=min(count, len(chosen)))
        weight = np.exp(-(((distance - distance[:, :1]) / width[:, None]) ** 2))
        weight /= weight.sum(1, keepdims=True)
        near = chosen[near]
        held = (weight * np.exp(-((distance / FAR) ** 2)))[..., None]
        arms = (held * (points[:, None] - nodes[near])).transpose(2, 0, 1)
        self._weight = _rows(near, weight, len(nodes))
        self._arms = [_rows(near, arm, len(nodes)) for arm in arms]

    def __call__(self, shift: Floats, frames: Floats) -> Floats:
        """Node shifts ``(S, 3)`` and frames less 1 ``(S, 3, 3)`` to displacements ``(N, 3)``."""
        turned = sum(arm @ frames[:, :, axis] for axis, arm in enumerate(self._arms))
        return np.asarray(self._weight @ shift + turned)


def _rows(near: Ints, weight: Floats, count: int) -> Any:
    """``(N, count)`` sparse weights, a few in each row."""
    starts = np.arange(0, near.size + 1, near.shape[1])
    return csr_array((weight.reshape(-1), near.reshape(-1), starts), shape=(len(near), count))
