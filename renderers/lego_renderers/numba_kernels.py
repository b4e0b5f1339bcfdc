"""Compiled loops of the ``numba`` renderer; each gives what the torch operations beside it give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


def compiled(function: Any) -> Any:
    """``function`` compiled on its first call and kept on disk, where there is a place for that."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written to
        return njit(**options)(function)


@compiled
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


@compiled
def interpolate(clip: Any, values: Any, corners: Any, view: Any, owners: Any, centre: Any, out: Any, kept: Any) -> None:
    """Fills ``out (P, 1 + C)``, and ``kept (P, 4)``: barycentric coordinates and the inverse of their sum.

    ``clip (B, V, 4)``, ``values (S, C)``; ``corners``, ``owners (P, 3)`` say which of these are a hit's.
    """
    channels, count, rows = values.shape[1], clip.shape[1], clip.reshape(-1, 4)
    for p in range(len(corners)):
        first_row = view[p] * count
        a, b, c = first_row + corners[p, 0], first_row + corners[p, 1], first_row + corners[p, 2]
        u, v = centre[p, 0], centre[p, 1]
        xa, ya = rows[a, 0] - u * rows[a, 3], rows[a, 1] - v * rows[a, 3]
        xb, yb = rows[b, 0] - u * rows[b, 3], rows[b, 1] - v * rows[b, 3]
        xc, yc = rows[c, 0] - u * rows[c, 3], rows[c, 1] - v * rows[c, 3]
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
        out[p, 0] = first * rows[a, 3] + second * rows[b, 3] + third * rows[c, 3]
        a, b, c = owners[p, 0], owners[p, 1], owners[p, 2]
        for k in range(channels):
            out[p, 1 + k] = first * values[a, k] + second * values[b, k] + third * values[c, k]


@compiled
def interpolate_backward(
    clip: Any,
    values: Any,
    corners: Any,
    view: Any,
    owners: Any,
    centre: Any,
    kept: Any,
    grad: Any,
    to_clip: Any,
    to_values: Any,
) -> None:
    """Adds the gradients of :func:`interpolate` to ``to_clip (B, V, 4)`` and ``to_values (S, C)``."""
    channels, count = values.shape[1], clip.shape[1]
    rows, to_rows = clip.reshape(-1, 4), to_clip.reshape(-1, 4)
    for p in range(len(corners)):
        first, second, third, inverse = kept[p, 0], kept[p, 1], kept[p, 2], kept[p, 3]
        a, b, c = owners[p, 0], owners[p, 1], owners[p, 2]
        first_row = view[p] * count
        i, j, k = first_row + corners[p, 0], first_row + corners[p, 1], first_row + corners[p, 2]
        deep = grad[p, 0]
        of_first, of_second, of_third = deep * rows[i, 3], deep * rows[j, 3], deep * rows[k, 3]
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
        xa, ya = rows[i, 0] - u * rows[i, 3], rows[i, 1] - v * rows[i, 3]
        xb, yb = rows[j, 0] - u * rows[j, 3], rows[j, 1] - v * rows[j, 3]
        xc, yc = rows[k, 0] - u * rows[k, 3], rows[k, 1] - v * rows[k, 3]
        for row, weight, dx, dy in (
            (i, first, of_third * yb - of_second * yc, of_second * xc - of_third * xb),
            (j, second, of_first * yc - of_third * ya, of_third * xa - of_first * xc),
            (k, third, of_second * ya - of_first * yb, of_first * xb - of_second * xa),
        ):
            to_rows[row, 0] += dx
            to_rows[row, 1] += dy
            to_rows[row, 3] += weight * deep - u * dx - v * dy


@compiled
def hits(face: Any, faces: Any, pixel: Any, hit: Any, view: Any, corners: Any, centre: Any, per_view: Any) -> None:
    """Fills the fields of :class:`lego_renderers.interpolation.Hits` from ``face (B, H, W)``."""
    views, height, width = face.shape
    p = 0
    for b in range(views):
        before = p
        for row in range(height):
            for column in range(width):
                f = face[b, row, column]
                if f < 0:
                    continue
                pixel[p], hit[p], view[p] = (b * height + row) * width + column, f, b
                for k in range(3):
                    corners[p, k] = faces[f, k]
                centre[p, 0] = np.float32(2 * column + 1) / np.float32(width) - np.float32(1)
                centre[p, 1] = np.float32(2 * row + 1) / np.float32(height) - np.float32(1)
                p += 1
        per_view[b] = p - before


@compiled
def paint(values: Any, pixel: Any, near: Any, far: Any, distance: Any, change: Any, image: Any) -> None:
    """``values (P, C)`` into a zero ``image (B, C, H * W)``, blended over crossings; keeps ``change (N, C)``."""
    channels, plane = image.shape[1], image.shape[2]
    for p in range(len(pixel)):
        view, place = pixel[p] // plane, pixel[p] % plane
        for c in range(channels):
            image[view, c, place] = values[p, c]
    for n in range(len(near)):
        view, here, there = near[n] // plane, near[n] % plane, far[n] % plane
        for c in range(channels):
            change[n, c] = image[view, c, here] - image[view, c, there]
    for n in range(len(near)):
        view, step = near[n] // plane, distance[n] - np.float32(0.5)
        place = far[n] % plane if step > 0 else near[n] % plane
        for c in range(channels):
            image[view, c, place] += step * change[n, c]


@compiled
def paint_backward(
    grad: Any, pixel: Any, near: Any, far: Any, distance: Any, change: Any, slot: Any, to_values: Any, to_distance: Any
) -> None:
    """Gradients of :func:`paint` from ``grad (B, C, H * W)``; ``slot (B * H * W,)`` is room to work in, all -1."""
    channels, plane = grad.shape[1], grad.shape[2]
    for p in range(len(pixel)):
        view, place = pixel[p] // plane, pixel[p] % plane
        slot[pixel[p]] = p
        for c in range(channels):
            to_values[p, c] = grad[view, c, place]
    for n in range(len(near)):
        view, step = near[n] // plane, distance[n] - np.float32(0.5)
        place = far[n] % plane if step > 0 else near[n] % plane
        here, there = slot[near[n]], slot[far[n]]
        for c in range(channels):
            gained = grad[view, c, place]
            to_distance[n] += gained * change[n, c]
            to_values[here, c] += step * gained
            if there >= 0:
                to_values[there, c] -= step * gained
