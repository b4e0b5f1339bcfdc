"""Eyeballs turn as rigid bodies: each look action becomes a rotation about the eyeball's centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from lego_cli.api import ARKIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

SIDES = ("left", "right")
LOOKS = ("Down", "In", "Out", "Up")
FRONT = 0.5  # cosine: only the visible cap of the eyeball decides what rotation a look action stands for


class Gaze:
    """Rotations of the two eyeballs, fitted to the source's look actions on the mean head.

    The source moves the eyeball's vertices along straight lines and shifts its centre; here the visible cap is matched
    by a pure rotation about the centre (orthogonal Procrustes), so that eyeballs stay round and in place.
    """

    def __init__(self, mean: Floats, actions: Floats, parts: Mapping[str, Ints]) -> None:
        """``mean (V, 3)`` metres, ``actions (52, V, 3)`` of the source."""
        self.eyes = [parts[f"eye_{side}"] for side in SIDES]
        self.index = np.array([[ARKIT.index(f"eyeLook{look}{side.title()}") for look in LOOKS] for side in SIDES])
        self.vectors = np.array(
            [
                [_rotation(mean[eye], actions[a][eye]) for a in row]
                for eye, row in zip(self.eyes, self.index, strict=True)
            ]
        )

    def turn(self, heads: Floats, neutral: Floats, expression: Floats) -> Floats:
        """``heads (B, V, 3)`` with both eyeballs of ``neutral`` turned by the look values of ``expression (B, 52)``."""
        result = np.array(heads)
        for eye, index, vectors in zip(self.eyes, self.index, self.vectors, strict=True):
            vector = expression[:, index] @ vectors
            ball = neutral[:, eye]
            centre = ball.mean(1, keepdims=True)
            turned = np.einsum("bij,bvj->bvi", Rotation.from_rotvec(vector).as_matrix(), ball - centre)
            result[:, eye] = centre + turned
        return result


def _rotation(ball: Floats, delta: Floats) -> Floats:
    """Rotation vector (3,), radians, about the ball's centre that moves its front cap most nearly by ``delta``."""
    arm = ball - ball.mean(0)
    cap = arm[:, 2] > FRONT * np.linalg.norm(arm, axis=1)
    return np.asarray(Rotation.align_vectors((arm + delta)[cap], arm[cap])[0].as_rotvec())
