"""Tracks as files of our own: ``{"format": "lego-track", ...}`` in JSON, one frame a line. See docs/tracks.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write
from lego_cli.files.outputs import refuse_overwrite

if TYPE_CHECKING:
    from lego_cli.api import Floats, Track

FORMAT, VERSION = "lego-track", 1
DIGITS = 5  # of values and degrees: finer than any camera sees


def write_track(track: Track, path: Path, force: bool = False) -> None:
    """Write a track as JSON. Raises as :func:`refuse_track_place` does."""
    refuse_track_place(path, force)
    with atomic_write(path) as temporary:
        temporary.write_text(track_text(track), encoding="utf-8")


def refuse_track_place(path: Path, force: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Raise LegoError (exit code 2) for a name that does not end in .json, an input, or a file there, ``force`` off."""
    if path.suffix.lower() != ".json":
        raise LegoError(f"cannot write a track to '{path.name}'", "end the name in .json", ExitCode.USAGE)
    refuse_overwrite(path, force=force, inputs=inputs)


def track_text(track: Track) -> str:
    """A track as the text of its file."""
    import numpy as np

    fields: dict[str, Any] = {"format": FORMAT, "version": VERSION, "rig": track.rig}
    lines = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in fields.items()]
    fps = frame_rate(track.times)
    lines.append(f'"fps": {fps:g}' if fps else f'"times": {json.dumps(np.round(track.times, 6).tolist())}')
    lines.append(f'"controls": {json.dumps(list(track.controls), ensure_ascii=False)}')
    lines.append(f'"values": {_rows(track.values)}')
    if track.head is not None:
        lines.append(f'"head": {_rows(np.degrees(track.head))}')
    if track.notes:
        lines.append(f'"notes": {json.dumps(list(track.notes), ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def frame_rate(times: Floats) -> float:
    """Frames a second of evenly spaced times, 0 for others."""
    import numpy as np

    if len(times) < 2:
        return 60.0
    fps = float(f"{(len(times) - 1) / float(times[-1]):.5g}")
    even = np.abs(np.asarray(times) - np.arange(len(times)) / fps).max() < 2e-4
    return fps if even else 0.0


def _rows(table: Floats) -> str:
    rounded = (table.round(DIGITS) + 0.0).tolist()  # no -0.0
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rounded) + "\n]"
