"""Colours round the islands of a texture: what filters and mip levels see beyond a seam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt

if TYPE_CHECKING:
    from lego_cli.api import Floats

PADDING = 16  # texels that repeat the island's nearest colour, of a picture of 1024; more on larger ones


def padded(picture: Floats, filled: np.ndarray) -> Floats:
    """``(S, S, 3)`` linear colours with those outside ``filled (S, S)`` made up.

    Next to an island they are its nearest texel's; further off they run smoothly from island to island, so that no
    mip level mixes anything foreign in.
    """
    if filled.all() or not filled.any():
        return picture
    distance, nearest = distance_transform_edt(~filled, return_indices=True)
    reach = max(8, round(PADDING * len(picture) / 1024))
    close = distance <= reach
    dilated = np.where(close[..., None], picture[nearest[0], nearest[1]], 0).astype(np.float32)
    return np.where(close[..., None], dilated, _pulled(dilated, close.astype(np.float32)))


def _pulled(picture: Floats, weight: Floats) -> Floats:
    """Means of ever larger squares, from the smallest that holds any colour (Gortler et al. 1996, push-pull)."""
    if weight.min() >= 1 or len(picture) == 1:
        return picture
    high, wide = weight.shape
    even = np.pad(weight, ((0, high % 2), (0, wide % 2)))
    colours = np.pad(picture * weight[..., None], ((0, high % 2), (0, wide % 2), (0, 0)))
    total = even.reshape(len(even) // 2, 2, -1, 2).sum((1, 3))
    mean = colours.reshape(len(even) // 2, 2, -1, 2, 3).sum((1, 3)) / np.maximum(total, 1e-9)[..., None]
    coarse = _pulled(mean.astype(np.float32), np.minimum(total, 1))
    back = _doubled(coarse)[:high, :wide]
    return (weight[..., None] * picture + (1 - weight[..., None]) * back).astype(np.float32)


def _doubled(picture: Floats) -> Floats:
    """Twice as large, bilinearly."""
    for axis in (0, 1):
        before = np.concatenate([picture.take([0], axis), picture.take(range(picture.shape[axis] - 1), axis)], axis)
        after = np.concatenate([picture.take(range(1, picture.shape[axis]), axis), picture.take([-1], axis)], axis)
        both = np.stack([0.75 * picture + 0.25 * before, 0.75 * picture + 0.25 * after], axis=axis + 1)
        shape = list(picture.shape)
        shape[axis] *= 2
        picture = both.reshape(shape)
    return picture
