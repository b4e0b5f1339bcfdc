"""The polygon edges of a mesh as a picture layer."""

from __future__ import annotations

import torch
from torch import Tensor

from lego_cli.api import Cameras
from lego_cli.preview.framing import axes
from lego_cli.preview.shape import Part
from lego_cli.preview.tiles import Tile

WIDTH = 1.1
"""Half the width of a line, in samples of a picture of at most ``LINES_GROW`` samples."""

LINES_GROW = 1024
"""Samples along a side of a picture from which on lines grow with the picture."""

CROWDED = 14.0
"""Lines fade where polygon edges are shorter than this many samples on average, so that dense meshes keep a face."""


def wire_layer(vertices: Tensor, part: Part, cameras: Cameras, tile: Tile, face: Tensor) -> Tensor:
    """``(B, S, S)`` darkness of the lines, 0..1, on the triangles ``face (B, S, S)`` of a part that are seen.

    Each sample asks the three edges of its own triangle how far off they are on screen; edges inside a polygon are
    silent, and hidden lines are those of triangles that are not seen.
    """
    view, row, column = (face >= 0).nonzero().unbind(1)
    seen = face[view, row, column]
    screen = _on_screen(vertices, cameras, tile)
    corner = [screen[view, part.faces[seen, k]] for k in range(3)]
    sample = torch.stack([column, row], dim=1) + 0.5
    off = torch.full_like(sample[:, 0], torch.inf)
    for k in range(3):
        start, end = corner[k], corner[(k + 1) % 3]
        away = _from_line(sample, start, end)
        off = torch.where(part.polygon_edges[seen, k], torch.minimum(off, away), off)
    width = WIDTH * max(1.0, tile.full / LINES_GROW)
    fade = (_mean_edge(screen, part) / (CROWDED * width)).clamp(0.25, 1)
    lines = (width + 0.5 - off).clamp(0, 1) * fade[view]
    return vertices.new_zeros(face.shape).index_put_((view, row, column), lines)


def _on_screen(vertices: Tensor, cameras: Cameras, tile: Tile) -> Tensor:
    """``(V, 3)`` to ``(B, V, 2)`` column and row in samples of the tile."""
    local = (vertices - cameras.eye[:, None]) @ axes(cameras).transpose(1, 2)
    slope = torch.tan(torch.deg2rad(cameras.fov) / 2)[:, None, None]
    place = local[..., :2] / (local[..., 2:].clamp_min(1e-9) * slope)
    half = tile.full / 2
    return torch.stack([(place[..., 0] + 1) * half - tile.left, (1 - place[..., 1]) * half - tile.top], dim=-1)


def _from_line(sample: Tensor, start: Tensor, end: Tensor) -> Tensor:
    along, away = end - start, sample - start
    cross = along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]
    return cross.abs() / along.norm(dim=1).clamp_min(1e-6)


def _mean_edge(screen: Tensor, part: Part) -> Tensor:
    """``(B,)`` mean length of polygon edges in samples."""
    total, count = screen.new_zeros(len(screen)), 0
    for k in range(3):
        chosen = part.polygon_edges[:, k]
        ends = part.faces[chosen][:, [k, (k + 1) % 3]]
        total = total + (screen[:, ends[:, 0]] - screen[:, ends[:, 1]]).norm(dim=2).sum(1)
        count += int(chosen.sum())
    return total / max(count, 1)
