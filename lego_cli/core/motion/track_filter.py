"""Performances over time: jitter taken out, other frame rates, and what a face does at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d

if TYPE_CHECKING:
    from lego_cli.api import Floats

KEPT = 4.0  # times the noise: what moves more than that is meant
WIDE = 200.0  # frames: a Gaussian of more takes as long as the square of the take
NARROWEST = 0.2  # frames: a Gaussian of less does nothing
FINEST = 10  # frames at most for each recorded one, where these come unevenly
QUIET = 0.10  # quantile of a take that counts as rest


def smoothed(values: Floats, times: Floats, seconds: float) -> Floats:
    """Values ``(T, C)`` without jitter shorter than ``seconds``; no lag, and quick strong moves stay as they are.

    A Gaussian looks as far ahead as back. What it takes away is given back where there is, locally, more of it than
    the column's noise, as in a blink: a Wiener filter in time. Noise is measured by the median second difference.
    """
    if len(times) < 5:
        return values
    step = max(float(np.median(np.diff(times))), float(times[-1]) / (FINEST * len(times)))
    width = seconds / 2 / step
    if width < NARROWEST:
        return values
    even = np.arange(0, times[-1] + step / 2, step)
    width = min(width, len(even) / 2)  # wider ones see little else
    on_grid = resampled(values, times, even)
    soft = _blurred(on_grid, width)
    rest = on_grid - soft
    bends = np.abs(np.diff(on_grid, 2, axis=0))
    noise = np.median(bends, axis=0) / 0.6745 / np.sqrt(6)
    energy = _blurred(rest**2, max(width / 2, 0.5)).clip(min=0)
    kept = energy / np.maximum(energy + (KEPT * noise) ** 2, 1e-30)
    return resampled(soft + kept * rest, even, times)


def _blurred(values: Floats, width: float) -> Floats:
    """Values ``(T, C)`` under a Gaussian of ``width`` rows, held at the ends; wide ones by way of their spectrum."""
    if width < WIDE:
        narrow: Floats = gaussian_filter1d(values, width, axis=0, mode="nearest")
        return narrow
    from scipy.signal import oaconvolve

    reach = int(4 * width + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    held = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    wide: Floats = oaconvolve(held, (kernel / kernel.sum())[:, None], mode="valid", axes=0)
    return wide


def resampled(values: Floats, times: Floats, wanted: Floats) -> Floats:
    """Values ``(T, C)`` at ``times (T,)`` to those at ``wanted (N,)``, linear between frames, held at the ends."""
    if len(times) == len(wanted) and np.array_equal(times, wanted):
        return values
    right = np.clip(np.searchsorted(times, wanted), 1, max(len(times) - 1, 1))
    if len(times) < 2:
        return np.repeat(values, len(wanted), axis=0)
    share = np.clip((wanted - times[right - 1]) / (times[right] - times[right - 1]), 0, 1)[:, None]
    found: Floats = values[right - 1]  # long takes fill the memory: as few copies as can be
    found *= 1 - share
    later = values[right]
    later *= share
    found += later
    return found


def rest_pose(values: Floats, times: Floats, seconds: float | None, one_sided: bool) -> Floats:
    """``(C,)`` what the columns are at rest: their median over the first ``seconds``, or found in the whole take.

    Then it is a low quantile where values only go up from rest (``one_sided``), else the median.
    """
    if seconds is not None:
        first: Floats = np.median(values[times <= seconds], axis=0)
        return first
    found: Floats = np.quantile(values, QUIET if one_sided else 0.5, axis=0)
    return found


def without_rest(values: Floats, rest: Floats, one_sided: bool) -> Floats:
    """Values ``(T, C)`` measured from rest: at rest exactly 0, and in one-sided columns 1 stays 1."""
    if not one_sided:
        return values - rest
    return np.maximum(values - rest, 0) / np.maximum(1 - rest, 0.05)
