"""Pictures in tiles, so that memory does not grow with the picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lego_cli.api import Cameras
from lego_cli.preview.framing import axes

LARGEST = 1024
"""Samples along a side of the largest picture that is drawn in one go."""

MARGIN = 2
"""Pixels that a tile draws beyond its border, so that outlines are smooth across it."""


@dataclass(frozen=True)
class Tile:
    """A square window of ``size`` samples at ``left`` and ``top`` of a square picture of ``full`` samples."""

    left: int
    top: int
    size: int
    full: int

    def cameras(self, cameras: Cameras) -> Cameras:
        """The same cameras with the narrower view of the tile; they fit vertices that are :meth:`sheared`."""
        slope = torch.tan(torch.deg2rad(cameras.fov) / 2) * (self.size / self.full)
        return Cameras(cameras.eye, cameras.target, cameras.up, torch.rad2deg(torch.atan(slope)) * 2)

    def sheared(self, vertices: Tensor, cameras: Cameras) -> Tensor:
        """``(V, 3)`` to ``(B, V, 3)``: moved across the view by depth, so that the tile's middle comes into the
        picture's. Depths stay, and straight lines stay straight: every pixel sees what it saw in the full picture.
        """
        away = vertices[None] - cameras.eye[:, None]
        right, up, forward = axes(cameras).unbind(1)
        slope = torch.tan(torch.deg2rad(cameras.fov) / 2)[:, None]
        x, y = ((2 * start + self.size) / self.full - 1 for start in (self.left, self.top))
        across = slope * (x * right - y * up)
        return vertices - (away @ forward[..., None]) * across[:, None]

    def shows(self, sheared: Tensor, cameras: Cameras) -> bool:
        """Whether any of the views may show something of the triangles over ``sheared (B, V, 3)`` vertices."""
        if self.size == self.full:
            return True
        away = (sheared - cameras.eye[:, None]) @ axes(cameras).transpose(1, 2)
        slope = torch.tan(torch.deg2rad(cameras.fov) / 2)[:, None, None] * (self.size / self.full)
        place = away[..., :2] / (away[..., 2:] * slope)
        return bool(((place.amin(1) < 1) & (place.amax(1) > -1)).all(1).any()) or bool((away[..., 2] <= 0).any())

    def rays(self, cameras: Cameras) -> Tensor:
        """``(B, size, size, 3)`` from the eye through each sample, one metre deep along the view axis."""
        line = torch.arange(self.size, device=cameras.eye.device) + 0.5
        x, y = ((line + start) / self.full * 2 - 1 for start in (self.left, self.top))
        slope = torch.tan(torch.deg2rad(cameras.fov) / 2)[:, None]
        right, up, forward = axes(cameras)[:, :, None, None].unbind(1)
        return forward + (slope * x)[:, None, :, None] * right - (slope * y)[:, :, None, None] * up


@dataclass(frozen=True)
class Place:
    """Where a tile goes, in pixels of ``samples`` along each side."""

    tile: Tile
    rows: slice  # of the picture
    columns: slice
    own: tuple[slice, slice]  # rows and columns of the tile's own samples that go there


def tiles_of(size: int, samples: int) -> Iterator[Place]:
    """Tiles that cover a picture of ``size`` pixels, with ``samples`` samples along each side of a pixel."""
    full = size * samples
    if full <= LARGEST:
        everything = slice(None)
        yield Place(Tile(0, 0, full, full), everything, everything, (everything, everything))
        return
    step = math.ceil(size / math.ceil(full / LARGEST))
    margin = MARGIN * samples
    for top in range(0, size, step):
        for left in range(0, size, step):
            tile = Tile(left * samples - margin, top * samples - margin, step * samples + 2 * margin, full)
            rows, columns = (slice(start, min(start + step, size)) for start in (top, left))
            own = (slice(margin, margin + samples * (part.stop - part.start)) for part in (rows, columns))
            yield Place(tile, rows, columns, (next(own), next(own)))
