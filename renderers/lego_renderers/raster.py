"""What every rasterising back-end shares: all but the visibility."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from lego_cli.api import Cameras, Shading
from lego_renderers.interpolation import Hits, Interpolate, Normalise, vertex_normals
from lego_renderers.projection import clip_positions
from lego_renderers.shading import shaded
from lego_renderers.silhouette import Crossings, EdgeTable, Paint, find_crossings


class RasterRenderer(ABC):
    """A renderer whose back-end says only which face each pixel sees. Implements ``lego_cli.api.Renderer``.

    ``mask``, ``normal``, ``attributes`` and ``colour`` are antialiased against what lies behind (zero where nothing
    does), with gradients to vertices and values inside and at silhouettes; ``depth`` and ``face`` are point samples.
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

    def hits(self, face: Tensor, faces: Tensor, dtype: torch.dtype) -> Hits:
        """The covered pixels. For this and what follows a back-end may have a faster way to the same numbers."""
        return Hits.of(face, faces, dtype)

    def interpolate(self, clip: Tensor, values: Tensor, hits: Hits, owners: Tensor) -> Tensor:
        """Depth and values ``(P, 1 + C)`` at the hits."""
        sampled: Tensor = Interpolate.apply(clip, values, hits, owners)  # type: ignore[no-untyped-call]
        return sampled

    def crossings(self, clip: Tensor, table: EdgeTable, face: Tensor, depth: Tensor) -> Crossings:
        """Where silhouettes pass between two pixels."""
        return find_crossings(clip, table, face, depth)

    def paint(
        self, distance: Tensor, found: Crossings, hits: Hits, shape: torch.Size, layers: list[Tensor]
    ) -> tuple[Tensor, ...]:
        """Layers ``(P, C)`` to antialiased pictures ``(B, C, H, W)``."""
        drawn: tuple[Tensor, ...] = Paint.apply(distance, found, hits.pixel, shape, *layers)  # type: ignore[no-untyped-call]
        return drawn

    def render(
        self,
        vertices: Tensor,
        faces: Tensor,
        cameras: Cameras,
        size: tuple[int, int],
        attributes: Tensor | None = None,
        shading: Shading | None = None,
    ) -> dict[str, Tensor]:
        """Draw as ``lego_cli.api.Renderer.render`` says."""
        _check(vertices, faces, cameras, attributes)
        clip = clip_positions(vertices, cameras, size)
        face, _ = self.visibility(clip.detach(), faces, size)
        hits = self.hits(face, faces, clip.dtype)
        depth, layers = self._layers(clip, hits, vertex_normals(vertices, faces), attributes, shading)
        depth = depth.new_zeros(face.numel(), 1).index_copy(0, hits.pixel, depth).view(face.shape)
        behind = torch.where(face >= 0, depth.detach(), torch.inf)
        found = self.crossings(clip.detach(), self._edges(faces), face, behind)
        pictures = self.paint(found.distance(clip, size), found, hits, face.shape, list(layers.values()))
        return dict(zip(layers, pictures, strict=True)) | {"depth": depth[:, None], "face": face}

    def _layers(
        self, clip: Tensor, hits: Hits, normals: Tensor, attributes: Tensor | None, shading: Shading | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Depth ``(P, 1)``, and what is painted: the layers ``(P, C)`` by name."""
        colours = shading.colour if shading is not None else None
        carried = [normals, *(x for x in (attributes, colours) if x is not None)]
        values, owners = _rows(carried, hits, len(clip))
        sampled = self.interpolate(clip, values, hits, owners)
        depth, normal, *rest = sampled.split([1, *(x.shape[2] for x in carried)], dim=1)
        layers = {"mask": torch.ones_like(depth), "normal": Normalise.apply(normal)}  # type: ignore[no-untyped-call]
        if attributes is not None:
            layers["attributes"] = rest[0]
        if shading is not None:
            uv = self._uv(clip, hits, shading)
            layers["colour"] = shaded(shading, hits, layers["normal"], None if colours is None else rest[-1], uv)
        return depth, layers

    def _uv(self, clip: Tensor, hits: Hits, shading: Shading) -> Tensor | None:
        """Texture coordinates ``(P, 2)``, which belong to the corners of faces and not to vertices."""
        if shading.uv is None or shading.texture is None:
            return None
        corners = 3 * hits.face[:, None] + torch.arange(3, device=hits.face.device)
        return self.interpolate(clip, shading.uv.to(clip).reshape(-1, 2), hits, corners)[:, 1:]

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


def _rows(carried: list[Tensor], hits: Hits, views: int) -> tuple[Tensor, Tensor]:
    """Values ``(H or B, V, C)`` of each kind side by side as rows ``(R, C)``, and the rows of each hit's corners."""
    heads = max(len(x) for x in carried)
    values = torch.cat([x if len(x) == heads else x.repeat_interleave(heads // len(x), 0) for x in carried], dim=2)
    owner = hits.view if heads == views else torch.div(hits.view, views // heads, rounding_mode="floor")
    return values.flatten(0, 1), hits.corners + (owner * values.shape[1])[:, None]


def _check(vertices: Tensor, faces: Tensor, cameras: Cameras, attributes: Tensor | None) -> None:
    if vertices.ndim != 3 or vertices.shape[2] != 3 or faces.ndim != 2 or faces.shape[1] != 3 or not len(faces):
        raise ValueError(f"expected (H, V, 3) vertices, (F, 3) faces; got {vertices.shape}, {faces.shape}")
    heads, views = len(vertices), len(cameras.eye)
    if not heads or not views or views % heads or cameras.eye.shape != (views, 3):
        raise ValueError(f"expected as many cameras for each of {heads} heads, got {cameras.eye.shape}")
    if attributes is not None and (attributes.shape[1] != vertices.shape[1] or len(attributes) not in (heads, views)):
        raise ValueError(f"expected attributes (H or B, V, C) for {vertices.shape} vertices, got {attributes.shape}")
