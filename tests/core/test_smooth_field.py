"""Smooth fields: what is measured stays, what is not is carried on, and neither depends on the size of the head."""

from __future__ import annotations

import numpy as np
import pytest

from lego_cli.core.geometry.smooth_field import SmoothField

SIDE = 21


@pytest.fixture(scope="module")
def sheet() -> tuple[np.ndarray, np.ndarray]:
    """A flat sheet of 10 cm with a vertex every 5 mm."""
    x, y = np.meshgrid(np.linspace(0, 0.1, SIDE), np.linspace(0, 0.1, SIDE), indexing="ij")
    corner = (np.arange(SIDE - 1)[:, None] * SIDE + np.arange(SIDE - 1)).reshape(-1)
    lower, upper = [corner, corner + SIDE, corner + SIDE + 1], [corner, corner + SIDE + 1, corner + 1]
    positions = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3)
    return positions, np.concatenate([np.stack(lower, 1), np.stack(upper, 1)])


def field(sheet, value, known, length=0.005, scale=1.0):
    positions, corners = sheet
    size = np.full(len(positions), scale * length)
    return SmoothField(scale * positions, corners, np.maximum(known, 1e-4), size, known)(value)


def test_a_slope_that_was_measured_is_no_roughness(sheet):
    """A lip that turns outwards keeps turning; roughness of one vertex is taken out."""
    inner = np.ones(len(sheet[0]), dtype=bool).reshape(SIDE, SIDE)
    inner[[0, 1, -2, -1]] = inner[:, [0, 1, -2, -1]] = False
    slope, every = sheet[0][:, :1], np.ones(len(sheet[0]))
    kept = field(sheet, slope, every)[inner.reshape(-1)]
    assert np.abs(kept - slope[inner.reshape(-1)]).max() < 0.01 * np.ptp(slope)
    spike = np.zeros_like(slope)
    spike[SIDE * (SIDE // 2) + SIDE // 2] = 1.0
    assert field(sheet, spike, every).max() < 0.5


def test_what_was_not_measured_goes_on_as_what_was(sheet):
    """Without overshooting: a mouth's inside behind lips that move forward."""
    known = (sheet[0][:, 0] < 0.05).astype(float)
    value = np.where(known > 0, 1 + 20 * sheet[0][:, 0], 0.0)[:, None]
    found = field(sheet, value, known)
    assert 1.5 < found[known == 0].min() < found[known == 0].max() < 2.05


def test_size_makes_no_difference(sheet):
    rng = np.random.default_rng(0)
    value, known = rng.normal(size=(len(sheet[0]), 2)), rng.uniform(size=len(sheet[0]))
    small, large = (field(sheet, value, known, scale=scale) for scale in (1.0, 1.7))
    np.testing.assert_allclose(large, small, atol=1e-6)
