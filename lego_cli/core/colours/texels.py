"""The places that a bake asks colours for: texels of a picture, or vertices of a mesh without UVs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.colours.colour_places import GATHERED, dot, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lego_cli.api import Floats, Ints
    from lego_cli.core.colours.laid_topology import LaidTopology
    from lego_cli.core.colours.uv_raster import UvRaster

AT_ONCE = 400_000


def in_batches(chosen: Ints) -> Iterator[Ints]:
    """Positions a few hundred thousand at a time, in their order."""
    yield from (chosen[start : start + AT_ONCE] for start in range(0, len(chosen), AT_ONCE))


@dataclass(frozen=True, eq=False)
class Texels:
    """``n`` places on a laid topology, canonical frame, all of one part."""

    triangle: Ints  # (n,); -1 for a vertex
    weights: Floats  # (n, 3)
    corners: Ints  # (n, 3) vertices
    points: Floats  # (n, 3)
    normals: Floats  # (n, 3)
    across: Floats  # (n, 3) metres from one texel to the next in its row; 0 for vertices
    down: Floats  # (n, 3) the same in its column
    width: Floats  # (n,) metres that one place stands for
    cell: Ints  # (n,) what lies together


class PictureTexels:
    """The covered texels of a picture."""

    def __init__(self, raster: UvRaster, laid: LaidTopology) -> None:
        self.raster, self.laid = raster, laid
        self.covered = np.flatnonzero(raster.triangle >= 0)  # row times size plus column
        self._part = laid.triangle_part[raster.triangle.reshape(-1)[self.covered]]

    @property
    def count(self) -> int:
        """Covered texels."""
        return len(self.covered)

    def parts(self) -> list[str]:
        """Names of the parts that there are."""
        return np.unique(self._part).tolist()

    def where(self, part: str) -> Ints:
        """Positions of the texels of one part among the covered ones."""
        return np.flatnonzero(self._part == part)

    def texels(self, chosen: Ints) -> Texels:
        """Texels of one part, by their positions among the covered ones."""
        texel = self.covered[chosen]
        row, column = np.divmod(texel, self.raster.size)
        triangle = self.raster.triangle.reshape(-1)[texel]
        weights = self.raster.weights(triangle, np.stack([column, row], axis=1)).clip(0, 1).astype(np.float32)
        weights /= weights.sum(1, keepdims=True)
        corners = self.laid.corners[triangle]
        across, down, side = (values[triangle] for values in self._slopes)
        cell = (row // self._stride) * (self.raster.size // self._stride + 1) + column // self._stride
        points, normals = (mixed(x, corners, weights) for x in (self.laid.vertices, self.laid.normals))
        normals /= np.maximum(np.sqrt(dot(normals, normals)), 1e-12)[:, None]
        return Texels(triangle, weights, corners, points, normals, across, down, side, cell)

    @cached_property
    def _stride(self) -> int:
        """Texels along the side of a cell."""
        side = self._slopes[2][self.raster.triangle.reshape(-1)[self.covered[:: max(1, self.count // 10_000)]]]
        return max(1, round(GATHERED / max(float(np.median(side)), 1e-9))) if len(side) else 1

    @cached_property
    def _slopes(self) -> tuple[Floats, Floats, Floats]:
        """(T, 3) metres that a step of one column and of one row makes on each triangle, and (T,) a texel's width."""
        p, t = self.laid.vertices[self.laid.corners], self.raster.corners
        first, second = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
        u, v = t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]
        double = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        double = np.where(np.abs(double) > 1e-12, double, np.nan)[:, None]
        across = np.nan_to_num((first * v[:, 1:] - second * u[:, 1:]) / double).astype(np.float32)
        down = np.nan_to_num((second * u[:, :1] - first * v[:, :1]) / double).astype(np.float32)
        return across, down, np.sqrt(np.linalg.norm(np.cross(across, down), axis=1))


class VertexTexels:
    """Every vertex of a mesh without UVs, each for all that is nearer to it than to others."""

    def __init__(self, laid: LaidTopology) -> None:
        self.laid = laid

    @property
    def count(self) -> int:
        """Vertices."""
        return len(self.laid.vertices)

    def parts(self) -> list[str]:
        """Names of the parts that there are."""
        return np.unique(self.laid.part).tolist()

    def where(self, part: str) -> Ints:
        """Vertices of one part."""
        return np.flatnonzero(self.laid.part == part)

    def texels(self, chosen: Ints) -> Texels:
        """Some vertices, of one part."""
        corners = np.repeat(chosen[:, None], 3, axis=1)
        weights = np.tile(np.array([1, 0, 0], np.float32), (len(chosen), 1))
        points, normals = (x[chosen].astype(np.float32) for x in (self.laid.vertices, self.laid.normals))
        normals /= np.maximum(np.sqrt(dot(normals, normals)), 1e-12)[:, None]
        still, nowhere = np.zeros_like(points), np.full(len(chosen), -1)
        return Texels(nowhere, weights, corners, points, normals, still, still, self._width[chosen], chosen)

    @cached_property
    def _width(self) -> Floats:
        near = cKDTree(self.laid.vertices).query(self.laid.vertices, k=min(4, self.count))[0]
        return np.asarray(near.reshape(self.count, -1)[:, 1:].mean(1) if self.count > 1 else np.zeros(1))
