"""The FLAME head model as a rig: expression, jaw, neck and eyes (Li et al., SIGGRAPH Asia 2017).

The model's files are their makers' and stay with the user, who adds a copy: ``lego rigs add flame FILE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh, read_arrays

if TYPE_CHECKING:
    from lego_cli.api import Floats

IDENTITY, EXPRESSIONS = 300, 100  # shapedirs holds that many components of either, in this order
PARENTS = (-1, 0, 1, 1, 1)
LIMITS = {"neck": 0.8, "jaw": 0.6, "eye_left": 0.6, "eye_right": 0.6}  # radians either way
MOST_EXPRESSION = 4.0  # standard deviations
HINT = "give generic_model.pkl, flame2023.pkl or flame2023_Open.pkl, or the same arrays as .npz"


class FlameRig:
    """FLAME's mean person. Controls: ``exp_000`` ..., and axis-angle ``jaw_x`` ... in radians of each joint."""

    def __init__(self, name: str, arrays: Mapping[str, Any]) -> None:
        """``arrays`` as :func:`flame_arrays` makes them."""
        self.name = name
        self._template = np.asarray(arrays["template"], np.float64)
        self._expressions = np.asarray(arrays["expressions"], np.float64)  # (V, 3, E)
        self._correctives = np.asarray(arrays["correctives"], np.float64)  # (V, 3, 36)
        self._regressor = np.asarray(arrays["regressor"], np.float64)  # (5, V)
        self._weights = np.asarray(arrays["weights"], np.float64)  # (V, 5)
        count = self._expressions.shape[2]
        turns = [f"{joint}_{axis}" for joint in ("jaw", "neck", "eye_left", "eye_right") for axis in "xyz"]
        self.controls: tuple[str, ...] = (*(f"exp_{k:03d}" for k in range(count)), *turns)
        limits = [MOST_EXPRESSION] * count + [LIMITS[turn[:-2]] for turn in turns]
        self.bounds: Floats = np.array([[-limit, limit] for limit in limits])
        self.mesh = Mesh.from_faces(self._template, np.asarray(arrays["faces"], np.int64))

    def posed(self, values: Floats) -> Floats:
        """Control values ``(T, C)`` to vertices ``(T, V, 3)`` in metres."""
        values = np.asarray(values, np.float64)
        count = self._expressions.shape[2]
        shaped = self._template + np.einsum("vce,te->tvc", self._expressions, values[:, :count], optimize=True)
        turns = values[:, count:].reshape(len(values), 4, 3)[:, [1, 0, 2, 3]]  # to neck, jaw, left, right eye
        rotations = np.concatenate([np.broadcast_to(np.eye(3), (len(values), 1, 3, 3)), _rotations(turns)], axis=1)
        feature = (rotations[:, 1:] - np.eye(3)).reshape(len(values), -1)
        corrected = shaped + np.einsum("vcp,tp->tvc", self._correctives, feature, optimize=True)
        joints = np.einsum("jv,tvc->tjc", self._regressor, shaped, optimize=True)
        return _skinned(corrected, joints, rotations, self._weights)


class FlameImporter:
    """FLAME's own files, as downloaded, to a file without pickles."""

    name = "flame"
    rig_name = "flame"

    def convert(self, path: Path) -> dict[str, Any]:
        """The arrays of the rig. Raises LegoError for what is no FLAME model."""
        return flame_arrays(path)

    def rig(self, name: str, arrays: Mapping[str, Any]) -> FlameRig:
        """The rig of such arrays."""
        return FlameRig(name, arrays)


def flame_arrays(path: Path) -> dict[str, Any]:
    """A FLAME model file, ``.pkl`` or ``.npz``, as the arrays of :class:`FlameRig`. Nothing in it is ever run."""
    from lego_rigs.inert_pickle import read_pickled_arrays

    if path.is_dir() or path.suffix.lower() not in (".pkl", ".npz"):
        raise LegoError(f"{path.name} is no FLAME model file", HINT)
    npz = path.suffix.lower() == ".npz"
    found = read_arrays(path, "FLAME model", HINT) if npz else read_pickled_arrays(path)
    template, faces = _named(path, found, "v_template", 2), _named(path, found, "f", 2)
    shapes, correctives = _named(path, found, "shapedirs", 3), _named(path, found, "posedirs", 3)
    regressor, weights = _named(path, found, "J_regressor", 2), _named(path, found, "weights", 2)
    count, joints = len(template), len(PARENTS)
    wanted = {
        "v_template": (template, (count, 3)),
        "shapedirs": (shapes[:, :, :1], (count, 3, 1)),
        "posedirs": (correctives, (count, 3, 9 * (joints - 1))),
        "J_regressor": (regressor, (joints, count)),
        "weights": (weights, (count, joints)),
        "f": (faces[:, :1], (len(faces), 1)),
    }
    for name, (array, shape) in wanted.items():
        if array.shape != shape or not np.isfinite(array).all():
            raise LegoError(f"'{name}' in {path.name} is not as FLAME's is: {array.shape}", HINT)
    if shapes.shape[2] <= IDENTITY or faces.shape[1] != 3 or not (faces.min() >= 0 and faces.max() < count):
        raise LegoError(f"{path.name} has no expressions or no usable faces", HINT)
    _check_tree(path, found)
    return {
        "template": template.astype(np.float64),
        "faces": faces.astype(np.int64),
        "expressions": shapes[:, :, IDENTITY : IDENTITY + EXPRESSIONS].astype(np.float32),
        "correctives": correctives.astype(np.float32),
        "regressor": regressor.astype(np.float32),
        "weights": weights.astype(np.float32),
    }


def _named(path: Path, found: Mapping[str, Any], name: str, dimensions: int) -> Floats:
    array = np.asarray(found.get(name, ()))
    if array.ndim != dimensions or array.dtype.kind not in "fiu" or not array.size:
        raise LegoError(f"{path.name} has no array '{name}' of FLAME", HINT)
    return array


def _check_tree(path: Path, found: Mapping[str, Any]) -> None:
    tree = found.get("kintree_table")
    if tree is not None and tuple(np.asarray(tree)[0, 1:].tolist()) != PARENTS[1:]:
        raise LegoError(f"{path.name} has other joints than FLAME", HINT)


def _rotations(vectors: Floats) -> Floats:
    """Axis-angle ``(T, J, 3)`` to matrices ``(T, J, 3, 3)``."""
    from scipy.spatial.transform import Rotation

    matrices: Floats = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix()
    return matrices.reshape(*vectors.shape[:2], 3, 3)


def _skinned(vertices: Floats, joints: Floats, rotations: Floats, weights: Floats) -> Floats:
    """Linear blend skinning: ``vertices (T, V, 3)``, ``joints (T, J, 3)``, ``rotations (T, J, 3, 3)``."""
    turns, places = [rotations[:, 0]], [joints[:, 0]]
    for joint, parent in enumerate(PARENTS[1:], 1):
        turns.append(turns[parent] @ rotations[:, joint])
        offset = (joints[:, joint] - joints[:, parent])[..., None]
        places.append(places[parent] + (turns[parent] @ offset)[..., 0])
    turn = np.stack(turns, axis=1)
    shift = np.stack(places, axis=1) - (turn @ joints[..., None])[..., 0]
    blended = np.einsum("vj,tjab->tvab", weights, turn, optimize=True)
    moved: Floats = (blended @ vertices[..., None])[..., 0] + np.einsum("vj,tja->tva", weights, shift, optimize=True)
    return moved
