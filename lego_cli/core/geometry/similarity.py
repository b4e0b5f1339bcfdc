"""Similarities: scale, rotation and translation, as they are carried from a head's own frame to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats


@dataclass(frozen=True)
class Similarity:
    """``x -> scale * rotation @ x + translation``; ``rotation (3, 3)`` is proper, ``scale`` is positive."""

    scale: float
    rotation: Floats  # (3, 3)
    translation: Floats  # (3,)

    def apply(self, points: Floats) -> Floats:
        """Points ``(N, 3)`` forward."""
        return self.scale * (np.asarray(points, np.float64) @ self.rotation.T) + self.translation

    def inverse(self, points: Floats) -> Floats:
        """Points ``(N, 3)`` backward."""
        return ((np.asarray(points, np.float64) - self.translation) @ self.rotation) / self.scale

    def apply_directions(self, directions: Floats) -> Floats:
        """Directions ``(N, 3)`` forward: turned, neither moved nor scaled."""
        return np.asarray(directions, np.float64) @ self.rotation.T

    def inverse_directions(self, directions: Floats) -> Floats:
        """Directions ``(N, 3)`` backward."""
        return np.asarray(directions, np.float64) @ self.rotation

    def inverted(self) -> Similarity:
        """The similarity that undoes this one."""
        rotation = self.rotation.T
        return Similarity(1 / self.scale, rotation, -(rotation @ self.translation) / self.scale)

    def after(self, first: Similarity) -> Similarity:
        """``first``, then this one."""
        return Similarity(
            self.scale * first.scale, self.rotation @ first.rotation, self.apply(first.translation[None])[0]
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, for a record."""
        return {
            "scale": float(self.scale),
            "rotation": np.round(self.rotation, 9).tolist(),
            "translation": np.round(self.translation, 9).tolist(),
        }


def best_similarities(source: Floats, target: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted least-squares similarities of ``B`` point sets (Umeyama 1991, eq. 39-42), reflections excluded.

    ``source`` and ``target (B, N, 3)``, ``weight (B, N)``; returns ``scale (B,)``, ``rotation (B, 3, 3)`` and
    ``translation (B, 3)`` with ``target ~ scale * rotation @ source + translation``.
    """
    share = (weight / np.maximum(weight.sum(1, keepdims=True), 1e-12))[..., None]
    from_middle, to_middle = (share * source).sum(1), (share * target).sum(1)
    a, b = source - from_middle[:, None], target - to_middle[:, None]
    left, values, right = np.linalg.svd(np.swapaxes(share * b, 1, 2) @ a)
    sign = np.ones_like(values)
    sign[:, 2] = np.sign(np.linalg.det(left) * np.linalg.det(right))
    rotation = (left * sign[:, None, :]) @ right
    scale = (values * sign).sum(1) / np.maximum((share * a * a).sum((1, 2)), 1e-12)
    return scale, rotation, to_middle - scale[:, None] * np.einsum("bij,bj->bi", rotation, from_middle)
