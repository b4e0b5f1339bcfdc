"""Codes of the FLAME head model, as DECA, EMOCA, SMIRK, VHAP and others write them: expression, jaw and pose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Track, read_arrays
from lego_drivers.mending import LARGEST, finished
from lego_drivers.source import MOST_BYTES, read_bytes, refuse_size
from lego_drivers.turns import angles_of, rotations_of

if TYPE_CHECKING:
    from lego_cli.api import Floats

EXPRESSION = ("exp", "expcode", "expression", "expressions", "expr", "expression_params", "exp_code", "exps")
JAW = ("jaw", "jaw_pose", "jawpose", "jaw_params", "jaw_code")
POSE = ("pose", "posecode", "pose_params", "poses", "full_pose", "fullpose", "pose_code")
HEAD = ("rotation", "global_pose", "global_orient", "head_pose", "global_rot", "global_rotation")
NECK, EYES = ("neck", "neck_pose"), ("eyes", "eyes_pose", "eye_pose")
FPS_KEYS = ("fps", "frame_rate", "framerate")
KEYS = (*EXPRESSION, *JAW, *POSE, *HEAD, *NECK, *EYES, *FPS_KEYS)
FPS = 30.0  # where the file does not say
MOST_EXPRESSIONS = 100
HINT = "it needs an array 'exp' of one row a frame, and 'jaw' or 'pose'; see docs/tracks.md"


class FlameDriver:
    """NPZ or MAT with arrays of one row a frame: ``exp``, and ``jaw``, or ``pose`` (global and jaw, axis-angle)."""

    name = "flame"
    suffixes = (".npz", ".mat")

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it is such a container; what is inside is looked at when it is read."""
        return start.startswith((b"PK\x03\x04", b"MATLAB")) or start[124:128] in (b"\0\1IM", b"\1\0MI")

    def read(self, path: Path) -> Track:
        """The codes; see :class:`lego_cli.api.Driver`."""
        there: list[str] = []

        def is_known(name: str) -> bool:
            there.append(name)
            return name.casefold() in KEYS

        mat = path.suffix.lower() == ".mat"
        arrays = _mat(path, is_known) if mat else read_arrays(path, "FLAME codes", HINT, is_known)
        found = {name.casefold(): array for name, array in arrays.items()}
        expression = _rows(path, found, EXPRESSION, MOST_EXPRESSIONS)
        if expression is None:
            named = ", ".join(sorted({name[:40] for name in there})[:8]) or "nothing"
            raise LegoError(f"{path.name} has no FLAME expression, but {named}", HINT)
        parts = [("exp_{:03d}", expression), *_joints(path, found)]
        _refuse_uneven(path, parts)
        controls = [form.format(*_axis(form, k)) for form, part in parts for k in range(part.shape[1])]
        refuse_size(path, len(expression), len(controls))
        head = _head(path, found, len(expression))
        fps, notes = _rate(found), []
        if not 1 <= fps <= 1000:
            fps = FPS
            notes.append(f"the file does not say how fast it runs: taken as {FPS:g} frames a second")
        values = np.concatenate([part for _, part in parts], axis=1, dtype=np.float64)
        return finished(path, self.name, controls, values, None, fps, head, notes, shares=False)


def _refuse_uneven(path: Path, parts: list[tuple[str, Floats]]) -> None:
    frames = len(parts[0][1])
    for form, part in parts:
        if len(part) != frames:
            what = form.partition("_")[0]
            raise LegoError(f"{path.name} has {frames} frames of expression and {len(part)} of {what}", HINT)


def _rate(found: Mapping[str, Any]) -> float:
    """Frames a second; 0 when none is given."""
    rates = (found[key].reshape(-1) for key in FPS_KEYS if key in found)
    return next((float(rate[0]) for rate in rates if rate.dtype.kind in "fiu" and rate.size), 0.0)


def _axis(form: str, place: int) -> tuple[object, ...]:
    if form.startswith("exp"):
        return (place,)
    return ("xyz"[place % 3],) if not form.startswith("eye") else ("left" if place < 3 else "right", "xyz"[place % 3])


def _joints(path: Path, found: Mapping[str, Any]) -> list[tuple[str, Floats]]:
    """Jaw, neck and eyes, by themselves or out of the pose: 6 numbers are global and jaw, 15 are all joints."""
    pose = _rows(path, found, POSE)
    jaw, neck, eyes = (_rows(path, found, keys) for keys in (JAW, NECK, EYES))
    if pose is not None and pose.shape[1] in (6, 15):
        jaw = pose[:, -3:] if pose.shape[1] == 6 else pose[:, 6:9]
        if pose.shape[1] == 15:
            neck, eyes = pose[:, 3:6], pose[:, 9:15]
    joints = [("jaw_{}", jaw, (3,)), ("neck_{}", neck, (3,)), ("eye_{}_{}", eyes, (6,))]
    return [(form, part) for form, part, sizes in joints if part is not None and part.shape[1] in sizes]


def _head(path: Path, found: Mapping[str, Any], frames: int) -> Floats | None:
    turn, pose = _rows(path, found, HEAD), _rows(path, found, POSE)
    if turn is None and pose is not None and pose.shape[1] in (3, 6, 15):
        turn = pose[:, :3]
    if turn is None or turn.shape != (frames, 3):
        return None
    turn = turn.astype(np.float64)
    return angles_of(rotations_of(turn)) if (np.abs(turn) <= LARGEST).all() else None


def _rows(path: Path, found: Mapping[str, Any], keys: tuple[str, ...], most: int | None = None) -> Floats | None:
    """The first of the arrays called ``keys`` as ``(T, C)``, ``most`` columns of it: ``(C,)`` and ``(T, 1, C)`` too."""
    key = next((key for key in keys if key in found), None)
    if key is None:
        return None
    array = found[key]
    if array.dtype.kind not in "fiu" or array.ndim == 0 or not array.size:
        raise LegoError(f"{path.name} has a '{key}' that is no table of numbers", HINT)
    rows: Floats = array.reshape(-1, array.shape[-1])[:, :most]
    refuse_size(path, len(rows), 1)
    return rows


def _mat(path: Path, wanted: Callable[[str], bool]) -> dict[str, Any]:
    """Those arrays of a MATLAB file that we know. Raises LegoError when it is damaged, or of version 7.3."""
    from lego_drivers.mat_file import NewerVersionError, read_mat

    hint = "save it again: scipy.io.savemat, or save -v7 in MATLAB"
    data = read_bytes(path)
    try:
        return dict(read_mat(data, wanted, MOST_BYTES))
    except NewerVersionError:
        raise LegoError(f"{path.name} is of MATLAB's version 7.3, which is HDF5", hint) from None
    except ValueError as damage:
        raise LegoError(f"{path.name} is damaged: {damage}", hint) from None
