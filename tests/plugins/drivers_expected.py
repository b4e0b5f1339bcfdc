"""What every driver promises."""

from __future__ import annotations

import numpy as np

from lego_cli.api import ARKIT, Track

FRAMES, FPS = 90, 60.0


def sound(track: Track) -> None:
    """What every track promises to those who use it."""
    assert track.values.shape == (len(track.times), len(track.controls))
    assert len(track.times) >= 1
    assert np.isfinite(track.values).all()
    assert track.times[0] == 0
    assert (np.diff(track.times) > 0).all()
    assert track.head is None or (track.head.shape == (len(track.times), 3) and np.isfinite(track.head).all())


def arkit(track: Track) -> np.ndarray:
    """(T, 52) in ARKit's order, 0 for what the track lacks."""
    columns = {name.casefold(): column for name, column in zip(track.controls, track.values.T, strict=True)}
    return np.stack([columns.get(name.casefold(), np.zeros(len(track.times))) for name in ARKIT], axis=1)
