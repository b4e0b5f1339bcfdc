"""The polygon edges of a mesh as a picture layer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lego_cli.api import Cameras, Renderer
from lego_cli.preview.stage import Stage


def wire_layer(stage: Stage, renderer: Renderer, cameras: Cameras, fine: int, pixels: float = 1.2) -> Tensor:
    """``(B, S, S)`` darkness of the lines in 0..1; ``pixels`` is half their width.

    Every triangle is drawn with corners of its own that carry the distance to the opposite edge, which is linear
    over the triangle; edges inside a polygon are kept far away.
    """
    corner = stage.vertices[stage.solid.faces]
    area = torch.linalg.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]).norm(dim=1)
    distances = torch.zeros(len(corner), 3, 3)
    for edge, (a, b, opposite) in enumerate(((0, 1, 2), (1, 2, 0), (2, 0, 1))):
        height = area / (corner[:, b] - corner[:, a]).norm(dim=1).clamp_min(1e-12)
        distances[:, opposite, edge] = height
        distances[:, :, edge] += torch.where(stage.solid.polygon_edges[:, edge], 0.0, 1e3 * area.sqrt().amax())[:, None]
    count = len(cameras.eye)
    soup = corner.reshape(1, -1, 3).expand(count, -1, -1)
    faces = torch.arange(3 * len(corner)).reshape(-1, 3)
    drawn = renderer.render(soup, faces, cameras, (fine, fine), distances.reshape(1, -1, 3).expand(count, -1, -1))
    nearest = drawn["attributes"].amin(1)
    width = pixels * 2 / min(fine, 1024)  # in large pictures lines grow with the picture
    half = width * drawn["depth"][:, 0] * math.tan(math.radians(float(cameras.fov[0])) / 2)
    return (1.5 - nearest / half.clamp_min(1e-12)).clamp(0, 1) * (drawn["face"] >= 0)
