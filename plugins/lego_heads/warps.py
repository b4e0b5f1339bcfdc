"""Smooth deformations that no slider makes: sums of Gaussian bumps spread over the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_heads.symmetry import reflected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class WarpBand:
    """Bumps of one size: how many centres, how wide (metres), how strong on average (metres), and whether mirrored."""

    centres: int
    width: float
    strength: float
    symmetric: bool


BANDS = (
    WarpBand(12, 0.060, 0.0025, True),
    WarpBand(40, 0.028, 0.0014, True),
    WarpBand(12, 0.050, 0.0007, False),
)
COUNT = 3 * sum(band.centres for band in BANDS)
EYE_RADIUS = 0.022  # metres round an eyeball centre where narrow bumps fade out, so that lids stay on the eyeballs


def warp_shapes(mean: Floats, parts: Mapping[str, Ints], mirror: Ints) -> Floats:
    """``(COUNT, V, 3)`` float32 displacement fields on the mean head; a standard normal mix gives a few millimetres.

    Eyeballs take the mean displacement of their own vertices, so that they stay rigid.
    """
    skin = mean[parts["skin"]]
    eyes = [parts["eye_left"], parts["eye_right"]]
    shapes = np.concatenate([_band(band, mean, skin, eyes, mirror) for band in BANDS])
    for eye in eyes:
        shapes[:, eye] = shapes[:, eye].mean(1, keepdims=True)
    return shapes.astype(np.float32)


def _band(band: WarpBand, mean: Floats, skin: Floats, eyes: list[Ints], mirror: Ints) -> Floats:
    centres = _spread(skin[skin[:, 0] > -1e-6], band.centres)
    away = np.linalg.norm(mean[None] - centres[:, None], axis=2)
    bump = np.exp(-0.5 * (away / band.width) ** 2)
    if band.width < 2 * EYE_RADIUS:
        for eye in eyes:
            near = np.linalg.norm(mean - mean[eye].mean(0), axis=1)
            bump = bump * (1 - np.exp(-0.5 * (near / EYE_RADIUS) ** 4))
    shapes = np.einsum("cv,ij->civj", bump, np.eye(3)).reshape(-1, len(mean), 3)
    other = reflected(shapes, mirror)
    shapes = shapes + other if band.symmetric else shapes - other
    size = np.sqrt((shapes[:, : len(skin)] ** 2).sum(2).mean())  # root mean square over bumps and skin
    return shapes * (band.strength / (size * np.sqrt(len(shapes))))


def _spread(points: Floats, count: int) -> Floats:
    """Farthest-point choice of ``count`` points, starting from the foremost one."""
    chosen = [int(np.argmax(points[:, 2]))]
    away = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return points[chosen]
