"""The textures and material colours of a mesh, as pixels ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lego_cli.core.colours.painted import PaintedMesh

if TYPE_CHECKING:
    from lego_cli.api import Mesh


@dataclass(frozen=True, eq=False)
class Paint:
    """What a mesh with coloured surfaces looks like at places on its fan triangles."""

    mesh: PaintedMesh

    @staticmethod
    def of(mesh: Mesh) -> Paint | None:
        """The paint of ``mesh``, None where no material of it says anything."""
        painted = PaintedMesh(mesh)
        return Paint(painted) if painted.surfaces else None

    @cached_property
    def _told(self) -> Tensor:
        return torch.from_numpy(self.mesh.painted)

    def known(self, triangle: Tensor) -> Tensor:
        """(P,) bool: whether a triangle ``(P,)`` has a colour."""
        return self._told.to(triangle.device)[triangle]

    def __call__(self, triangle: Tensor, weights: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        """Linear light ``(P, 3)`` at barycentric ``weights (P, 3)``, over ``width (P,)`` in the mesh's unit, and
        whether there is any ``(P,)``."""
        arrays = (x.cpu().numpy() for x in (triangle, weights, width))
        return torch.from_numpy(self.mesh(*arrays)).to(weights), self.known(triangle)


def weights_in(position: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """Barycentric weights ``(P, 3)`` of positions in triangles, none below 0."""
    first, second, away = b - a, c - a, position - a
    d00, d01, d11 = ((x * y).sum(1) for x, y in ((first, first), (first, second), (second, second)))
    d20, d21 = (away * first).sum(1), (away * second).sum(1)
    area = (d00 * d11 - d01 * d01).clamp_min(1e-30)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    weights = torch.stack([1 - v - w, v, w], dim=1).clamp(0, 1)
    return weights / weights.sum(1, keepdim=True)
