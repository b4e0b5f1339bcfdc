"""The places that a bake asks colours for: texels of a picture, or vertices of a mesh without UVs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.colour_places import GATHERED

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.laid_topology import LaidTopology
    from lego_cli.core.uv_raster import UvRaster

QUARTERS = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))  # of a texel, columns and rows


@dataclass(frozen=True, eq=False)
class Texels:
    """``n`` places on a laid topology, canonical frame."""

    triangle: Ints  # (n,); -1 for a vertex
    weights: Floats  # (n, 3)
    corners: Ints  # (n, 3) vertices
    points: Floats  # (n, 3)
    normals: Floats  # (n, 3)
    steps: Floats  # (n, m, 3) metres to the samples of each
    width: Floats  # (n,) metres that one sample stands for
    part: np.ndarray  # (n,) names
    cell: Ints  # (n,) what lies together

    def pick(self, chosen: Ints) -> Texels:
        """Some of them."""
        return Texels(*(getattr(self, name)[chosen] for name in Texels.__annotations__))


def picture_texels(raster: UvRaster, laid: LaidTopology) -> Texels:
    """The covered texels, row by row, each with four samples."""
    row, column = np.nonzero(raster.triangle >= 0)
    triangle = raster.triangle[row, column]
    weights = raster.weights(triangle, np.stack([column, row], axis=1).astype(np.float64)).clip(0, 1)
    weights /= weights.sum(1, keepdims=True)
    corners = laid.corners[triangle]
    across, down = _slopes(raster, laid)
    across, down = across[triangle], down[triangle]
    steps = np.stack([u * across + v * down for u, v in QUARTERS], axis=1)
    side = np.sqrt(np.linalg.norm(np.cross(across, down), axis=1))
    stride = max(1, round(GATHERED / max(float(np.median(side)), 1e-9))) if len(side) else 1
    part = laid.part[corners[np.arange(len(corners)), weights.argmax(1)]]
    _, kind = np.unique(part, return_inverse=True)
    wide = raster.size // stride + 1
    cell = (kind.reshape(-1) * wide + row // stride) * wide + column // stride
    points = _carried(laid.vertices, corners, weights)
    normals = _unit(_carried(laid.normals, corners, weights))
    return Texels(triangle, weights, corners, points, normals, steps, 0.5 * side, part, cell)


def vertex_texels(laid: LaidTopology) -> Texels:
    """Every vertex, averaged over what lies nearer to it than to others."""
    from scipy.spatial import cKDTree

    count = len(laid.vertices)
    width = cKDTree(laid.vertices).query(laid.vertices, k=min(4, count))[0].reshape(count, -1)[:, 1:].mean(1)
    corners = np.repeat(np.arange(count)[:, None], 3, axis=1)
    weights = np.tile([1.0, 0.0, 0.0], (count, 1))
    steps = np.zeros((count, 1, 3))
    nowhere = np.full(count, -1)
    normals = _unit(laid.normals)
    return Texels(nowhere, weights, corners, laid.vertices, normals, steps, width, laid.part, np.arange(count))


def _slopes(raster: UvRaster, laid: LaidTopology) -> tuple[Floats, Floats]:
    """(T, 3) metres that a step of one column and of one row makes on each triangle."""
    p, t = laid.vertices[laid.corners], raster.corners
    first, second = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    u, v = t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]
    double = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    double = np.where(np.abs(double) > 1e-12, double, np.nan)[:, None]
    across = (first * v[:, 1:] - second * u[:, 1:]) / double
    down = (second * u[:, :1] - first * v[:, :1]) / double
    return np.nan_to_num(across), np.nan_to_num(down)


def _carried(values: Floats, corners: Ints, weights: Floats) -> Floats:
    result: Floats = sum(weights[:, k, None] * values[corners[:, k]] for k in range(3))  # type: ignore[assignment]
    return result


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
