"""Which triangle each texel of a picture belongs to, by the UVs of a mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh

AT_ONCE = 1_000_000  # texels that are looked at together
FLAT = 1e-9  # texels: triangles of less area are lines


@dataclass(frozen=True, eq=False)
class UvRaster:
    """A square picture, row 0 on top: triangle (of ``mesh.triangles()``) of each texel."""

    triangle: Ints  # (S, S), -1 where there is none
    overlap: float  # share of the covered texels that several triangles claim
    corners: Floats  # (T, 3, 2) column and row of each triangle's corners; what lies outside the square wraps round

    @property
    def size(self) -> int:
        """Texels along each side."""
        return len(self.triangle)

    def weights(self, triangle: Ints, place: Floats) -> Floats:
        """``(n, 3)`` barycentric weights of places ``(n, 2)``, column and row, in triangles ``(n,)``."""
        a, b, c = (self.corners[triangle, k] for k in range(3))
        away = place - a
        away -= self.size * np.round((away - ((b - a) + (c - a)) / 3) / self.size)  # the copy of the triangle it is in
        double = _cross(b - a, c - a)
        second = _cross(away, c - a) / double
        third = _cross(b - a, away) / double
        return np.stack([1 - second - third, second, third], axis=1)


def uv_raster(mesh: Mesh, faces: Ints, size: int) -> UvRaster:
    """The triangles of some ``faces (n,)`` of ``mesh`` drawn by their UVs, which repeat beyond 0..1.

    A texel belongs to the triangle that its middle lies in; where several do, to the last. Faces without UVs draw
    nothing.
    """
    corners = _texel_corners(mesh, size)
    chosen = np.zeros(len(mesh.face_sizes), dtype=bool)
    chosen[faces] = True
    drawable = chosen[mesh.triangle_face()] & np.isfinite(corners).all((1, 2))
    a, b, c = (corners[:, k] for k in range(3))
    drawable &= np.abs(_cross(b - a, c - a)) > FLAT
    triangle = np.full(size * size, -1, dtype=np.int64)
    claims = 0
    for some in _batches(corners, np.flatnonzero(drawable), size):
        owner, texel = _covered(corners, some, size)
        claims += len(texel)
        triangle[texel] = owner
    filled = int((triangle >= 0).sum())
    return UvRaster(triangle.reshape(size, size), (claims - filled) / max(filled, 1), corners)


def _texel_corners(mesh: Mesh, size: int) -> Floats:
    """``(T, 3, 2)`` columns and rows, texel middles at whole numbers; NaN for triangles without UVs."""
    corner = mesh.triangle_corners()
    if mesh.uvs is None or mesh.corner_uv is None:
        return np.full((len(corner), 3, 2), np.nan)
    index = mesh.corner_uv[corner]
    uv = np.where((index >= 0)[..., None], mesh.uvs[np.maximum(index, 0)], np.nan)
    uv = uv - np.floor(uv.min(1, keepdims=True))
    return np.stack([uv[..., 0] * size - 0.5, (1 - uv[..., 1]) * size - 0.5], axis=2)


def _batches(corners: Floats, triangles: Ints, size: int) -> list[Ints]:
    """Triangles in groups whose boxes hold no more texels than ``AT_ONCE``, as far as single ones allow."""
    low, high = _box(corners[triangles], size)
    texels = np.cumsum((high - low + 1).clip(0).prod(1))
    return np.split(triangles, np.flatnonzero(np.diff(texels // AT_ONCE)) + 1) if len(triangles) else []


def _box(corners: Floats, size: int) -> tuple[Ints, Ints]:
    """First and last column and row whose middles may lie in each triangle; no wider than the picture."""
    low = np.ceil(corners.min(1)).astype(np.int64)
    high = np.minimum(np.floor(corners.max(1)).astype(np.int64), low + size - 1)
    return low, high


def _covered(corners: Floats, triangles: Ints, size: int) -> tuple[Ints, Ints]:
    """Triangle and texel (row times size plus column) of every texel middle in one of the triangles."""
    low, high = _box(corners[triangles], size)
    extent = (high - low + 1).clip(0)
    count = extent.prod(1)
    owner = np.repeat(np.arange(len(triangles)), count)
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    width = extent[owner, 0]
    row = step // width
    column, row = low[owner, 0] + step - row * width, low[owner, 1] + row
    p = corners[triangles]
    sign = np.sign(_cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]))
    inside = np.ones(len(owner), dtype=bool)
    for k in range(3):  # a texel is left of all edges, or right of all
        start, along = p[:, k], p[:, (k + 1) % 3] - p[:, k]
        right, up = -sign * along[:, 1], sign * along[:, 0]
        least = (right * start[:, 0] + up * start[:, 1])[owner]
        inside &= right[owner] * column + up[owner] * row >= least
    texel = (row[inside] % size) * size + column[inside] % size
    return triangles[owner[inside]], texel


def _cross(one: Floats, other: Floats) -> Floats:
    result: Floats = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return result
