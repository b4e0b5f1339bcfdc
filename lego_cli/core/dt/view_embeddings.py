"""Embeddings of heads from LeGO's ten cameras, under grey clay and changing light; what image losses compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import Cameras, HarmonicLight, Shading
from lego_cli.core.face_encoder.face_cameras import FaceCameraOptions, face_cameras

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, ImageEncoder, Renderer

CLAY = 0.62  # how bright the surface is, linear
STRAY = 0.25  # radians of elevation either way; LeGO's own 0.5 looks under the chin
EVEN = (2.2, 0.45, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)  # harmonics: light from above and in front
JITTER = 0.25  # of the coefficients after the first, either way
GAMMA = 2.2


@dataclass(eq=False)
class ViewEmbeddings:
    """Draws heads ``(B, V, 3)`` and embeds the pictures. Cameras and lights come from a few fixed set-ups."""

    head: HeadModel
    renderer: Renderer
    encoder: ImageEncoder
    setups: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        triangles = np.asarray(self.head.mesh.triangles())
        lashes = np.concatenate([index for name, index in self.head.parts.items() if name.startswith("lashes")])
        self._faces = torch.from_numpy(triangles[~np.isin(triangles, lashes).any(1)])  # cards with holes
        self._marks = torch.from_numpy(np.asarray(self.head.landmarks["ibug68"]))

    def __call__(self, heads: Tensor, setup: int) -> Tensor:
        """``(B, views, D)``."""
        return self.encoder(self.pictures(heads, setup)).unflatten(0, (len(heads), -1))

    def pictures(self, heads: Tensor, setup: int) -> Tensor:
        """``(B * views, 3, S, S)`` sRGB pictures, 0..1, on white."""
        seed = 1_000 * self.seed + setup % self.setups
        light = torch.tensor(EVEN) + JITTER * (2 * torch.rand(9, generator=torch.Generator().manual_seed(seed)) - 1)
        shading = Shading(HarmonicLight((CLAY * light)[None, :, None].to(heads)))
        size = (self.encoder.size, self.encoder.size)
        drawn = self.renderer.render(heads, self._faces, self._cameras(heads, seed), size, shading=shading)
        linear = drawn["colour"].clamp(1e-3, 1).expand(-1, 3, -1, -1)
        return linear ** (1 / GAMMA) + (1 - drawn["mask"])

    def _cameras(self, heads: Tensor, seed: int) -> Cameras:
        """The same stray for every head, so that embeddings of different heads can be compared view by view."""
        rigs = []
        for head in heads.split(1):
            generator = torch.Generator().manual_seed(seed)
            rigs.append(face_cameras(head[:, self._marks], head, generator, FaceCameraOptions(elevation=STRAY)))
        return Cameras(*(torch.cat([getattr(rig, key) for rig in rigs]) for key in ("eye", "target", "up", "fov")))
