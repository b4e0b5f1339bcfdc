"""Results of MediaPipe's Face Landmarker, as people dump them from Python and JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, LegoError, Track, control_key, match_controls
from lego_drivers.csv_table import header_of
from lego_drivers.face_table import COUNT, LEAST, face_columns, in_seconds, read_face_table
from lego_drivers.mending import LARGEST, finished, listed
from lego_drivers.source import MOST_COLUMNS, decoded, read_json, refuse_names, refuse_size
from lego_drivers.turns import angles_of

if TYPE_CHECKING:
    from lego_cli.api import Floats

NAMES = ("_neutral", *(name for name in ARKIT if name != "tongueOut"))
FPS, LEAST_FPS, MOST_FPS = 30.0, 0.001, 1000.0  # where the file does not say, and what it may say
DEEP = 8  # lists and tables in one another, from a frame to its categories
FRAMES = ("frames", "results", "data", "blendshapes", "faceblendshapes")
FACES = ("faceblendshapes", "blendshapes", "categories", "scores", "faces")
MATRICES = ("facialtransformationmatrixes", "facialtransformationmatrices", "transformationmatrix", "matrix")
NAME, SCORE = ("categoryname", "name", "displayname", "label"), ("score", "value", "weight")
CLOCKS = {"timestampms": 1e-3, "timems": 1e-3, "ms": 1e-3, "timestamp": 0.0, "time": 0.0, "t": 0.0, "seconds": 1.0}


BESIDE = CLOCKS.keys() | {"frame", "index", "frameindex", "fps"}


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
        tables = [_beside(frame) for frame in frames]
        columns = list(dict.fromkeys(name for row in scores for name in row))
        refuse_names(path, columns)
        match = match_controls(columns, NAMES)
        if len(match.controls) < LEAST:
            raise LegoError(f"{path.name} has no blend shapes of a face", "ask for output_face_blendshapes=True")
        values = np.array([[row.get(columns[k], np.nan) for k in match.columns] for row in scores], np.float64)
        notes = [f"{len(match.unknown)} categories left out: {listed(match.unknown)}"] if match.unknown else []
        head = angles_of(np.stack([_rotation(table) for table in tables]))
        return finished(path, self.name, match.controls, values, _times(tables, fps), fps, head, notes)


def _frames(path: Path, data: Any) -> tuple[float, list[Any]]:
    """Frames a second, and the list of frames in whatever holds it."""
    fps = FPS
    if isinstance(data, Mapping):
        found = _get(data, ("fps", "framerate", "exportfps"))
        fps = float(found) if LEAST_FPS <= _number(found) < MOST_FPS else FPS
        held = [value for key in FRAMES if isinstance(value := _get(data, (key,)), list)]
        data = held[0] if held else [data]
    if not isinstance(data, list) or not data:
        raise LegoError(f"{path.name} has no frames", "write a list with one result for each frame")
    if len(data) <= MOST_COLUMNS and all(
        isinstance(entry, Mapping) and _get(entry, NAME) is not None for entry in data
    ):
        data = [data]  # the categories of a single frame
    return fps, data


def _scores(frame: Any) -> dict[str, float]:
    """Category scores of the first face of a frame; empty when there is none."""
    for _ in range(DEEP):
        if (
            isinstance(frame, list)
            and frame
            and not (isinstance(frame[0], Mapping) and _get(frame[0], NAME) is not None)
        ):
            frame = frame[0]  # several faces
        elif isinstance(frame, Mapping):
            table = _folded(frame)
            inner = next((table[key] for key in FACES if isinstance(table.get(key), list | dict)), None)
            if inner is None:
                return {name: _number(value) for name, value in frame.items() if _is_score(name, value)}
            frame = inner
        else:
            break
    if not isinstance(frame, list):
        return {}
    pairs = [(_get(entry, NAME), _get(entry, SCORE)) for entry in frame[:MOST_COLUMNS] if isinstance(entry, Mapping)]
    return {name: _number(v) for name, v in pairs if isinstance(name, str) and isinstance(v, int | float)}


def _number(value: Any) -> float:
    """A number of JSON; NaN for what is none, or too large to be one."""
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan
    except OverflowError:
        return np.nan


def _is_score(name: str, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not _is_beside(name)


@lru_cache(maxsize=1024)
def _is_beside(name: str) -> bool:
    """Whether a number of that name is no score."""
    return control_key(name) in BESIDE


def _get(table: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """The value of the first of the folded ``keys`` that a table has."""
    folded = _folded(table)
    return next((folded[key] for key in keys if folded.get(key) is not None), None)


def _folded(table: Mapping[str, Any]) -> dict[str, Any]:
    return {_key(key): value for key, value in table.items()}


def _beside(frame: Any) -> dict[str, Any]:
    """What a frame tells beside its categories, by folded keys."""
    table = _folded(frame) if isinstance(frame, Mapping) else {}
    return {key: value for key, value in table.items() if key in MATRICES or key in CLOCKS}


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    return name.replace("_", "").casefold()


def _rotation(table: Mapping[str, Any]) -> Floats:
    """``(3, 3)`` of the first transformation matrix of a frame by its folded keys, NaN without one."""
    none = np.full((3, 3), np.nan)
    found = next((table[key] for key in MATRICES if table.get(key) is not None), None)
    for _ in range(3):
        if isinstance(found, Mapping):
            found = found.get("data")
        elif isinstance(found, list) and len(found) == 1:
            found = found[0]
    try:
        matrix = np.array(found, np.float64)
    except (TypeError, ValueError, OverflowError):
        return none
    if matrix.size != 16 or not (np.abs(matrix) <= LARGEST).all():
        return none
    matrix = matrix.reshape(4, 4)
    by_rows = np.abs(matrix[3, :3]).sum() <= np.abs(matrix[:3, 3]).sum()  # the translation is the larger
    return (matrix if by_rows else matrix.T)[:3, :3]


def _times(tables: list[dict[str, Any]], fps: float) -> Floats | None:
    for key, unit in CLOCKS.items():
        numbers = [_number(table.get(key)) for table in tables]
        if np.isfinite(numbers).any():
            return np.array(numbers) * unit if unit else in_seconds(np.array(numbers), 1 / fps)
    return None
