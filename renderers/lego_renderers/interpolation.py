"""Perspective-correct values at visible pixels, differentiable to positions and to values."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize


@dataclass(frozen=True)
class Hits:
    """The covered pixels of a batch of images, and where on the mesh each one lands."""

    pixel: Tensor  # (P,) index into B*H*W
    corners: Tensor  # (P, 3) index into B*V
    weights: Tensor  # (P, 3) barycentric coordinates, with gradient

    def interpolate(self, values: Tensor) -> Tensor:
        """``(B, V, C)`` vertex values to ``(P, C)`` pixel values."""
        flat = values.reshape(-1, values.shape[-1])
        parts = [self.weights[:, k : k + 1] * flat.index_select(0, self.corners[:, k]) for k in range(3)]
        return parts[0] + parts[1] + parts[2]


def find_hits(clip: Tensor, faces: Tensor, face: Tensor) -> Hits:
    """Hits of ``clip (B, V, 4)`` and ``faces (F, 3)`` given the visible ``face (B, H, W)``."""
    _, height, width = face.shape
    flat = face.reshape(-1)
    pixel = (flat >= 0).nonzero()[:, 0]
    corners = faces.index_select(0, flat[pixel]) + (pixel // (height * width) * clip.shape[1])[:, None]
    column, row = pixel % width, pixel // width % height
    centre_x = (2 * column + 1).to(clip.dtype) / width - 1
    centre_y = (2 * row + 1).to(clip.dtype) / height - 1
    return Hits(pixel, corners, _barycentrics(clip.reshape(-1, 4), corners, centre_x, centre_y))


def _barycentrics(clip: Tensor, corners: Tensor, centre_x: Tensor, centre_y: Tensor) -> Tensor:
    """Barycentric coordinates by homogeneous edge functions, which need no division by w."""
    x, y = [], []
    for k in range(3):
        point = clip.index_select(0, corners[:, k])
        x.append(point[:, 0] - centre_x * point[:, 3])
        y.append(point[:, 1] - centre_y * point[:, 3])
    areas = torch.stack([x[a] * y[b] - y[a] * x[b] for a, b in ((1, 2), (2, 0), (0, 1))], dim=1)
    total = areas.sum(1, keepdim=True)
    degenerate = total.abs() < 1e-20
    weights = torch.where(degenerate, 1 / 3, areas / torch.where(degenerate, 1.0, total))
    weights = weights.clamp(0, 1)
    return weights / weights.sum(1, keepdim=True)


def vertex_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """Area-weighted unit normals ``(B, V, 3)``; zero where a vertex has no face with an area."""
    if len(vertices) > 1 and vertices.stride(0) == 0 and not vertices.requires_grad:
        return vertex_normals(vertices[:1], faces).expand_as(vertices)
    a, b, c = (vertices.index_select(1, faces[:, k]) for k in range(3))
    normal = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(1, faces[:, k], normal)
    return normalize(total, dim=-1, eps=1e-20)
