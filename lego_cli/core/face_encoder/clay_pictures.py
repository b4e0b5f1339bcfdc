"""Pictures of grey clay heads under random light, for networks that learn to look at faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import HarmonicLight
from lego_cli.core.face_encoder.face_cameras import FaceCameraOptions, face_cameras

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, Renderer

HARMONICS = HarmonicLight(torch.eye(9)[None])
"""Falls on normals as the nine harmonics themselves, so that a batch of lights is one product."""

GREY = (0.4, 0.75)  # of the clay in the picture, under even light
GAMMA = (0.45, 1.0)  # exponents that make a picture of linear light: from nearly as sRGB does to not at all
SLOPE, BEND = 0.4, 0.1  # standard deviations of the linear and of the quadratic harmonics, relative to the even one
LASHES = "lashes"  # cards with holes, which clay would fill


class ClayPictures:
    """Draws heads of one model, without lashes, on white."""

    def __init__(self, head: HeadModel, renderer: Renderer, size: int, device: str = "cpu") -> None:
        self.renderer, self.size, self.device = renderer, size, device
        triangles = head.mesh.triangles()
        lashes = [vertices for name, vertices in head.parts.items() if name.startswith(LASHES)]
        kept = ~np.isin(triangles, np.concatenate(lashes)).any(1) if lashes else slice(None)
        self.triangles = torch.from_numpy(np.ascontiguousarray(triangles[kept])).to(device)
        self.landmarks = torch.from_numpy(np.asarray(head.landmarks["ibug68"], np.int64)).to(device)

    @torch.no_grad()
    def __call__(self, heads: Tensor, view: str, generator: torch.Generator) -> Tensor:
        """Heads ``(B, V, 3)`` to pictures ``(B, 3, size, size)`` 0..1, each from its own place under its own light.

        The ``generator`` is on the CPU: equal seeds give equal cameras and lights on any device.
        """
        cameras = face_cameras(heads[:, self.landmarks], heads, generator, FaceCameraOptions(views=(view,)))
        drawn = self.renderer.render(heads, self.triangles, cameras, (self.size, self.size))
        light, gamma = (values.to(heads) for values in random_lights(len(heads), generator))
        mask = drawn["mask"].reshape(-1)
        seen = mask.nonzero()[:, 0]
        view_of = seen // self.size**2
        normal = normalize(drawn["normal"].permute(0, 2, 3, 1).reshape(-1, 3)[seen])
        clay = (HARMONICS.falling_on(normal) * light[view_of]).sum(1).clamp(1e-4, 1) ** gamma[view_of]
        picture = torch.ones_like(mask).index_put((seen,), 1 + mask[seen] * (clay - 1))
        return picture.view(-1, 1, self.size, self.size).expand(-1, 3, -1, -1)


def random_lights(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Harmonic coefficients ``(count, 9)`` of lights times the grey of the clay, and exponents ``(count,)``."""
    uniform = torch.rand(count, 2, generator=generator)
    gamma = GAMMA[0] + (GAMMA[1] - GAMMA[0]) * uniform[:, 0]
    grey = GREY[0] + (GREY[1] - GREY[0]) * uniform[:, 1]
    spread = torch.tensor([0.0] + 3 * [SLOPE] + 5 * [BEND])
    shape = spread * torch.randn(count, 9, generator=generator)
    shape[:, 0] = 1 / 0.282095
    return (grey ** (1 / gamma))[:, None] * shape, gamma
