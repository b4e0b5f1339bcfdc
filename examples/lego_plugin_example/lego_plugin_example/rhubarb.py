"""A driver: a file of Rhubarb Lip Sync in, a performance of the rig ``visemes`` out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from lego_cli.api import LegoError, Track
from lego_plugin_example.visemes import VISEMES

SHAPES = {  # Rhubarb's mouth shapes; A and X have closed lips, pressed and at rest
    "A": {"mm": 1.0},
    "B": {"ee": 0.8},
    "C": {"ee": 0.5, "aa": 0.4},
    "D": {"aa": 1.0},
    "E": {"oo": 0.4, "aa": 0.4},
    "F": {"oo": 1.0},
    "G": {"ff": 1.0},
    "H": {"ll": 1.0},
    "X": {},
}
LINE = re.compile(r"(\d+(?:\.\d+)?)\t([A-HX])")
FPS = 60.0
PASSING = 0.06  # seconds from one shape to the next
MOST_SECONDS = 3600.0


class RhubarbDriver:
    """Tab-separated cues, ``seconds<TAB>shape``, each shape held until the next."""

    name = "rhubarb"
    suffixes: tuple[str, ...] = (".tsv",)

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether the first line is a cue."""
        first = start.decode("utf-8", "replace").splitlines()[:1]
        return bool(first and LINE.fullmatch(first[0].rstrip()))

    def read(self, path: Path) -> Track:
        """The performance, 60 frames a second. Raises LegoError for a line that is no cue, or times that fall."""
        starts, rows = [], []
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            cue = LINE.fullmatch(line.rstrip())
            if cue is None or float(cue[1]) > MOST_SECONDS or (starts and float(cue[1]) < starts[-1]):
                hint = "lines are SECONDS, a tab and one of A-H or X: rhubarb -f tsv"
                raise LegoError(f"{path.name}, line {number}: no cue that can follow", hint)
            starts.append(float(cue[1]))
            rows.append([SHAPES[cue[2]].get(sound, 0.0) for sound in VISEMES])
        times = np.arange(0.0, starts[-1] + 0.5 / FPS, 1 / FPS)
        return Track("visemes", tuple(VISEMES), _held(np.array(starts), np.array(rows), times), times)


def _held(starts: np.ndarray, rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """``(T, C)`` rows held from their start to the next, with a short passage in between."""
    until = np.append(starts[1:], np.inf)
    keys = np.stack([starts, starts + np.minimum(PASSING, until - starts)], axis=1).reshape(-1)
    before = np.concatenate([rows[:1], rows[:-1]])
    values = np.stack([before, rows], axis=1).reshape(len(keys), -1)
    return np.stack([np.interp(times, keys, column) for column in values.T], axis=1)
