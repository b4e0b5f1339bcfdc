"""Blend-shape weights that NVIDIA Audio2Face exports: ``facsNames``, and ``weightMat`` with one row a frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, LegoError, Track, match_controls
from lego_drivers.mending import finished
from lego_drivers.source import decoded, read_json, refuse_names, refuse_size

if TYPE_CHECKING:
    from lego_cli.api import Floats

FPS = 30.0  # where the file does not say: older exports did not


class Audio2FaceDriver:
    """JSON of Audio2Face. Exports in ARKit's names are tracks of rig arkit, its own 46 poses of rig audio2face."""

    name = "audio2face"
    suffixes = (".json",)

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it has the keys that Audio2Face writes."""
        text = decoded(start)
        return "facsNames" in text or "weightMat" in text

    def read(self, path: Path) -> Track:
        """The export; see :class:`lego_cli.api.Driver`."""
        data = read_json(path)
        names = data.get("facsNames") if isinstance(data, dict) else None
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise LegoError(f"{path.name} has no 'facsNames'", "export blend-shape weights from Audio2Face as JSON")
        refuse_names(path, names)
        values = _weights(path, data.get("weightMat"), len(names))
        notes = []
        for key, there, what in (("numFrames", len(values), "frames"), ("numPoses", len(names), "poses")):
            if isinstance(data.get(key), int) and data[key] != there:
                notes.append(f"the file says {str(data[key])[:12]} {what} and has {there}")
        fps = data.get("exportFps")
        if not isinstance(fps, int | float) or isinstance(fps, bool) or not 1 <= fps <= 1000:
            fps = FPS
            notes.append(f"no exportFps in the file: taken as {FPS:g} frames a second")
        arkit = match_controls(names, ARKIT)
        rig = "arkit" if 2 * len(arkit.controls) > len(names) else self.name
        return finished(path, rig, names, values, None, float(fps), None, notes)


def _weights(path: Path, rows: Any, width: int) -> Floats:
    if not isinstance(rows, list) or not rows:
        raise LegoError(f"{path.name} has no frames in 'weightMat'", "export the animation again")
    refuse_size(path, len(rows), width)
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            count = len(row) if isinstance(row, list) else "no"
            message = f"frame {number + 1} of {path.name} has {count} weights for {width} names"
            raise LegoError(message, "export the animation again")
    try:
        values: Floats = np.array(rows, np.float64)
    except (TypeError, ValueError, OverflowError):
        values = np.empty(0)
    if values.ndim != 2:
        raise LegoError(f"{path.name} has weights that are no numbers", "export the animation again")
    return values
