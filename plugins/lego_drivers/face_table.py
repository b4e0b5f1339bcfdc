"""Tables with one column for each ARKit shape, and what else they tell: times, frames without a face, head turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT, LegoError, NameMatch, Track, control_key, match_controls
from lego_drivers.csv_table import CsvTable, read_csv
from lego_drivers.mending import LARGEST, LATEST, finished, listed
from lego_drivers.timecode import seconds_of

if TYPE_CHECKING:
    from lego_cli.api import Floats

LEAST = 5  # columns that must be ARKit's before a table is taken for a face
CLOCKS = frozenset({"timecode"})
SECONDS = {"timecode": 1.0, "time": 1.0, "times": 1.0, "timestamp": 1.0, "seconds": 1.0, "timestamps": 1.0,
           "timestampms": 1e-3, "timems": 1e-3, "ms": 1e-3, "milliseconds": 1e-3}  # fmt: skip
HEAD = ("headyaw", "headpitch", "headroll")
COUNT, NEUTRAL = "blendshapecount", "_neutral"  # the neutral of MediaPipe does nothing
EYES = frozenset(control_key(f"{side}Eye{axis}") for side in ("Left", "Right") for axis in ("Yaw", "Pitch", "Roll"))
KNOWN = EYES | {COUNT, "frame", "frameindex", "framenumber", "index", "neutral"}
FINEST = 1e-9  # seconds: the finest unit of a clock
HALF_TURN = 3.3  # radians; beyond it angles must be degrees


@dataclass(frozen=True)
class FaceTable:
    """What is in a table: its face columns, and what else it tells."""

    table: CsvTable
    match: NameMatch
    keys: tuple[str, ...]

    def column(self, key: str) -> Floats | None:
        """``(T,)`` the column of that key."""
        found: Floats | None = self.table.cells[:, self.keys.index(key)] if key in self.keys else None
        return found

    def seen(self) -> Floats:
        """``(T, C)`` the face, NaN in frames that say that none was found."""
        values = self.table.cells[:, list(self.match.columns)]
        count = self.column(COUNT)
        if count is not None and (count > 0).any():
            values[count == 0] = np.nan
        return values

    def head(self, notes: list[str]) -> Floats | None:
        """``(T, 3)`` radians: yaw to the left, pitch down, roll about the axis out of the face."""
        if not all(key in self.keys for key in HEAD):
            return None
        yaw, pitch, roll = (self.table.cells[:, self.keys.index(key)] for key in HEAD)
        head = np.stack([yaw, pitch, -roll], axis=1)
        head[~(np.abs(head) <= LARGEST)] = np.nan
        if np.nanmax(np.abs(head), initial=0.0) > HALF_TURN:
            notes.append("head angles are degrees")
            head = np.radians(head)
        return head

    def times(self, notes: list[str], step: float) -> Floats | None:
        """``(T,)`` seconds, or None when the table has none; ``step`` is about what lies between two frames."""
        codes = self.table.texts.get("timecode")
        if codes and any(":" in code for code in codes):
            return seconds_of(codes)[0]
        if codes:
            return _floats(codes)
        for key, unit in SECONDS.items():
            column = self.column(key)
            if column is not None:
                return in_seconds(column * unit, step) if unit == 1.0 else column * unit
        return None


def face_columns(keys: set[str]) -> int:
    """How many of ARKit's names are among folded column names."""
    return len(keys & {control_key(name) for name in ARKIT})


def read_face_table(path: Path, rig: str, names: Sequence[str], fps: float) -> Track:
    """A table of a face as a track of ``rig``, whose controls are ``names``; ``fps`` where it has no times."""
    table = read_csv(path, CLOCKS)
    match = match_controls(table.columns, names)
    if len(match.controls) < LEAST:
        hint = f"it needs columns such as {names[0]} and {names[1]}; see `lego rigs show {rig}`"
        raise LegoError(f"{path.name} has {len(match.controls)} columns of a face", hint)
    face = FaceTable(table, match, tuple(control_key(name) for name in table.columns))
    notes = list(table.notes)
    strange = [n for n in match.unknown if control_key(n) not in KNOWN | set(HEAD) | set(SECONDS)]
    if strange:
        notes.append(f"{len(strange)} columns left out: {listed(strange)}")
    missing = [name for name in names if name not in match.controls and name != NEUTRAL]
    if missing:
        notes.append(f"no column for {listed(missing)}: taken as 0")
    head = face.head(notes)
    return finished(path, rig, match.controls, face.seen(), face.times(notes, 1 / fps), fps, head, notes)


def _floats(texts: list[str]) -> Floats:
    def number(text: str) -> float:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return np.nan

    return np.array([number(text) for text in texts])


def in_seconds(times: Floats, step: float) -> Floats:
    """Times without a unit to seconds: the unit whose step is nearest to what frames last."""
    times = np.where(np.abs(times) <= LATEST / FINEST, times, np.nan)
    steps = np.diff(times)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else step
    unit = min((1.0, 1e-3, 1e-6, FINEST), key=lambda unit: abs(np.log(usual * unit / step)))
    return times * unit
