"""Light and texture at visible pixels."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from lego_cli.api import Shading
from lego_renderers.interpolation import Hits


def shaded(shading: Shading, hits: Hits, normal: Tensor, colour: Tensor | None, uv: Tensor | None) -> Tensor:
    """Colour ``(P, 3)`` that leaves each hit: light on its unit ``normal (P, 3)``, times vertex colour and texture."""
    light = shading.light
    total = _by_view(normal, hits, light.views, light.falling_on)
    total = total if colour is None else total * colour
    if shading.texture is not None and uv is not None:
        texture = shading.texture.to(normal)
        total = total * _by_view(uv, hits, len(texture), lambda part, view: _texels(texture[view], part))
    return total.expand(-1, 3)


def _by_view(values: Tensor, hits: Hits, views: int, of: Callable[[Tensor, int], Tensor]) -> Tensor:
    """``of(values, view)`` for the hits of each view; at once when all views share one."""
    if views == 1:
        return of(values, 0)
    return torch.cat([of(part, view) for view, part in enumerate(values.split(hits.per_view))])


def _texels(texture: Tensor, uv: Tensor) -> Tensor:
    """Bilinear look-up of ``texture (3, H, W)`` at ``uv (P, 2)``, v upwards; the border reaches on outside 0..1."""
    grid = torch.stack([2 * uv[:, 0] - 1, 1 - 2 * uv[:, 1]], dim=1)[None, :, None]
    found = grid_sample(texture[None], grid, padding_mode="border", align_corners=False)
    return found[0, :, :, 0].T
