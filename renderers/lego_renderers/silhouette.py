"""Antialiasing along silhouette edges, which is also where outlines get their gradient.

Pixel-centred rules look only at triangles that own a pixel centre and so miss most of the outline of a dense mesh.
Here every silhouette *edge* is followed over the rows (or columns) that it crosses, and the two pixels beside each
crossing are blended by where the edge passes between their centres (the blend of Laine et al. 2020, section 3.3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


@dataclass(frozen=True)
class EdgeTable:
    """Edges of a triangle mesh with the vertices opposite to them (twice the same at a border)."""

    ends: Tensor  # (E, 2)
    opposite: Tensor  # (E, 2)

    @staticmethod
    def of(faces: Tensor) -> EdgeTable:
        """Table of ``faces (F, 3)``; an edge of three or more faces counts as a border of each."""
        half = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
        opposite = torch.cat([faces[:, 2], faces[:, 0], faces[:, 1]])
        half = half.sort(dim=1).values
        order = torch.argsort(half[:, 0] * (int(faces.max()) + 1) + half[:, 1], stable=True)
        half, opposite = half[order], opposite[order]
        same = (half[1:] == half[:-1]).all(1)
        false = same.new_zeros(1)
        before, after = torch.cat([false, same]), torch.cat([same, false])
        after_next = torch.cat([after[1:], false])
        first = ~before & after & ~after_next  # first of exactly two
        second = torch.cat([false, first[:-1]])
        border = ~first & ~second
        partner = torch.cat([opposite[1:], opposite[:1]])
        other = torch.where(border, opposite, partner)
        keep = ~second
        return EdgeTable(half[keep], torch.stack([opposite, other], dim=1)[keep])


@dataclass(frozen=True)
class Crossings:
    """Pixel pairs that a silhouette runs between, and which edge it is. No gradient."""

    near: Tensor  # (N,) index into B*H*W, on the side of the closer surface
    far: Tensor  # (N,)
    ends: Tensor  # (N, 2) vertices of the edge, index into B*V
    flat: Tensor  # (N,) the pair lies one above the other, else side by side
    near_first: Tensor  # (N,) near has the smaller row or column

    def distance(self, clip: Tensor, size: tuple[int, int]) -> Tensor:
        """``(N,)`` from near's centre to the edge in pixels, 0..1, with gradient to ``clip (B, V, 4)``."""
        height, width = size
        start, end = (clip.reshape(-1, 4).index_select(0, each) for each in self.ends.unbind(1))
        first = torch.where(self.near_first, self.near, self.far)
        column, row = first % width, torch.div(first, width, rounding_mode="floor") % height
        u0, v0 = _along(start, self.flat, size)
        u1, v1 = _along(end, self.flat, size)
        line = torch.where(self.flat, column, row) + 0.5
        before = torch.where(self.flat, row, column) + 0.5
        past = u0 + (line - v0) / (v1 - v0) * (u1 - u0) - before
        return torch.where(self.near_first, past, 1 - past).clamp(0, 1)


class Paint(torch.autograd.Function):
    """Point samples at their pixels, antialiased along silhouettes; zero elsewhere."""

    @staticmethod
    def forward(
        ctx: Any, distance: Tensor, found: Crossings, pixel: Tensor, shape: torch.Size, *layers: Tensor
    ) -> tuple[Tensor, ...]:
        """Layers ``(P, C)`` at ``pixel (P,)`` to pictures ``(B, C, H, W)`` of ``shape (B, H, W)``.

        ``distance (N,)`` is that of the crossings ``found``.
        """
        step, changes, drawn = distance[:, None] - 0.5, [], []
        for values in layers:
            image = values.new_zeros(shape.numel(), values.shape[1]).index_copy_(0, pixel, values)
            changes.append(image.index_select(0, found.near) - image.index_select(0, found.far))
            image.index_add_(0, found.far, step.clamp_min(0) * changes[-1])
            image.index_add_(0, found.near, step.clamp_max(0) * changes[-1])
            drawn.append(image.view(*shape, -1).permute(0, 3, 1, 2))
        ctx.save_for_backward(step, pixel, found.near, found.far, *changes)
        ctx.set_materialize_grads(False)
        return tuple(drawn)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        """Gradients to ``distance`` and to the layers; a picture that nobody looked at costs nothing."""
        step, pixel, near, far, *changes = ctx.saved_tensors
        to_distance = torch.zeros_like(step[:, 0])
        to_layers: list[Tensor | None] = []
        for grad, change in zip(grads, changes, strict=True):
            if grad is None:
                to_layers.append(None)
                continue
            rows = grad.permute(0, 2, 3, 1).reshape(-1, grad.shape[1])
            gained = torch.where(step > 0, rows.index_select(0, far), rows.index_select(0, near))
            to_distance += (gained * change).sum(1)
            rows = rows.clone().index_add_(0, near, step * gained).index_add_(0, far, -step * gained)
            to_layers.append(rows.index_select(0, pixel))
        return to_distance, None, None, None, *to_layers


def _along(point: Tensor, flat: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Screen position in pixels across and along the direction in which an edge is followed."""
    x = (point[:, 0] / point[:, 3] + 1) * (size[1] / 2)
    y = (point[:, 1] / point[:, 3] + 1) * (size[0] / 2)
    return torch.where(flat, y, x), torch.where(flat, x, y)


@torch.no_grad()
def find_crossings(clip: Tensor, table: EdgeTable, face: Tensor, depth: Tensor) -> Crossings:
    """Crossings of ``clip (B, V, 4)`` over the visible ``face (B, H, W)`` at ``depth (B, H, W)`` (inf outside)."""
    edges = _silhouettes(clip, table, face.shape)
    pairs = _pairs(edges, face.shape)
    face, depth = face.reshape(-1), depth.reshape(-1)
    near_depth, far_depth = depth[pairs.near], depth[pairs.far]
    keep = (face[pairs.near] >= 0) & (face[pairs.near] != face[pairs.far])
    keep &= (near_depth < far_depth) & (pairs.depth <= far_depth)
    chosen = _furthest(pairs, keep.nonzero()[:, 0])
    direction, edge = pairs.direction[chosen], pairs.edge[chosen]
    return Crossings(pairs.near[chosen], pairs.far[chosen], edges.ends[edge], direction >= 2, direction % 2 == 1)


@dataclass(frozen=True)
class _Edges:
    """Silhouette edges with the axes swapped where needed, so that all run more along ``v`` than along ``u``."""

    ends: Tensor  # (S, 2) index into B*V
    start: Tensor  # (S, 2) u, v in pixels
    end: Tensor  # (S, 2)
    invert: Tensor  # (S, 2) 1 / w at both ends
    near_first: Tensor  # (S,) the closer surface lies at smaller u
    flat: Tensor  # (S,) axes swapped: u is the image row
    batch: Tensor  # (S,)


@dataclass(frozen=True)
class _Pairs:
    near: Tensor
    far: Tensor
    edge: Tensor
    distance: Tensor
    depth: Tensor  # of the edge at the crossing
    direction: Tensor  # 0..3


def _silhouettes(clip: Tensor, table: EdgeTable, shape: torch.Size) -> _Edges:
    """Edges whose two faces fall on the same side on screen, and borders."""
    half = clip.new_tensor([shape[2], shape[1]]) / 2
    w = clip[..., 3]
    screen = (clip[..., :2] / torch.where(w > 0, w, torch.nan)[..., None] + 1) * half
    batch, edge, side = _folds(screen, table)
    ends = table.ends[edge] + (batch * clip.shape[1])[:, None]
    flat_screen = screen.reshape(-1, 2)
    start, end = flat_screen.index_select(0, ends[:, 0]), flat_screen.index_select(0, ends[:, 1])
    span = end - start
    flat = span[:, 0].abs() > span[:, 1].abs()
    start = torch.where(flat[:, None], start.flip(1), start)
    end = torch.where(flat[:, None], end.flip(1), end)
    rise = (end - start)[:, 1]
    near_first = (rise * side > 0) ^ flat  # swapping the axes mirrors the picture, and with it the side
    return _Edges(ends, start, end, 1 / w.reshape(-1)[ends], near_first, flat, batch)


def _folds(screen: Tensor, table: EdgeTable) -> tuple[Tensor, Tensor, Tensor]:
    """Image, edge and side (+1 or -1) of every edge with both its opposite vertices on one side."""
    x, y = screen[..., 0].contiguous(), screen[..., 1].contiguous()
    a, b, c, d = (index.contiguous() for index in (*table.ends.unbind(1), *table.opposite.unbind(1)))
    from_x, from_y = x.index_select(1, a), y.index_select(1, a)
    along_x, along_y = x.index_select(1, b) - from_x, y.index_select(1, b) - from_y
    first, second = (
        along_x * (y.index_select(1, tip) - from_y) - along_y * (x.index_select(1, tip) - from_x) for tip in (c, d)
    )
    batch, edge = (first * second > 0).nonzero().unbind(1)  # a NaN, behind the camera, compares false
    return batch, edge, first[batch, edge].sign()


def _pairs(edges: _Edges, shape: torch.Size) -> _Pairs:
    """The pixel pair beside each crossing of an edge with a line of pixel centres."""
    _, height, width = shape
    lines = torch.where(edges.flat, width, height)
    v = torch.stack([edges.start[:, 1], edges.end[:, 1]])
    first = torch.ceil(v.amin(0) - 0.5).clamp_min(0).long()
    last = torch.minimum(torch.ceil(v.amax(0) - 0.5).long(), lines)
    count = (last - first).clamp_min(0)
    edge = torch.repeat_interleave(count)
    line = torch.arange(len(edge), device=edge.device) - (count.cumsum(0) - count)[edge] + first[edge]
    start, end = edges.start.index_select(0, edge), edges.end.index_select(0, edge)
    share = (line + 0.5 - start[:, 1]) / (end[:, 1] - start[:, 1])
    u = start[:, 0] + share * (end[:, 0] - start[:, 0])
    before = torch.floor(u - 0.5).long()
    flat = edges.flat[edge]
    inside = (before >= 0) & (before + 1 < torch.where(flat, height, width))
    edge, line, share, u, before, flat = (t[inside] for t in (edge, line, share, u, before, flat))
    near_first = edges.near_first[edge]
    position = torch.where(flat, before * width + line, line * width + before) + edges.batch[edge] * (height * width)
    beside = position + torch.where(flat, width, 1)
    past = u - (before + 0.5)
    invert = edges.invert[edge]
    depth = 1 / (invert[:, 0] + share * (invert[:, 1] - invert[:, 0]))
    near, far = torch.where(near_first, position, beside), torch.where(near_first, beside, position)
    distance = torch.where(near_first, past, 1 - past)
    return _Pairs(near, far, edge, distance, depth, flat.long() * 2 + near_first.long())


def _furthest(pairs: _Pairs, kept: Tensor) -> Tensor:
    """Of several crossings between the same two pixels only the outermost is seen."""
    slot, index = torch.unique(pairs.near[kept] * 4 + pairs.direction[kept], return_inverse=True)
    reach = pairs.distance[kept].float().clamp(0, 1).contiguous().view(torch.int32).long()
    key = (reach << 32) | torch.arange(len(kept), device=kept.device)
    best = torch.zeros(len(slot), dtype=torch.int64, device=kept.device).scatter_reduce_(0, index, key, "amax")
    return kept[best & 0xFFFFFFFF]
