"""Results of MediaPipe's Face Landmarker, as people dump them from Python and JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, LegoError, Track, control_key, match_controls
from lego_drivers.csv_table import header_of
from lego_drivers.face_table import COUNT, LEAST, face_columns, in_seconds, read_face_table
from lego_drivers.mending import finished, listed
from lego_drivers.source import decoded, read_json, refuse_size
from lego_drivers.turns import angles_of

if TYPE_CHECKING:
    from lego_cli.api import Floats

NAMES = ("_neutral", *(name for name in ARKIT if name != "tongueOut"))
FPS = 30.0
FRAMES = ("frames", "results", "data", "blendshapes", "faceblendshapes")
FACES = ("faceblendshapes", "blendshapes", "categories", "scores", "faces")
MATRICES = ("facialtransformationmatrixes", "facialtransformationmatrices", "transformationmatrix", "matrix")
NAME, SCORE = ("categoryname", "name", "displayname", "label"), ("score", "value", "weight")
CLOCKS = {"timestampms": 1e-3, "timems": 1e-3, "ms": 1e-3, "timestamp": 0.0, "time": 0.0, "t": 0.0, "seconds": 1.0}


class MediaPipeDriver:
    """JSON with one result a frame, JSON lines, or CSV with one column for each category."""

    name = "mediapipe"
    suffixes = (".json", ".jsonl", ".csv")

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it has categories with scores, or ARKit's names without a timecode."""
        text = decoded(start)
        if path.suffix.lower() == ".csv":
            keys = {control_key(name) for name in header_of(text)[0]}
            return face_columns(keys) >= LEAST and not keys & {"timecode", COUNT}
        if any(mark in text for mark in ("lego-track", "facsNames", "weightMat")):
            return False
        return any(
            mark in text for mark in ("category_name", "categoryName", "faceBlendshapes", "face_blendshapes")
        ) or (sum(f'"{name}"' in text for name in NAMES) >= LEAST)

    def read(self, path: Path) -> Track:
        """The first face of every frame; see :class:`lego_cli.api.Driver`."""
        if path.suffix.lower() == ".csv":
            return read_face_table(path, self.name, NAMES, FPS)
        data = read_json(path)
        fps, frames = _frames(path, data)
        refuse_size(path, len(frames), len(NAMES))
        scores = [_scores(frame) for frame in frames]
        columns = list(dict.fromkeys(name for row in scores for name in row))
        match = match_controls(columns, NAMES)
        if len(match.controls) < LEAST:
            raise LegoError(f"{path.name} has no blend shapes of a face", "ask for output_face_blendshapes=True")
        values = np.array([[row.get(columns[k], np.nan) for k in match.columns] for row in scores], np.float64)
        notes = [f"{len(match.unknown)} categories left out: {listed(match.unknown)}"] if match.unknown else []
        head = angles_of(np.stack([_rotation(frame) for frame in frames]))
        return finished(path, self.name, match.controls, values, _times(frames, fps), fps, head, notes)


def _frames(path: Path, data: Any) -> tuple[float, list[Any]]:
    """Frames a second, and the list of frames in whatever holds it."""
    fps = FPS
    if isinstance(data, Mapping):
        found = _get(data, ("fps", "framerate", "exportfps"))
        fps = float(found) if isinstance(found, int | float) and 0 < found < 1000 else FPS
        held = [value for key in FRAMES if isinstance(value := _get(data, (key,)), list)]
        data = held[0] if held else [data]
    if not isinstance(data, list) or not data:
        raise LegoError(f"{path.name} has no frames", "write a list with one result for each frame")
    if all(isinstance(entry, Mapping) and _get(entry, NAME) is not None for entry in data):
        data = [data]  # the categories of a single frame
    return fps, data


def _scores(frame: Any) -> dict[str, float]:
    """Category scores of the first face of a frame; empty when there is none."""
    while (
        isinstance(frame, list) and frame and not (isinstance(frame[0], Mapping) and _get(frame[0], NAME) is not None)
    ):
        frame = frame[0]  # several faces
    if isinstance(frame, Mapping):
        inner = next((value for key in FACES if isinstance(value := _get(frame, (key,)), list | dict)), None)
        if inner is not None:
            return _scores(inner)
        return {str(name): float(value) for name, value in frame.items() if _is_score(name, value)}
    if not isinstance(frame, list):
        return {}
    pairs = [(_get(entry, NAME), _get(entry, SCORE)) for entry in frame if isinstance(entry, Mapping)]
    return {name: float(v) for name, v in pairs if isinstance(name, str) and isinstance(v, int | float)}


def _is_score(name: Any, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and control_key(str(name)) not in CLOCKS.keys() | {"frame", "index", "frameindex", "fps"}


def _get(table: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """The value of the first of the folded ``keys`` that a table has."""
    folded = {str(key).replace("_", "").casefold(): value for key, value in table.items()}
    return next((folded[key] for key in keys if folded.get(key) is not None), None)


def _rotation(frame: Any) -> Floats:
    """``(3, 3)`` of the first transformation matrix of a frame, NaN without one."""
    none = np.full((3, 3), np.nan)
    found = _get(frame, MATRICES) if isinstance(frame, Mapping) else None
    for _ in range(3):
        if isinstance(found, Mapping):
            found = found.get("data")
        elif isinstance(found, list) and len(found) == 1:
            found = found[0]
    try:
        matrix = np.array(found, np.float64)
    except (TypeError, ValueError):
        return none
    if matrix.size != 16:
        return none
    matrix = matrix.reshape(4, 4)
    by_rows = np.abs(matrix[3, :3]).sum() <= np.abs(matrix[:3, 3]).sum()  # the translation is the larger
    return (matrix if by_rows else matrix.T)[:3, :3]


def _times(frames: list[Any], fps: float) -> Floats | None:
    for key, unit in CLOCKS.items():
        found = [_get(frame, (key,)) if isinstance(frame, Mapping) else None for frame in frames]
        numbers = [float(x) if isinstance(x, int | float) and not isinstance(x, bool) else np.nan for x in found]
        if np.isfinite(numbers).any():
            return np.array(numbers) * unit if unit else in_seconds(np.array(numbers), 1 / fps)
    return None
