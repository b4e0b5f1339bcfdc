"""SMPTE timecodes, ``HH:MM:SS:FF.sss``, to seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats

FORM = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})([:;.,])(\d{1,4}(?:\.\d{1,12})?)")
RATES = (24, 25, 30, 48, 50, 60, 90, 100, 120, 240)
USUAL = 60  # what the app records at if it is not told otherwise
DAY = 86400.0


def seconds_of(codes: Sequence[str], rate: int | None = None) -> tuple[Floats, int]:
    """Timecodes to seconds ``(T,)``, NaN for what is none, and the frames of a second.

    ``;`` before the frames means drop-frame counting. Midnight is passed, never gone back over. The rate is read off
    the highest frame number once a second ends; shorter takes are taken as 60 a second.
    """
    matches = [FORM.fullmatch(code.strip()) for code in codes]
    parts = np.array([[float(m[k]) for k in (1, 2, 3, 5)] if m else [np.nan] * 4 for m in matches]).reshape(-1, 4)
    whole = parts[:, :3] @ [3600.0, 60.0, 1.0]
    frames = parts[:, 3]
    rate = rate or _rate(whole, frames)
    dropping = any(m and m[4] == ";" for m in matches)
    seconds = _drop_frame(whole, frames, rate) if dropping else whole + frames / rate
    known = np.flatnonzero(np.isfinite(seconds))
    passed = np.cumsum(np.diff(seconds[known], prepend=seconds[known[:1]]) < -DAY / 2)
    seconds[known] += DAY * passed
    return seconds, rate


def _rate(whole: Floats, frames: Floats) -> int:
    known = np.isfinite(frames)
    highest = int(np.floor(frames[known].max())) if known.any() else 0
    if len(np.unique(whole[known])) > 1:
        return next((rate for rate in RATES if rate > highest), highest + 1)
    return max(USUAL, highest + 1)


def _drop_frame(whole: Floats, frames: Floats, rate: int) -> Floats:
    """Frame numbers 0 and 1 are left out at the start of each minute but the tenth, so that 29.97 keeps the clock."""
    minutes = np.floor(whole / 60)
    left_out = rate // 15 if rate % 30 == 0 else 0
    count = whole * rate + frames - left_out * (minutes - np.floor(minutes / 10))
    return count * 1.001 / rate
