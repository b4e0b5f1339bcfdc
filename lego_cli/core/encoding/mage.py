"""MAGE, the mesh-agnostic encoder: surface samples in; code, alignment and place on the head of every sample out.

It sees points and normals alone, never vertex order or connectivity (LeGO, section MAGE, whose own encoder reads a
mesh's Laplacian and a picture). First a point network says where on the head each sample lies, from 24 orientations at
once; the most certain one gives the alignment. Then a cascade of code networks looks at what separates the head decoded
so far from the samples, and corrects pose, size, shape and expression together: learned Gauss-Newton steps, as in
supervised descent (Xiong and De la Torre 2013), on features like those of basis point sets (Prokudin et al. 2019).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from lego_cli.core.tensors import load_tensors, save_tensors
from lego_cli.errors import LegoError
from lego_cli.nn.network_file import damaged, filled, sizes_of

if TYPE_CHECKING:
    from lego_cli.api import Ints

REACH = 0.03  # metres: samples further from the decoded head say nothing
NORMAL_METRES = 0.012  # what a unit of difference between normals counts in the search for the nearest sample
UNIT = 0.1  # metres per unit of a place on the head, in the point network
POSE = 7  # turn (3), shift (3), growth (1)


@dataclass(frozen=True)
class MageSizes:
    """Sizes of MAGE's networks."""

    shape: int = 360
    expression: int = 52
    marks: int = 600  # head vertices at which the code networks look
    hidden: int = 384
    stages: int = 3
    point_width: int = 96
    point_blocks: int = 4


class PointNet(nn.Module):
    """Where on the mean head each sample lies, and how certain that is: PointNet with context at every layer."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self.first = nn.Linear(6 + 18, width)
        self.local = nn.ModuleList(nn.Linear(width, width) for _ in range(blocks))
        self.context = nn.ModuleList(nn.Linear(2 * width, width) for _ in range(blocks))
        self.mixed = nn.ModuleList(nn.Linear(width, width) for _ in range(blocks))
        self.last = nn.Linear(width, 4)

    def forward(self, points: Tensor, normals: Tensor) -> tuple[Tensor, Tensor]:
        """Points ``(B, N, 3)`` of mean 0 and size 1, with normals, to places ``(B, N, 3)`` and log errors ``(B, N)``.

        Places are metres in the canonical frame, on the mean head.
        """
        waves = [wave(k * points) for k in (2.0, 4.0, 8.0) for wave in (torch.sin, torch.cos)]
        x = self.first(torch.cat([points, normals, *waves], dim=2))
        for local, context, mixed in zip(self.local, self.context, self.mixed, strict=True):
            inner = nn.functional.gelu(local(nn.functional.gelu(x)))
            pooled = torch.cat([inner.amax(1), inner.mean(1)], dim=1)
            x = x + mixed(nn.functional.gelu(inner + context(pooled)[:, None]))
        out = self.last(nn.functional.gelu(x))
        return UNIT * out[..., :3], out[..., 3]


class CodeNet(nn.Module):
    """One step of the cascade: what separates decoded head and samples, and the code so far, to a correction."""

    def __init__(self, sizes: MageSizes) -> None:
        super().__init__()
        self.sizes = s = sizes
        inputs, outputs = 5 * s.marks + s.shape + s.expression, POSE + s.shape + s.expression
        self.first = nn.Linear(inputs, s.hidden)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.GELU(), nn.Linear(s.hidden, s.hidden), nn.GELU(), nn.Linear(s.hidden, s.hidden))
            for _ in range(2)
        )
        self.last = nn.Linear(s.hidden, outputs)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, seen: Tensor, shape: Tensor, expression: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features ``(B, marks, 5)`` and codes to changes of pose ``(B, 7)``, shape and expression."""
        x = self.first(torch.cat([seen.flatten(1), shape, expression], dim=1))
        for block in self.blocks:
            x = x + block(x)
        pose, shape_change, expression_change = self.last(x).split(
            [POSE, self.sizes.shape, self.sizes.expression], dim=1
        )
        return 0.05 * pose, shape_change, 0.3 * expression_change


class Mage(nn.Module):
    """The point network, the cascade, and the head vertices that the cascade looks at."""

    def __init__(self, marks: Ints | Tensor, sizes: MageSizes | None = None) -> None:
        super().__init__()
        self.sizes = s = sizes or MageSizes()
        self.marks: Tensor
        self.register_buffer("marks", torch.as_tensor(marks, dtype=torch.int64))
        self.points = PointNet(s.point_width, s.point_blocks)
        self.stages = nn.ModuleList(CodeNet(s) for _ in range(s.stages))


def features(vertices: Tensor, normals: Tensor, point: Tensor, normal: Tensor) -> Tensor:
    """What a code network sees: ``(..., 5)`` at head ``vertices`` and their nearest samples, all ``(..., 3)`` metres.

    The way to the sample's tangent plane is exact where samples are sparse; beyond REACH nothing is seen.
    """
    gap = point - vertices
    distance = gap.norm(dim=-1, keepdim=True)
    agree = (normals * normal).sum(-1, keepdim=True)
    weight = (1 - (distance / REACH) ** 2).clamp(min=0) * agree.clamp(min=0)
    plane = (gap * normal).sum(-1, keepdim=True)
    along = 0.5 * (gap + plane * normal)
    return torch.cat([weight * along / 0.01, weight, agree], dim=-1)


def save_mage(mage: Mage, path: Path, provenance: dict[str, str]) -> None:
    """Write weights (half precision) and sizes as one safetensors file."""
    tensors = {k: v.half() if v.is_floating_point() else v.int() for k, v in mage.state_dict().items()}
    sizes = {f"size.{k}": str(v) for k, v in asdict(mage.sizes).items()}
    save_tensors(path, tensors, {"kind": "mage", **sizes, **provenance})


def load_mage(path: Path) -> Mage:
    """Read what :func:`save_mage` wrote. Raises LegoError for any other file."""
    tensors, meta = load_tensors(path)
    if meta.get("kind") != "mage":
        raise LegoError(f"{path} is no MAGE encoder", "train one with: lego train mage -o FILE")
    if "marks" not in tensors:
        raise damaged(path)
    sizes = sizes_of(path, meta, MageSizes, MageSizes())
    return filled(path, lambda: Mage(tensors["marks"].long(), sizes), tensors)
