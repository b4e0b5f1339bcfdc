"""Which face each pixel sees: an exact scan-line z-buffer in plain torch operations."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SUBPIXEL = 256
"""Screen positions are rounded to this fraction of a pixel, which makes coverage exact and free of cracks."""

_HALF = SUBPIXEL // 2
_FACES, _PIXELS = 1 << 19, 1 << 21  # faces and pixels in flight, which bounds the memory


def visibility(clip: Tensor, faces: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Nearest face of each pixel centre, without gradient.

    ``clip (B, V, 4)``, ``faces (F, 3)``, ``size (H, W)`` to ``face (B, H, W)`` int64 (-1 outside) and ``z
    (B, H, W)`` float32 in -1..1 (1 outside). Both sides of a face are drawn; a pixel centre on an outline counts as
    covered; at equal depth the lower face index wins. Faces that reach behind the camera are dropped.
    """
    batch, (height, width) = len(clip), size
    empty = torch.iinfo(torch.int64).max
    keys = torch.full((batch * height * width,), empty, dtype=torch.int64, device=clip.device)
    step = max(1, _FACES // len(faces))
    for first in range(0, batch, step):
        found = _candidates(clip.detach()[first : first + step], faces, size)
        _spans(found, height, width).draw(keys[first * height * width : (first + step) * height * width])
    covered = keys != empty
    face = torch.where(covered, keys & 0xFFFFFFFF, -1)
    z = (keys >> 32).to(torch.int32).view(torch.float32) * 2 - 1
    return face.view(batch, height, width), torch.where(covered, z, 1.0).view(batch, height, width)


def snapped(clip: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Screen x and y in whole sub-pixels, z in 0..1, ``(B, V)`` each; NaN behind the camera."""
    depth = clip[..., 3]
    w = torch.where(depth > 0, depth, torch.nan)
    x = torch.round((clip[..., 0] / w + 1) * (_HALF * size[1]))
    y = torch.round((clip[..., 1] / w + 1) * (_HALF * size[0]))
    return x, y, (clip[..., 2] / w + 1) / 2


@dataclass(frozen=True)
class _Candidates:
    """Faces whose box holds a pixel centre: corners in whole sub-pixels, and the box in pixels."""

    x: Tensor  # (N, 3) float64
    y: Tensor  # (N, 3)
    z: Tensor  # (N, 3) in 0..1
    face: Tensor  # (N,)
    view: Tensor  # (N,)
    box: tuple[Tensor, Tensor, Tensor, Tensor]  # first and last row, first and last column; (N,) each


def _candidates(clip: Tensor, faces: Tensor, size: tuple[int, int]) -> _Candidates:
    """Sort out, in single precision, the many faces that cover no pixel centre (also those behind the camera)."""
    plane_x, plane_y, plane_z = snapped(clip, size)
    x, y = ([plane.index_select(1, faces[:, k]) for k in range(3)] for plane in (plane_x, plane_y))
    top, bottom = _pixel_range(y, size[0])
    left, right = _pixel_range(x, size[1])
    view, face = ((bottom >= top) & (right >= left)).nonzero().unbind(1)  # a NaN compares false
    corner = faces.index_select(0, face) + (view * clip.shape[1])[:, None]
    x3, y3, z3 = (plane.reshape(-1)[corner].double() for plane in (plane_x, plane_y, plane_z))
    box = (top[view, face], bottom[view, face], left[view, face], right[view, face])
    return _Candidates(x3, y3, z3, face, view, box)


def _pixel_range(values: list[Tensor], count: int) -> tuple[Tensor, Tensor]:
    """First and last pixel whose centre lies between the least and the greatest sub-pixel position."""
    low = torch.minimum(torch.minimum(values[0], values[1]), values[2])
    high = torch.maximum(torch.maximum(values[0], values[1]), values[2])
    first = torch.ceil((low - _HALF) / SUBPIXEL).clamp(0, count)
    return first, torch.floor((high - _HALF) / SUBPIXEL).clamp(-1, count - 1)


@dataclass(frozen=True)
class _Spans:
    """One entry per (face, image row): the run of pixel centres inside, and the depth along it."""

    count: Tensor
    face: Tensor
    pixel: Tensor  # the first one
    depth: Tensor  # at the first one
    slope: Tensor  # change of depth from pixel to pixel

    def draw(self, keys: Tensor) -> None:
        """Lower each pixel's ``(depth, face)`` key to the nearest one."""
        ends = self.count.cumsum(0)
        first = 0
        while first < len(ends):
            done = ends[first - 1] if first else ends.new_zeros(())
            last = max(first + 1, int(torch.searchsorted(ends, done + _PIXELS, right=True)))
            self._draw(keys, slice(first, last))
            first = last

    def _draw(self, keys: Tensor, part: slice) -> None:
        count = self.count[part]
        span = torch.repeat_interleave(count)
        along = torch.arange(len(span), device=span.device) - (count.cumsum(0) - count)[span]
        depth = (self.depth[part][span] + self.slope[part][span] * along).clamp(0, 1)
        key = (depth.view(torch.int32).long() << 32) | self.face[part][span]
        keys.scatter_reduce_(0, self.pixel[part][span] + along, key, "amin")


def _spans(found: _Candidates, height: int, width: int) -> _Spans:
    x, y, z = found.x, found.y, found.z
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    top, bottom = found.box[:2]
    rows = torch.where(area != 0, bottom - top + 1, 0).long()
    entry = torch.repeat_interleave(rows)
    row = torch.arange(len(entry), device=x.device) - (rows.cumsum(0) - rows)[entry] + top.long()[entry]
    centre = (row * SUBPIXEL + _HALF).double()
    low, high = _span(found, area.sign(), entry, centre)
    count = (high - low + 1).clamp_min(0).long()
    inside = count.nonzero()[:, 0]
    entry, row, centre, low, count = (t[inside] for t in (entry, row, centre, low, count))
    slope_x, slope_y = _plane(x, y, z, area)
    start = low * SUBPIXEL + _HALF
    depth = z[entry, 0] + slope_x[entry] * (start - x[entry, 0]) + slope_y[entry] * (centre - y[entry, 0])
    pixel = (found.view[entry] * height + row) * width + low.long()
    return _Spans(count, found.face[entry], pixel, depth.float(), (slope_x[entry] * SUBPIXEL).float())


def _span(found: _Candidates, turn: Tensor, entry: Tensor, centre: Tensor) -> tuple[Tensor, Tensor]:
    """First and last pixel of each row inside the face, as whole numbers.

    All operands are integers below 2**53, and a correctly rounded quotient of such integers cannot cross a whole
    number, so ``ceil`` and ``floor`` are exact.
    """
    x, y = found.x, found.y
    low, high = (side.double()[entry] for side in found.box[2:])
    for a, b in ((0, 1), (1, 2), (2, 0)):
        rise = ((y[:, b] - y[:, a]) * turn)[entry]
        run = ((x[:, b] - x[:, a]) * turn)[entry]
        ahead = run * (centre - y[:, a][entry])
        bound = ((x[:, a][entry] - _HALF) * rise + ahead) / (rise * SUBPIXEL)
        low = torch.where(rise < 0, torch.maximum(low, torch.ceil(bound)), low)
        high = torch.where(rise > 0, torch.minimum(high, torch.floor(bound)), high)
        high = torch.where((rise == 0) & (ahead < 0), -1.0, high)
    return low, high


def _plane(x: Tensor, y: Tensor, z: Tensor, area: Tensor) -> tuple[Tensor, Tensor]:
    """Depth change per sub-pixel in x and in y."""
    area = torch.where(area == 0, 1.0, area)
    x1, x2, y1, y2, z1, z2 = (t[:, k] - t[:, 0] for t in (x, y, z) for k in (1, 2))
    return (z1 * y2 - z2 * y1) / area, (z2 * x1 - z1 * x2) / area
