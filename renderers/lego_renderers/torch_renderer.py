"""The default renderer: nothing but torch."""

from __future__ import annotations

from torch import Tensor

from lego_renderers.raster import RasterRenderer
from lego_renderers.zbuffer import visibility


class TorchRenderer(RasterRenderer):
    """Z-buffer in plain torch operations, on whatever device the vertices are."""

    name = "torch"

    def visibility(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """See :meth:`RasterRenderer.visibility`."""
        return visibility(clip, faces, size)
