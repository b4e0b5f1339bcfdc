"""Our own tracks, ``{"format": "lego-track", ...}``: docs/tracks.md says what is in them."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Track
from lego_drivers.mending import finished
from lego_drivers.source import decoded, read_json, refuse_names, refuse_size

if TYPE_CHECKING:
    from lego_cli.api import Floats

FORMAT, VERSION = "lego-track", 1
LEAST_FPS, MOST_FPS = 0.001, 10_000
LONGEST_RIG = 200  # letters of a rig's name
HINT = "docs/tracks.md says what a track file has"


class TrackDriver:
    """JSON with a rig's name, its controls, and one row of values a frame."""

    name = "track"
    suffixes = (".json",)

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it says that it is a track."""
        return FORMAT in decoded(start)

    def read(self, path: Path) -> Track:
        """The track; see :class:`lego_cli.api.Driver`."""
        data = read_json(path)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise LegoError(f"{path.name} is no track: its 'format' is not '{FORMAT}'", HINT)
        if data.get("version") != VERSION:
            hint = f"this lego reads version {VERSION}; is there a newer lego?"
            raise LegoError(f"{path.name} is a track of {_version(data.get('version'))}", hint)
        rig, controls = data.get("rig", "arkit"), data.get("controls")
        if not isinstance(rig, str) or not 0 < len(rig) <= LONGEST_RIG:
            raise LegoError(f"'rig' in {path.name} is no name", HINT)
        if not isinstance(controls, list) or not controls or not all(isinstance(name, str) for name in controls):
            raise LegoError(f"'controls' in {path.name} is no list of names", HINT)
        refuse_names(path, controls)
        if len(set(controls)) < len(controls):
            raise LegoError(f"'controls' in {path.name} has a name twice", HINT)
        values = _table(path, data, "values", len(controls))
        if values is None:
            raise LegoError(f"{path.name} has no 'values'", HINT)
        times, fps = _clock(path, data, len(values))
        head = _table(path, data, "head", 3)
        if head is not None and len(head) != len(values):
            raise LegoError(f"{path.name} has {len(values)} rows of values and {len(head)} of head", HINT)
        head = None if head is None else np.radians(head)
        return finished(path, rig, controls, values, times, fps, head, (), shares=False)


def _clock(path: Path, data: dict[str, Any], frames: int) -> tuple[Floats | None, float]:
    fps, times = data.get("fps"), data.get("times")
    if times is not None:
        if not isinstance(times, list) or len(times) != frames:
            raise LegoError(f"{path.name} has {frames} rows of values, and 'times' is no list of as many", HINT)
        return _numbers(path, "times", times, (frames,)), 60.0
    if isinstance(fps, bool) or not isinstance(fps, int | float) or not LEAST_FPS <= fps <= MOST_FPS:
        raise LegoError(f"{path.name} has neither 'times' nor a usable 'fps'", HINT)
    return None, float(fps)


def _table(path: Path, data: dict[str, Any], key: str, width: int) -> Floats | None:
    rows = data.get(key)
    if rows is None:
        return None
    if not isinstance(rows, list):
        raise LegoError(f"'{key}' in {path.name} is no list of rows", HINT)
    refuse_size(path, len(rows), width)
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            raise LegoError(f"row {number + 1} of '{key}' in {path.name} does not have {width} numbers", HINT)
    return _numbers(path, key, rows, (len(rows), width))


def _numbers(path: Path, key: str, rows: list[Any], shape: tuple[int, ...]) -> Floats:
    try:
        found: Floats = np.array(rows, np.float64)  # null becomes NaN
    except (TypeError, ValueError, OverflowError):
        found = np.empty(())
    if found.shape != shape and found.size + prod(shape):
        raise LegoError(f"'{key}' in {path.name} has something that is no number", HINT)
    return found.reshape(shape)


def _version(said: Any) -> str:
    return f"version {str(said)[:20]}" if isinstance(said, int | float | str) else "an unknown version"
