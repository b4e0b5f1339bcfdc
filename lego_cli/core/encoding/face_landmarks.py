"""Landmarks from geometry alone: peaks and valleys of the mid-sagittal profile, from nose to chin.

The same search runs on the input and on the head being fitted, so that what is compared is the same feature, found
in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.encoding.head_fields import HeadFields

STEP = 0.0008  # metres between places on the profile
HALF_WIDTH = 0.004
OPEN_DEPTH = 0.004  # a slit deeper than this is an open mouth
MOUTH_DEPTH = 0.012  # how deep an open mouth is taken to be

NAMES = ("nose_tip", "subnasale", "upper_lip", "upper_edge", "lower_edge", "lower_lip", "fold")


@dataclass(frozen=True)
class Profile:
    """The foremost surface near the middle of the face: depth over height, canonical frame, metres."""

    height: Floats  # (N,) rising
    depth: Floats  # (N,) smooth, NaN where there is no surface
    gap: np.ndarray  # (N,) bool, where nothing is


def profile_of(points: Floats, normals: Floats, low: float, high: float) -> Profile:
    """Profile of samples ``(N, 3)`` between two heights."""
    height = np.arange(low, high, STEP)
    near = (np.abs(points[:, 0]) < HALF_WIDTH) & (normals[:, 2] > -0.2)
    near &= (points[:, 1] > low) & (points[:, 1] < high) & (points[:, 2] > -0.02)
    place = ((points[near, 1] - low) / STEP).astype(np.int64).clip(0, len(height) - 1)
    depth = np.full(len(height), -np.inf)
    np.maximum.at(depth, place, points[near, 2])
    wide = depth.copy()
    for shift in (-1, 1):  # a sample speaks for its neighbours where they have none
        wide = np.where(np.isfinite(depth), depth, np.maximum(wide, np.roll(depth, shift)))
    return _filled(height, wide)


def _filled(height: Floats, depth: Floats) -> Profile:
    """Short gaps are bridged; longer ones, an open mouth, are made deep."""
    found = np.isfinite(depth)
    if found.sum() < 20:
        return Profile(height, np.zeros_like(height), np.ones(len(height), dtype=bool))
    bridged = np.interp(height, height[found], depth[found])
    edges = np.flatnonzero(np.diff(np.r_[0, (~found).astype(int), 0]))
    gap = np.zeros(len(height), dtype=bool)
    for start, end in edges.reshape(-1, 2):
        gap[start:end] = (end - start) * STEP > 0.003
    bridged = np.where(gap, bridged - MOUTH_DEPTH, bridged)
    return Profile(height, gaussian_filter1d(bridged, 0.0012 / STEP), gap)


def profile_landmarks(profile: Profile, nose: float) -> dict[str, Floats]:
    """``name -> (height, depth)`` of what was found; ``nose`` says near which height to look."""
    y, z = profile.height, profile.depth
    tip = _highest(y, z, nose - 0.018, nose + 0.02)
    if tip is None or profile.gap[tip]:
        return {}
    z = z - _lean(profile, y[tip]) * (y - y[tip])
    valleys = [k for k in _valleys(z) if y[k] < y[tip] - 0.004]
    under = [k for k in valleys if y[k] > y[tip] - 0.024 and z[tip] - z[k] > 0.004]
    if not under:
        return {"nose_tip": np.array([y[tip], profile.depth[tip]])}
    base = max(under)
    slit = _slit(z, valleys, base)
    found = {"nose_tip": tip, "subnasale": base}
    if slit is None:
        return {name: np.array([y[k], profile.depth[k]]) for name, k in found.items()}
    upper, lower = _highest(y, z, y[slit], y[base]), _highest(y, z, y[slit] - 0.016, y[slit])
    if upper is None or lower is None or not lower < slit < upper < base:
        return {name: np.array([y[k], profile.depth[k]]) for name, k in found.items()}
    found |= {"upper_lip": upper, "lower_lip": lower, "upper_edge": slit, "lower_edge": slit}
    if min(z[upper], z[lower]) - z[slit] > OPEN_DEPTH:
        level = 0.5 * (z[slit] + min(z[upper], z[lower]))
        found["upper_edge"] = slit + int(np.argmax(z[slit:] > level))
        found["lower_edge"] = slit - int(np.argmax(z[slit::-1] > level))
    below = [k for k in valleys if k < lower - 0.003 / STEP and y[k] > y[lower] - 0.022]
    if below:
        found["fold"] = max(below)
    return {name: np.array([y[k], profile.depth[k]]) for name, k in found.items()}


def _lean(profile: Profile, tip: float) -> float:
    """Depth per height of the profile as a whole from lip to chin: without it, valleys of a leaning face are none."""
    part = (profile.height > tip - 0.048) & (profile.height < tip - 0.012) & ~profile.gap
    return float(np.polyfit(profile.height[part], profile.depth[part], 1)[0]) if part.sum() > 10 else 0.0


def _highest(y: Floats, z: Floats, low: float, high: float) -> int | None:
    index = np.flatnonzero((y > low) & (y < high))
    return int(index[np.argmax(z[index])]) if len(index) else None


def _valleys(z: Floats) -> list[int]:
    inner = (z[1:-1] < z[:-2]) & (z[1:-1] <= z[2:])
    return [int(k) + 1 for k in np.flatnonzero(inner)]


def _slit(z: Floats, valleys: list[int], base: int) -> int | None:
    """The valley between the lips: the first one below the nose's base."""
    reach = round(0.005 / STEP)
    for k in sorted(valleys, reverse=True):
        if not base - 0.034 / STEP < k < base - 0.006 / STEP:
            continue
        if min(z[k : k + reach].max(), z[max(k - reach, 0) : k].max(initial=-np.inf)) - z[k] > 0.00025:
            return k
    return None


class MidlineSearch:
    """Which vertices of the head the profile's landmarks are, and where an input has them."""

    def __init__(self, fields: HeadFields) -> None:
        self.marks = fields.landmarks["ibug68"]
        mean = _dense_midline(fields)
        profile = profile_of(*mean, *self._window(fields.mean))
        line = np.flatnonzero((np.abs(fields.mean[:, 0]) < 1e-3) & fields.front)
        self.vertex = {}
        for name, place in profile_landmarks(profile, fields.mean[self.marks[30], 1]).items():
            self.vertex[name] = int(line[np.linalg.norm(fields.mean[line, 1:] - place, axis=1).argmin()])
        self.vertex |= {"upper_edge": int(self.marks[62]), "lower_edge": int(self.marks[66])}

    def _window(self, vertices: Floats) -> tuple[float, float]:
        return vertices[self.marks[8], 1] - 0.02, vertices[self.marks[27], 1] + 0.01

    def __call__(self, vertices: Floats, points: Floats, directions: Floats) -> Midline:
        """Head ``vertices (S, 3)``, and the input's samples with normals, all in the canonical frame."""
        profile = profile_of(points, directions, *self._window(vertices))
        found = profile_landmarks(profile, vertices[self.marks[30], 1])
        names = tuple(name for name in NAMES if name in found and name in self.vertex)
        vertex = np.array([self.vertex[name] for name in names], dtype=np.int64)
        goal = np.array([found[name] for name in names]).reshape(-1, 2)
        target = np.concatenate([vertices[vertex, :1], goal], axis=1)
        axes = np.array([[0.0, 1.0, 0.0 if name.endswith("edge") else 1.0] for name in names]).reshape(-1, 3)
        return Midline(names, vertex, target, axes, np.linalg.norm(axes * (target - vertices[vertex]), axis=1))


@dataclass(frozen=True)
class Midline:
    """Landmarks found on both: their names, head vertices, where these should come to, and how far that is."""

    names: tuple[str, ...]
    vertex: Ints  # (L,)
    target: Floats  # (L, 3)
    axes: Floats  # (L, 3) 1 for a coordinate that counts: where lips meet, depth means nothing
    distance: Floats  # (L,) metres


def _dense_midline(fields: HeadFields) -> tuple[Floats, Floats]:
    """Samples and normals of the mean head near x = 0."""
    near = np.abs(fields.mean[:, 0]) < 3 * HALF_WIDTH
    corners = fields.corners[near[fields.corners].all(1) & (fields.trust[fields.corners] > 0).any(1)]
    weights = _barycentric(8)
    mean = np.einsum("sk,tkc->tsc", weights, fields.mean[corners])
    normals = np.einsum("sk,tkc->tsc", weights, fields.normals(fields.mean)[corners])
    return mean.reshape(-1, 3), normals.reshape(-1, 3)


def _barycentric(n: int) -> Floats:
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    inside = i + j < n
    u, v = (i[inside] + 1 / 3) / n, (j[inside] + 1 / 3) / n
    return np.stack([1 - u - v, u, v], axis=1)
