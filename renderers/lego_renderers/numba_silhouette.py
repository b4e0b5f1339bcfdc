"""Compiled search for silhouettes; gives what :func:`lego_renderers.silhouette.find_crossings` gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lego_renderers.numba_kernels import compiled


@compiled
def crossings(x: Any, y: Any, w: Any, ends: Any, opposite: Any, face: Any, depth: Any) -> Any:
    """Near, far, both ends of the edge, direction ``(N, 5)``.

    ``x``, ``y (B, V)`` in pixels, NaN behind the camera; ``face``, ``depth (B, H, W)``.
    """
    views, height, width = face.shape
    best = np.empty(height * width * 4, np.int32)  # per directed pixel pair of a view: its row of the result
    found, reach, count = np.empty((4096, 5), np.int64), np.empty(4096, np.float32), 0
    seen, deep = face.reshape(-1), depth.reshape(-1)
    for view in range(views):
        best[:] = -1
        for edge in range(len(ends)):
            a, b = ends[edge, 0], ends[edge, 1]
            side = _fold(x[view], y[view], a, b, opposite[edge, 0], opposite[edge, 1])
            if side == 0:
                continue
            flat = abs(x[view, b] - x[view, a]) > abs(y[view, b] - y[view, a])
            across, along = (y, x) if flat else (x, y)
            u0, u1, v0, v1 = across[view, a], across[view, b], along[view, a], along[view, b]
            near_first = ((v1 - v0) * side > 0) != flat
            lines, places = (width, height) if flat else (height, width)
            for line in range(max(0, math.ceil(min(v0, v1) - 0.5)), min(lines, math.ceil(max(v0, v1) - 0.5))):
                share = (np.float32(line + 0.5) - v0) / (v1 - v0)
                u = u0 + share * (u1 - u0)
                before = math.floor(u - np.float32(0.5))
                if before < 0 or before + 1 >= places:
                    continue
                first = view * height * width + (before * width + line if flat else line * width + before)
                second = first + (width if flat else 1)
                near, far = (first, second) if near_first else (second, first)
                if seen[near] < 0 or seen[near] == seen[far] or not deep[near] < deep[far]:
                    continue
                if 1 / (1 / w[view, a] + share * (1 / w[view, b] - 1 / w[view, a])) > deep[far]:
                    continue
                past = u - np.float32(before + 0.5)
                distance = min(max(past if near_first else 1 - past, 0), 1)
                direction = (2 if flat else 0) + (1 if near_first else 0)
                slot = (near - view * height * width) * 4 + direction
                row = best[slot]
                if row >= 0 and distance < reach[row]:
                    continue
                if row < 0:
                    row, count = count, count + 1
                    best[slot] = row
                    if count > len(reach):
                        found, reach = _doubled(found), np.concatenate((reach, reach))
                reach[row] = distance
                found[row, 0], found[row, 1], found[row, 4] = near, far, direction
                found[row, 2], found[row, 3] = view * x.shape[1] + a, view * x.shape[1] + b
    return found[:count]


@compiled
def _fold(x: Any, y: Any, a: int, b: int, c: int, d: int) -> int:
    """+1 or -1 when both opposite vertices lie on that side of the edge on screen, else 0."""
    along_x, along_y = x[b] - x[a], y[b] - y[a]
    first = along_x * (y[c] - y[a]) - along_y * (x[c] - x[a])
    second = along_x * (y[d] - y[a]) - along_y * (x[d] - x[a])
    if not first * second > 0:  # a NaN, behind the camera, compares false
        return 0
    return 1 if first > 0 else -1


@compiled
def _doubled(rows: Any) -> Any:
    return np.concatenate((rows, rows))
