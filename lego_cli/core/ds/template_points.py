"""Points all over a head model's template, with the fields that live there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, Ints


@dataclass(frozen=True)
class SurfaceSamples:
    """``P`` places on the head model: barycentric in ``P`` triangles of its mesh."""

    corners: Tensor  # (P, 3) head-model vertices
    weights: Tensor  # (P, 3)

    def carry(self, values: Tensor) -> Tensor:
        """Vertex values ``(V, ...)`` to values at the places ``(P, ...)``."""
        weights = self.weights.reshape(*self.weights.shape, *[1] * (values.dim() - 1))
        return (values[self.corners] * weights).sum(1)


class SurfaceSampler:
    """Draws random places on the head model's surface, more where faces are small (lids, lips)."""

    def __init__(self, head: HeadModel) -> None:
        triangles = unbroken_triangles(head)
        corners = np.asarray(head.vertices)[triangles]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        self.triangles = torch.from_numpy(triangles)
        self.chance = torch.from_numpy(np.sqrt(area))
        self.count = len(head.vertices)

    def draw(self, count: int, generator: torch.Generator) -> SurfaceSamples:
        """``count`` places, even over their triangle."""
        face = torch.multinomial(self.chance, count, replacement=True, generator=generator)
        spacing = -torch.rand(count, 3, generator=generator).clamp(min=1e-7).log()  # Dirichlet(1, 1, 1)
        return SurfaceSamples(self.triangles[face], spacing / spacing.sum(1, keepdim=True))

    def with_vertices(self, count: int, seed: int) -> SurfaceSamples:
        """Every vertex of the head model, then ``count`` random places."""
        drawn = self.draw(count, torch.Generator().manual_seed(seed))
        every = torch.arange(self.count)[:, None].expand(-1, 3)
        one = torch.tensor([[1.0, 0.0, 0.0]]).expand(self.count, -1)
        return SurfaceSamples(torch.cat([every, drawn.corners]), torch.cat([one, drawn.weights]))


def unbroken_triangles(head: HeadModel) -> Ints:
    """(T, 3) triangles of the head model that do not stretch between parts moved apart in template space."""
    offset = np.zeros((len(head.vertices), 3))
    for part, moved in head.template_offsets.items():
        offset[head.parts[part]] = moved
    triangles: Ints = head.mesh.triangles()
    return triangles[(offset[triangles] == offset[triangles[:, :1]]).all((1, 2))]


def sparse_expressions(count: int, seed: int, size: int = 52) -> Tensor:
    """``(count, size)`` random expression codes: a handful of actions each, none for one head in eight."""
    rng = np.random.default_rng(seed)
    active = rng.random((count, size)) < rng.choice([0.0, 0.04, 0.08, 0.15], (count, 1), p=[0.125, 0.375, 0.3, 0.2])
    return torch.from_numpy((active * rng.random((count, size))).astype(np.float32))
