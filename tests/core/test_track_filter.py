"""Performances smoothed: narrow and wide Gaussians are the same function, however they are worked out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from lego_cli.core.motion import track_filter
from lego_cli.core.motion.track_filter import smoothed


@pytest.mark.parametrize("width", [0.5, 20.0, track_filter.WIDE, 3 * track_filter.WIDE])
def test_a_blur_is_the_gaussian_of_its_width(width):
    values = np.random.default_rng(0).normal(size=(1500, 3))
    expected = gaussian_filter1d(values, width, axis=0, mode="nearest")
    np.testing.assert_allclose(track_filter._blurred(values, width), expected, atol=1e-12)


def test_thousands_of_frames_in_the_blink_of_an_eye_stay_within_their_range():
    """A recording without times between two frames of the same second: its Gaussian is as wide as the take."""
    values = np.random.default_rng(1).random((4000, 2))
    smooth = smoothed(values, np.arange(4000) * 1e-7, 0.05)
    assert smooth.shape == values.shape
    assert np.isfinite(smooth).all()
    assert smooth.min() > -0.05
    assert smooth.max() < 1.05


def test_a_constant_stays_as_it_is():
    values = np.full((3000, 1), 0.3)
    np.testing.assert_allclose(smoothed(values, np.arange(3000) * 1e-4, 0.5), values, atol=1e-12)
