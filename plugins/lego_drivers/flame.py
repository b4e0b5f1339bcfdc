"""Codes of the FLAME head model, as DECA, EMOCA, SMIRK, VHAP and others write them: expression, jaw and pose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Track, read_arrays
from lego_drivers.mending import finished
from lego_drivers.source import MOST_BYTES, MOST_VALUES, refuse_size
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
        arrays = _mat(path) if path.suffix.lower() == ".mat" else read_arrays(path, "FLAME codes", HINT)
        found = {name.casefold(): np.asarray(array) for name, array in arrays.items()}
        expression = _rows(path, found, EXPRESSION)
        if expression is None:
            named = ", ".join(sorted(arrays)[:8]) or "nothing"
            raise LegoError(f"{path.name} has no FLAME expression, but {named}", HINT)
        expression = expression[:, :MOST_EXPRESSIONS]
        refuse_size(path, len(expression), expression.shape[1] + 3)
        parts = [("exp_{:03d}", expression), *_joints(path, found)]
        notes = []
        for form, part in parts:
            if len(part) != len(expression):
                what = form.partition("_")[0]
                raise LegoError(
                    f"{path.name} has {len(expression)} frames of expression and {len(part)} of {what}", HINT
                )
        controls = [form.format(*_axis(form, k)) for form, part in parts for k in range(part.shape[1])]
        head = _head(path, found, len(expression))
        fps = next((float(found[key].ravel()[0]) for key in FPS_KEYS if key in found and found[key].size), 0.0)
        if not 1 <= fps <= 1000:
            fps = FPS
            notes.append(f"the file does not say how fast it runs: taken as {FPS:g} frames a second")
        values = np.concatenate([part for _, part in parts], axis=1)
        return finished(path, self.name, controls, values, None, fps, head, notes, shares=False)


def _axis(form: str, place: int) -> tuple[object, ...]:
    if form.startswith("exp"):
        return (place,)
    return ("xyz"[place % 3],) if not form.startswith("eye") else ("left" if place < 3 else "right", "xyz"[place % 3])


def _joints(path: Path, found: dict[str, Floats]) -> list[tuple[str, Floats]]:
    """Jaw, neck and eyes, by themselves or out of the pose: 6 numbers are global and jaw, 15 are all joints."""
    pose = _rows(path, found, POSE)
    jaw, neck, eyes = (_rows(path, found, keys) for keys in (JAW, NECK, EYES))
    if pose is not None and pose.shape[1] in (6, 15):
        jaw = pose[:, -3:] if pose.shape[1] == 6 else pose[:, 6:9]
        if pose.shape[1] == 15:
            neck, eyes = pose[:, 3:6], pose[:, 9:15]
    joints = [("jaw_{}", jaw, (3,)), ("neck_{}", neck, (3,)), ("eye_{}_{}", eyes, (6,))]
    return [(form, part) for form, part, sizes in joints if part is not None and part.shape[1] in sizes]


def _head(path: Path, found: dict[str, Floats], frames: int) -> Floats | None:
    turn, pose = _rows(path, found, HEAD), _rows(path, found, POSE)
    if turn is None and pose is not None and pose.shape[1] in (3, 6, 15):
        turn = pose[:, :3]
    if turn is None or turn.shape != (frames, 3) or not np.isfinite(turn).all():
        return None
    return angles_of(rotations_of(turn))


def _rows(path: Path, found: dict[str, Floats], keys: tuple[str, ...]) -> Floats | None:
    """The first of the arrays called ``keys`` as ``(T, C)``: ``(C,)`` and ``(T, 1, C)`` are taken too."""
    array = next((found[key] for key in keys if key in found), None)
    if array is None:
        return None
    if array.dtype.kind not in "fiu" or array.ndim == 0 or not array.size:
        raise LegoError(f"{path.name} has a '{next(k for k in keys if k in found)}' that is no table of numbers", HINT)
    return np.asarray(array, np.float64).reshape(-1, array.shape[-1])


def _mat(path: Path) -> dict[str, Any]:
    """Those arrays of a MATLAB file that we know. Raises LegoError when it is damaged, or of version 7.3."""
    from scipy.io import loadmat, whosmat

    hint = "save it again: scipy.io.savemat, or save -v7 in MATLAB"
    if path.stat().st_size > MOST_BYTES:
        raise LegoError(f"{path.name} is too large", "cut the performance into shorter takes")
    try:
        wanted = [(name, shape) for name, shape, kind in whosmat(path) if name.casefold() in KEYS and kind != "object"]
        if sum(int(np.prod(shape)) for _, shape in wanted) > MOST_VALUES:
            raise LegoError(f"{path.name} has too many values to hold", "cut the performance into shorter takes")
        return dict(loadmat(path, variable_names=[name for name, _ in wanted])) if wanted else {}
    except LegoError:
        raise
    except NotImplementedError:
        raise LegoError(f"{path.name} is of MATLAB's version 7.3, which is HDF5", hint) from None
    except Exception as error:  # the reader fails in many ways on damaged files
        raise LegoError(f"{path.name} is damaged: {type(error).__name__}", hint) from None
