"""Lashes grow from the lid margin: each vertex keeps its place against the margin as that moves and turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy
    from lego_styles.lid_sphere import Ball

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


class LashRoots:
    """Where the lashes of one eye grow from, found on the mean head."""

    def __init__(self, anatomy: Anatomy, side: str) -> None:
        self.margin = anatomy.landmarks[f"eye_{side}"]
        self.lashes = anatomy.parts[f"lashes_{side}"]
        away = np.linalg.norm(anatomy.mean[self.lashes][:, None] - anatomy.mean[self.margin][None], axis=2)
        weight = np.exp(-0.5 * ((away - away.min(1, keepdims=True)) / 0.0015) ** 2)
        self.weight = weight / weight.sum(1, keepdims=True)

    def __call__(self, shape: Floats, margin: Floats, old: Ball, new: Ball) -> Floats:
        """The lashes of ``shape (V, 3)`` on the new ``margin (m, 3)``; directions turn with the ball's surface."""
        before, after = self.weight @ shape[self.margin], self.weight @ margin
        offset = shape[self.lashes] - before
        turn = _turns(before - old.centre, after - new.centre)
        return after + np.einsum("nij,nj->ni", turn, offset)


def _turns(start: Floats, end: Floats) -> Floats:
    """``(n, 3, 3)`` smallest rotations that turn directions ``start (n, 3)`` into ``end``."""
    a = start / np.linalg.norm(start, axis=1, keepdims=True)
    b = end / np.linalg.norm(end, axis=1, keepdims=True)
    axis, cosine = np.cross(a, b), (a * b).sum(1)
    skew = np.zeros((len(a), 3, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        skew[:, i, j], skew[:, j, i] = -axis[:, k], axis[:, k]
    return np.eye(3) + skew + skew @ skew / (1 + cosine)[:, None, None]
