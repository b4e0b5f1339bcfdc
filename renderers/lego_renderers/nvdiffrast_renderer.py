"""Visibility by nvdiffrast on CUDA; everything else, the antialiasing of outlines above all, is ours."""

from __future__ import annotations

from typing import Any

import nvdiffrast.torch as nvdiffrast
import torch
from torch import Tensor

from lego_renderers.raster import RasterRenderer


class NvdiffrastRenderer(RasterRenderer):
    """``nvdiffrast.torch.rasterize`` (Laine et al. 2020) as a back-end.

    Its own antialiasing looks only at triangles that own a pixel centre, which on heads as dense as these loses over
    a third of the outline's gradient. Its clip space has row 0 at ``y = -1``, as ours.
    """

    name = "nvdiffrast"
    device = "cuda"  # the only kind that it runs on

    def __init__(self) -> None:
        super().__init__()
        self._contexts: dict[torch.device, Any] = {}  # costly to make, and tied to a device

    @torch.no_grad()
    def visibility(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """See :meth:`RasterRenderer.visibility`; tensors from elsewhere take a trip to the current CUDA device."""
        there = clip.detach().float().contiguous()
        there = there if there.device.type == self.device else there.to(self.device)
        if there.device not in self._contexts:
            self._contexts[there.device] = nvdiffrast.RasterizeCudaContext(device=there.device)
        indices = faces.to(there.device, torch.int32).contiguous()
        found, _ = nvdiffrast.rasterize(self._contexts[there.device], there, indices, size, grad_db=False)
        face = found[..., 3].long() - 1  # 0 means none
        z = torch.where(face >= 0, found[..., 2], 1.0)
        whole = (there[..., 3] > 0)[:, faces.to(there.device)].all(2)  # it clips at the camera, the others drop
        seen = whole.gather(1, face.clamp_min(0).flatten(1)).view_as(face)
        return torch.where(seen, face, -1).to(clip.device), torch.where(seen, z, 1.0).to(clip.device)
