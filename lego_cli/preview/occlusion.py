"""How much of its surroundings each vertex sees, from depth pictures taken all round the mesh."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import Cameras, Renderer
from lego_cli.preview.framing import axes


@dataclass(frozen=True)
class Openness:
    """Visibility of distant light, ``seen (V, N)`` in 0..1, from ``directions (N, 3)``."""

    directions: Tensor
    seen: Tensor

    def ambient(self, normals: Tensor) -> Tensor:
        """``(V,)`` share of the cosine-weighted hemisphere over each normal ``(V, 3)`` that is open."""
        weight = (normals @ self.directions.T).clamp_min(0)
        return (self.seen * weight).sum(1) / weight.sum(1).clamp_min(1e-6)

    def towards(self, light: Tensor, sharpness: float) -> Tensor:
        """``(V, L)`` share of each area light that is seen; ``light (L, 3)`` directions to the lights' middles."""
        weight = torch.exp(sharpness * (self.directions @ light.T - 1))
        return self.seen @ (weight / weight.sum(0))


def bake_openness(
    vertices: Tensor, normals: Tensor, faces: Tensor, renderer: Renderer, *, count: int = 128, size: int = 96
) -> Openness:
    """Openness of ``(V, 3)`` vertices under ``faces (F, 3)``: ``count`` depth pictures of ``size`` pixels square."""
    directions = _sphere(count).to(vertices)
    centre = (vertices.amin(0) + vertices.amax(0)) / 2
    radius = (vertices - centre).norm(dim=1).amax().clamp_min(1e-9)
    point = vertices + normals * (0.012 * radius)
    cameras = _far_cameras(directions, centre, radius)
    drawn = renderer.render(vertices.expand(count, -1, -1), faces, cameras, (size, size))
    depth = torch.where(drawn["face"][:, None] >= 0, drawn["depth"], torch.inf)[:, 0]
    seen = torch.stack([_seen(point, depth, cameras, view, radius) for view in range(count)], dim=1)
    return Openness(directions, seen)


def _sphere(count: int) -> Tensor:
    """Evenly spread directions (a Fibonacci lattice), symmetric enough for faces."""
    step = torch.arange(count) + 0.5
    height = 1 - 2 * step / count
    turn = math.pi * (1 + math.sqrt(5)) * step
    level = (1 - height**2).sqrt()
    return torch.stack([level * turn.cos(), height, level * turn.sin()], dim=1)


def _far_cameras(directions: Tensor, centre: Tensor, radius: Tensor) -> Cameras:
    """Cameras so far off that their rays are nearly parallel."""
    distance = 30.0
    target = centre.expand_as(directions)
    fov = 2 * math.degrees(math.atan(1.04 / (distance - 1)))
    up = torch.where(
        directions[:, 1:2].abs() > 0.9, directions.new_tensor([[0, 0, 1]]), directions.new_tensor([[0, 1, 0]])
    )
    return Cameras(target + distance * radius * directions, target, up, directions.new_full((len(directions),), fov))


def _seen(point: Tensor, depth: Tensor, cameras: Cameras, view: int, radius: Tensor) -> Tensor:
    """``(V,)`` soft shadow test of every point against one depth picture, averaged over four pixels."""
    size = depth.shape[-1]
    local = (point - cameras.eye[view]) @ axes(cameras)[view].T
    scale = size / 2 / (local[:, 2] * math.tan(math.radians(float(cameras.fov[view])) / 2))
    column, row = local[:, 0] * scale + size / 2 - 0.5, size / 2 - 0.5 - local[:, 1] * scale
    left, top = column.floor().clamp(0, size - 2), row.floor().clamp(0, size - 2)
    across, down = (column - left).clamp(0, 1), (row - top).clamp(0, 1)
    index = (top * size + left).long()
    flat, soft = depth[view].reshape(-1), 0.03 * radius
    total = torch.zeros_like(across)
    for offset, weight in (
        (0, (1 - across) * (1 - down)),
        (1, across * (1 - down)),
        (size, (1 - across) * down),
        (size + 1, across * down),
    ):
        total += weight * (1 - ((local[:, 2] - flat[index + offset]) / soft).clamp(0, 1))
    return total


def smooth_over(values: Tensor, faces: Tensor, rounds: int = 1) -> Tensor:
    """Average ``(V, C)`` with the neighbours along the faces, which hides the grain of the bake."""
    ends = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    count = values.new_zeros(len(values)).index_add(0, ends.reshape(-1), values.new_ones(ends.numel()))
    for _ in range(rounds):
        total = torch.zeros_like(values).index_add(0, ends[:, 0], values[ends[:, 1]])
        total = total.index_add(0, ends[:, 1], values[ends[:, 0]])
        values = (values + total / count.clamp_min(1)[:, None]) / torch.where(count > 0, 2.0, 1.0)[:, None]
    return values


def unit_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """Area-weighted vertex normals ``(V, 3)``."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(0, faces[:, k], normal)
    return normalize(total, dim=1, eps=1e-20)
