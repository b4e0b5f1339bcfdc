"""The polygon edges of a mesh as a picture layer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lego_cli.api import Cameras, Renderer
from lego_cli.preview.stage import Stage
from lego_cli.preview.tiles import Tile

LINES_GROW = 1024
"""Samples along a side of a picture from which on lines grow with the picture."""


def wire_layer(stage: Stage, renderer: Renderer, cameras: Cameras, tile: Tile, pixels: float = 1.2) -> Tensor:
    """``(B, S, S)`` darkness of the lines in 0..1; ``pixels`` is half their width.

    Every triangle is drawn with corners of its own that carry the distance to the opposite edge, which is linear
    over the triangle; edges inside a polygon are kept far away.
    """
    corner = stage.shape.vertices[stage.shape.solid.faces]
    area = torch.linalg.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]).norm(dim=1)
    distances = corner.new_zeros(len(corner), 3, 3)
    for edge, (a, b, opposite) in enumerate(((0, 1, 2), (1, 2, 0), (2, 0, 1))):
        height = area / (corner[:, b] - corner[:, a]).norm(dim=1).clamp_min(1e-12)
        distances[:, opposite, edge] = height
        distances[:, :, edge] += torch.where(stage.shape.solid.polygon_edges[:, edge], 0.0, 1e3 * area.sqrt().amax())[
            :, None
        ]
    count = len(cameras.eye)
    soup = tile.sheared(corner.reshape(-1, 3), cameras)
    faces = torch.arange(3 * len(corner), device=corner.device).reshape(-1, 3)
    values = distances.reshape(1, -1, 3).expand(count, -1, -1)
    drawn = renderer.render(soup, faces, tile.cameras(cameras), (tile.size, tile.size), values)
    nearest = drawn["attributes"].amin(1)
    width = pixels * 2 / min(tile.full, LINES_GROW)
    half = width * drawn["depth"][:, 0] * math.tan(math.radians(float(cameras.fov[0])) / 2)
    return (1.5 - nearest / half.clamp_min(1e-12)).clamp(0, 1) * (drawn["face"] >= 0)
