"""Things near a head that are no head: longer necks, shoulders, collars, glasses, crumbs. Samples of their surfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats

Samples = tuple[np.ndarray, np.ndarray]
"""Points ``(N, 3)`` and normals ``(N, 3)``, canonical frame, metres."""


def clutter(chin: float, count: int, rng: np.random.Generator) -> Samples:
    """Some, or none, of it; ``chin`` is the chin's height, ``count`` how many samples the head has."""
    found = [(np.zeros((0, 3)), np.zeros((0, 3)))]
    if rng.random() < 0.3:
        found.append(_long_neck(chin, count // 10, rng))
    if rng.random() < 0.2:
        found.append(_shoulders(chin, int(count * rng.uniform(0.1, 0.5)), rng))
    if rng.random() < 0.1:
        found.append(_collar(chin, count // 12, rng))
    if rng.random() < 0.08:
        found.append(_glasses(count // 20, rng))
    if rng.random() < 0.1:
        found += [_crumb(count // 40, rng) for _ in range(rng.integers(1, 5))]
    points, normals = zip(*found, strict=True)
    return np.concatenate(points), np.concatenate(normals)


def _ball(count: int, rng: np.random.Generator) -> Floats:
    x = rng.normal(size=(count, 3))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def _ellipsoid(centre: Floats, radii: Floats, count: int, rng: np.random.Generator) -> Samples:
    ball = _ball(count, rng)
    normals = ball / radii
    return centre + radii * ball, normals / np.linalg.norm(normals, axis=1, keepdims=True)


def _torus(centre: Floats, radius: Floats, tube: float, turn: Floats, count: int, rng: np.random.Generator) -> Samples:
    """A ring of two radii ``(2,)`` in the plane that the rows of ``turn (3, 3)`` span first."""
    a, b = rng.uniform(0, 2 * np.pi, (2, count))
    out = np.stack([np.cos(a), np.sin(a), np.zeros(count)], axis=1)
    normals = np.cos(b)[:, None] * out + np.sin(b)[:, None] * [0, 0, 1]
    points = out * [*radius, 1] + tube * normals
    return centre + points @ turn, normals @ turn


def _long_neck(chin: float, count: int, rng: np.random.Generator) -> Samples:
    angle, down = rng.uniform(0, 2 * np.pi, count), rng.uniform(0, rng.uniform(0.02, 0.12), count)
    normals = np.stack([np.cos(angle), np.zeros(count), np.sin(angle)], axis=1)
    points = normals * rng.uniform(0.045, 0.07, 3) + [0, chin - 0.03, -0.09]
    return points - down[:, None] * [0, 1, rng.uniform(0, 0.4)], normals


def _shoulders(chin: float, count: int, rng: np.random.Generator) -> Samples:
    radii = np.array([rng.uniform(0.14, 0.24), rng.uniform(0.06, 0.14), rng.uniform(0.07, 0.13)])
    centre = np.array([0.02 * rng.normal(), chin - radii[1] - rng.uniform(0.03, 0.09), -0.09 + 0.02 * rng.normal()])
    return _ellipsoid(centre, radii, count, rng)


def _collar(chin: float, count: int, rng: np.random.Generator) -> Samples:
    radius = rng.uniform(0.055, 0.085, 2)
    flat = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]])
    centre = np.array([0.0, chin - rng.uniform(0.02, 0.1), -0.09])
    return _torus(centre, radius, rng.uniform(0.005, 0.02), flat, count, rng)


def _glasses(count: int, rng: np.random.Generator) -> Samples:
    size, middle = rng.uniform(0.018, 0.027, 2), np.array([0.0, rng.uniform(-0.01, 0.01), rng.uniform(0.015, 0.035)])
    rings = [
        _torus(middle + side * rng.uniform(0.031, 0.036) * np.eye(3)[0], size, 0.002, np.eye(3), count, rng)
        for side in (1, -1)
    ]
    return np.concatenate([r[0] for r in rings]), np.concatenate([r[1] for r in rings])


def _crumb(count: int, rng: np.random.Generator) -> Samples:
    return _ellipsoid(0.14 * rng.normal(size=3) - [0, 0, 0.07], rng.uniform(0.004, 0.03, 3), count, rng)
