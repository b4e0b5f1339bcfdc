"""Compiled loops of the ``numba`` renderer; each gives what the torch operations beside it give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def draw(x: Any, y: Any, z: Any, faces: Any, subpixel: int, depth: Any, face: Any) -> None:
    """Z-buffer of every view: fills ``depth`` (float32, lowest wins) and ``face`` (int64), both ``(B, H, W)``.

    ``x``, ``y (B, V)`` are whole sub-pixels, NaN behind the camera, ``z (B, V)`` is 0..1. The arithmetic is that of
    :mod:`lego_renderers.zbuffer`, step by step, so that the pictures are the same to the bit.
    """
    views, height, width = face.shape
    half = subpixel // 2
    xs, ys = np.empty(3), np.empty(3)
    for view in range(views):
        for index in range(len(faces)):
            for k in range(3):
                xs[k], ys[k] = x[view, faces[index, k]], y[view, faces[index, k]]
            if math.isnan(xs[0] + xs[1] + xs[2]):
                continue
            top = max(0.0, math.ceil((min(ys[0], ys[1], ys[2]) - half) / subpixel))
            bottom = min(height - 1.0, math.floor((max(ys[0], ys[1], ys[2]) - half) / subpixel))
            left = max(0.0, math.ceil((min(xs[0], xs[1], xs[2]) - half) / subpixel))
            right = min(width - 1.0, math.floor((max(xs[0], xs[1], xs[2]) - half) / subpixel))
            area = (xs[1] - xs[0]) * (ys[2] - ys[0]) - (xs[2] - xs[0]) * (ys[1] - ys[0])
            if bottom < top or right < left or area == 0:
                continue
            turn = 1.0 if area > 0 else -1.0
            z0 = np.float64(z[view, faces[index, 0]])
            z1, z2 = z[view, faces[index, 1]] - z0, z[view, faces[index, 2]] - z0
            slope_x = (z1 * (ys[2] - ys[0]) - z2 * (ys[1] - ys[0])) / area
            slope_y = (z2 * (xs[1] - xs[0]) - z1 * (xs[2] - xs[0])) / area
            slope = np.float32(slope_x * subpixel)
            for row in range(int(top), int(bottom) + 1):
                centre = float(row * subpixel + half)
                low, high = left, right
                for a in range(3):
                    b = (a + 1) % 3
                    rise, run = (ys[b] - ys[a]) * turn, (xs[b] - xs[a]) * turn
                    ahead = run * (centre - ys[a])
                    if rise == 0:
                        high = -1.0 if ahead < 0 else high
                        continue
                    bound = ((xs[a] - half) * rise + ahead) / (rise * subpixel)
                    if rise < 0:
                        low = max(low, math.ceil(bound))
                    else:
                        high = min(high, math.floor(bound))
                start = low * subpixel + half
                first = np.float32(z0 + slope_x * (start - xs[0]) + slope_y * (centre - ys[0]))
                for step in range(int(high) - int(low) + 1):
                    here = min(max(first + slope * np.float32(step), np.float32(0)), np.float32(1))
                    column = int(low) + step
                    if here < depth[view, row, column]:  # faces come in order, so ties go to the lower index
                        depth[view, row, column] = here
                        face[view, row, column] = index


@_compiled
def interpolate(clip: Any, values: Any, places: Any, owners: Any, centre: Any, out: Any, kept: Any) -> None:
    """Fills ``out (P, 1 + C)``, and ``kept (P, 4)``: barycentric coordinates and the inverse of their sum.

    ``clip (R, 4)`` and ``values (S, C)`` are rows, ``places``, ``owners (P, 3)`` the rows of each hit's corners.
    """
    channels = values.shape[1]
    for p in range(len(places)):
        a, b, c = places[p, 0], places[p, 1], places[p, 2]
        u, v = centre[p, 0], centre[p, 1]
        xa, ya = clip[a, 0] - u * clip[a, 3], clip[a, 1] - v * clip[a, 3]
        xb, yb = clip[b, 0] - u * clip[b, 3], clip[b, 1] - v * clip[b, 3]
        xc, yc = clip[c, 0] - u * clip[c, 3], clip[c, 1] - v * clip[c, 3]
        first, second, third = xb * yc - xc * yb, xc * ya - xa * yc, xa * yb - xb * ya
        total = first + second + third
        flat = abs(total) < 1e-20
        inverse = 0.0 if flat else 1.0 / total
        first, second, third = first * inverse, second * inverse, third * inverse
        if flat:
            first, second, third = 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0
        if min(first, second, third) < 0:  # the centre lies outside by the rounding of positions
            first, second, third = max(first, 0.0), max(second, 0.0), max(third, 0.0)
            scale = 1.0 / (first + second + third)
            first, second, third = first * scale, second * scale, third * scale
            inverse = 0.0
        kept[p, 0], kept[p, 1], kept[p, 2], kept[p, 3] = first, second, third, inverse
        out[p, 0] = first * clip[a, 3] + second * clip[b, 3] + third * clip[c, 3]
        a, b, c = owners[p, 0], owners[p, 1], owners[p, 2]
        for k in range(channels):
            out[p, 1 + k] = first * values[a, k] + second * values[b, k] + third * values[c, k]


@_compiled
def interpolate_backward(
    clip: Any, values: Any, places: Any, owners: Any, centre: Any, kept: Any, grad: Any, to_clip: Any, to_values: Any
) -> None:
    """Adds the gradients of :func:`interpolate` to ``to_clip (R, 4)`` and ``to_values (S, C)``."""
    channels = values.shape[1]
    for p in range(len(places)):
        first, second, third, inverse = kept[p, 0], kept[p, 1], kept[p, 2], kept[p, 3]
        a, b, c = owners[p, 0], owners[p, 1], owners[p, 2]
        i, j, k = places[p, 0], places[p, 1], places[p, 2]
        deep = grad[p, 0]
        of_first, of_second, of_third = deep * clip[i, 3], deep * clip[j, 3], deep * clip[k, 3]
        for n in range(channels):
            here = grad[p, 1 + n]
            of_first += here * values[a, n]
            of_second += here * values[b, n]
            of_third += here * values[c, n]
            to_values[a, n] += first * here
            to_values[b, n] += second * here
            to_values[c, n] += third * here
        mean = first * of_first + second * of_second + third * of_third
        of_first, of_second, of_third = of_first - mean, of_second - mean, of_third - mean
        of_first, of_second, of_third = of_first * inverse, of_second * inverse, of_third * inverse
        u, v = centre[p, 0], centre[p, 1]
        xa, ya = clip[i, 0] - u * clip[i, 3], clip[i, 1] - v * clip[i, 3]
        xb, yb = clip[j, 0] - u * clip[j, 3], clip[j, 1] - v * clip[j, 3]
        xc, yc = clip[k, 0] - u * clip[k, 3], clip[k, 1] - v * clip[k, 3]
        for row, weight, dx, dy in (
            (i, first, of_third * yb - of_second * yc, of_second * xc - of_third * xb),
            (j, second, of_first * yc - of_third * ya, of_third * xa - of_first * xc),
            (k, third, of_second * ya - of_first * yb, of_first * xb - of_second * xa),
        ):
            to_clip[row, 0] += dx
            to_clip[row, 1] += dy
            to_clip[row, 3] += weight * deep - u * dx - v * dy
