"""The torch renderer with its inner loops compiled, for CPUs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lego_renderers import numba_kernels, numba_silhouette
from lego_renderers.interpolation import Hits
from lego_renderers.silhouette import Crossings, EdgeTable
from lego_renderers.torch_renderer import TorchRenderer
from lego_renderers.zbuffer import SUBPIXEL, snapped


class NumbaRenderer(TorchRenderer):
    """Same pictures as ``torch``, several times faster in single precision on a CPU; elsewhere it *is* ``torch``."""

    name = "numba"

    def visibility(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """See :meth:`RasterRenderer.visibility`."""
        if not _compiled_for(clip):
            return super().visibility(clip, faces, size)
        x, y, z = (plane.numpy() for plane in snapped(clip.detach(), size))
        face = torch.full((len(clip), *size), -1, dtype=torch.int64)
        depth = torch.full((len(clip), *size), 2.0)
        numba_kernels.draw(x, y, z, faces.contiguous().numpy(), SUBPIXEL, depth.numpy(), face.numpy())
        return face, depth.clamp_(max=1) * 2 - 1

    def hits(self, face: Tensor, faces: Tensor, dtype: torch.dtype) -> Hits:
        """See :meth:`RasterRenderer.hits`."""
        if face.device.type != "cpu" or dtype != torch.float32:
            return super().hits(face, faces, dtype)
        count = int((face >= 0).sum())
        pixel, hit, view, per_view = (torch.empty(n, dtype=torch.int64) for n in (*[count] * 3, len(face)))
        corners, centre = torch.empty(count, 3, dtype=torch.int64), torch.empty(count, 2)
        filled = (face, faces.contiguous(), pixel, hit, view, corners, centre, per_view)
        numba_kernels.hits(*(x.numpy() for x in filled))
        return Hits(pixel, hit, view, corners, centre, per_view.tolist())

    def interpolate(self, clip: Tensor, values: Tensor, hits: Hits, owners: Tensor) -> Tensor:
        """See :meth:`RasterRenderer.interpolate`."""
        if not _compiled_for(clip):
            return super().interpolate(clip, values, hits, owners)
        sampled: Tensor = _Interpolate.apply(clip, values, hits, owners)  # type: ignore[no-untyped-call]
        return sampled

    def crossings(self, clip: Tensor, table: EdgeTable, face: Tensor, depth: Tensor) -> Crossings:
        """See :meth:`RasterRenderer.crossings`."""
        if not _compiled_for(clip):
            return super().crossings(clip, table, face, depth)
        w = clip[..., 3].contiguous()
        half = clip.new_tensor([face.shape[2], face.shape[1]]) / 2
        screen = (clip[..., :2] / torch.where(w > 0, w, torch.nan)[..., None] + 1) * half
        x, y = (plane.contiguous().numpy() for plane in screen.unbind(2))
        tables = (part.contiguous().numpy() for part in (table.ends, table.opposite))
        found = numba_silhouette.crossings(x, y, w.numpy(), *tables, face.numpy(), depth.contiguous().numpy())
        near, far, start, end, direction = torch.from_numpy(np.ascontiguousarray(found.T)).unbind(0)
        return Crossings(near, far, torch.stack([start, end], dim=1), direction >= 2, direction % 2 == 1)

    def paint(
        self, distance: Tensor, found: Crossings, hits: Hits, shape: torch.Size, layers: list[Tensor]
    ) -> tuple[Tensor, ...]:
        """See :meth:`RasterRenderer.paint`."""
        if not _compiled_for(distance):
            return super().paint(distance, found, hits, shape, layers)
        return tuple(_Paint.apply(values, distance, found, hits.pixel, shape) for values in layers)  # type: ignore[no-untyped-call]


def _compiled_for(clip: Tensor) -> bool:
    return clip.device.type == "cpu" and clip.dtype == torch.float32


class _Interpolate(torch.autograd.Function):
    """:class:`lego_renderers.interpolation.Interpolate` in compiled loops."""

    @staticmethod
    def forward(ctx: Any, clip: Tensor, values: Tensor, hits: Hits, owners: Tensor) -> Tensor:
        given = (clip.contiguous(), values.contiguous(), hits.corners, hits.view, owners.contiguous(), hits.centre)
        out, kept = clip.new_empty(len(owners), 1 + values.shape[1]), clip.new_empty(len(owners), 4)
        numba_kernels.interpolate(*(x.detach().numpy() for x in (*given, out, kept)))
        ctx.save_for_backward(*given, kept)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        to_clip, to_values = (torch.zeros_like(x) for x in ctx.saved_tensors[:2])
        arrays = (*ctx.saved_tensors, grad.contiguous(), to_clip, to_values)
        numba_kernels.interpolate_backward(*(x.detach().numpy() for x in arrays))
        return to_clip, to_values, None, None


class _Paint(torch.autograd.Function):
    """:class:`lego_renderers.silhouette.Paint` in compiled loops, for one layer."""

    @staticmethod
    def forward(
        ctx: Any, values: Tensor, distance: Tensor, found: Crossings, pixel: Tensor, shape: torch.Size
    ) -> Tensor:
        views, height, width = shape
        image = values.new_zeros(views, values.shape[1], height * width)
        change = values.new_empty(len(distance), values.shape[1])
        kept = (pixel, found.near, found.far, distance, change)
        numba_kernels.paint(*(x.detach().numpy() for x in (values.contiguous(), *kept, image)))
        ctx.save_for_backward(*kept)
        return image.view(views, -1, height, width)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        pixel, _, _, distance, _ = ctx.saved_tensors
        grad = grad.contiguous().flatten(2)
        slot = torch.full((grad.shape[0] * grad.shape[2],), -1, dtype=torch.int32)
        to_values, to_distance = grad.new_empty(len(pixel), grad.shape[1]), torch.zeros_like(distance)
        numba_kernels.paint_backward(
            *(x.detach().numpy() for x in (grad, *ctx.saved_tensors, slot, to_values, to_distance))
        )
        return to_values, to_distance, None, None, None
