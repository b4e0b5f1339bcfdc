"""Rotations of a head to yaw, pitch and roll: ``R = Ry(yaw) Rx(pitch) Rz(roll)``, +Y up, +Z out of the face."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats


def angles_of(rotations: Floats) -> Floats:
    """Rotation matrices ``(T, 3, 3)``, scaled ones too, to angles ``(T, 3)`` in radians; NaN stays NaN."""
    length = np.linalg.norm(rotations, axis=1, keepdims=True)
    r = rotations / np.where(length > 0, length, np.nan)
    yaw = np.arctan2(r[:, 0, 2], r[:, 2, 2])
    pitch = np.arcsin(np.clip(-r[:, 1, 2], -1, 1))
    roll = np.arctan2(r[:, 1, 0], r[:, 1, 1])
    return np.stack([yaw, pitch, roll], axis=1)


def rotations_of(vectors: Floats) -> Floats:
    """Axis-angle vectors ``(T, 3)`` in radians to rotation matrices ``(T, 3, 3)``."""
    from scipy.spatial.transform import Rotation

    matrices: Floats = Rotation.from_rotvec(np.asarray(vectors, np.float64)).as_matrix()
    return matrices
