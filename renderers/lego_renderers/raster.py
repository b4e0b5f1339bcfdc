"""What every rasterising back-end shares: all but the visibility."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import Cameras
from lego_renderers.interpolation import find_hits, vertex_normals
from lego_renderers.projection import clip_positions
from lego_renderers.silhouette import EdgeTable, find_crossings


class RasterRenderer(ABC):
    """A renderer whose back-end says only which face each pixel sees. Implements ``lego_cli.api.Renderer``.

    ``mask``, ``normal`` and ``attributes`` are antialiased against what lies behind (zero where nothing does), with
    gradients to vertices and attributes inside and at silhouettes; ``depth`` and ``face`` are point samples.
    """

    name = "raster"
    _tables_kept = 8

    def __init__(self) -> None:
        self._tables: list[tuple[Tensor, EdgeTable]] = []

    @abstractmethod
    def visibility(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """Face ``(B, H, W)`` int64 (-1 outside) and z ``(B, H, W)`` that each pixel centre sees; no gradient.

        ``clip (B, V, 4)`` has ``y / w = -1`` at image row 0, ``faces`` are ``(F, 3)``.
        """

    def render(
        self,
        vertices: Tensor,
        faces: Tensor,
        cameras: Cameras,
        size: tuple[int, int],
        attributes: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Draw as ``lego_cli.api.Renderer.render`` says."""
        _check(vertices, faces, cameras, attributes)
        clip = clip_positions(vertices, cameras, size)
        face, _ = self.visibility(clip.detach(), faces, size)
        hits = find_hits(clip, faces, face)
        values = [vertex_normals(vertices, faces), clip[..., 3:]]
        sampled = hits.interpolate(torch.cat([*values, attributes] if attributes is not None else values, dim=-1))
        depth = _paint(face, hits.pixel, sampled[:, 3:4])
        parts = [torch.ones_like(sampled[:, :1]), normalize(sampled[:, :3], dim=-1), sampled[:, 4:]]
        behind = torch.where(face >= 0, depth.detach().view(face.shape), torch.inf)
        crossings = find_crossings(clip, self._edges(faces), face, behind)
        image = crossings.blend(_paint(face, hits.pixel, torch.cat(parts, dim=1)))
        layers = {"mask": image[:, :1], "depth": depth, "normal": image[:, 1:4]}
        if attributes is not None:
            layers["attributes"] = image[:, 4:]
        batch, height, width = face.shape
        drawn = {name: x.view(batch, height, width, -1).permute(0, 3, 1, 2) for name, x in layers.items()}
        return drawn | {"face": face}

    def _edges(self, faces: Tensor) -> EdgeTable:
        """The edge table of this topology, kept for the next call."""
        for known, table in self._tables:
            if known.shape == faces.shape and known.device == faces.device and torch.equal(known, faces):
                return table
        with torch.inference_mode(False):  # the table outlives this call, and may serve one with gradients
            faces = faces.clone()
            table = EdgeTable.of(faces)
        self._tables = [(faces, table), *self._tables[: self._tables_kept - 1]]
        return table


def _paint(face: Tensor, pixel: Tensor, values: Tensor) -> Tensor:
    """``(P, C)`` values at their pixels in an otherwise zero ``(B*H*W, C)`` image."""
    return values.new_zeros(face.numel(), values.shape[1]).index_copy_(0, pixel, values)


def _check(vertices: Tensor, faces: Tensor, cameras: Cameras, attributes: Tensor | None) -> None:
    if vertices.ndim != 3 or vertices.shape[2] != 3 or faces.ndim != 2 or faces.shape[1] != 3 or not len(faces):
        raise ValueError(f"expected (B, V, 3) vertices, (F, 3) faces; got {vertices.shape}, {faces.shape}")
    if cameras.eye.shape != (len(vertices), 3):
        raise ValueError(f"expected one camera per batch entry ({len(vertices)}), got {cameras.eye.shape}")
    if attributes is not None and attributes.shape[:2] != vertices.shape[:2]:
        raise ValueError(f"expected attributes (B, V, C) for {vertices.shape} vertices, got {attributes.shape}")
