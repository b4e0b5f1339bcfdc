"""The FLAME head model as a rig: expression, jaw, neck and eyes (Li et al., SIGGRAPH Asia 2017).

The model's files are their makers' and stay with the user, who adds a copy: ``lego rigs add flame FILE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh, read_arrays
from lego_rigs.rig_arrays import indices, numbers

if TYPE_CHECKING:
    from lego_cli.api import Floats

IDENTITY, EXPRESSIONS = 300, 100  # shapedirs holds that many components of either, in this order
PARENTS = (-1, 0, 1, 1, 1)
LIMITS = {"neck": 0.8, "jaw": 0.6, "eye_left": 0.6, "eye_right": 0.6}  # radians either way
MOST_EXPRESSION = 4.0  # standard deviations
MOST_VERTICES, MOST_FACES = 20_000, 40_000  # FLAME has 5,023 and 9,976; 64 frames of so many are 100 MB
TURNED = 9 * (len(PARENTS) - 1)  # numbers of the turns of all joints but the first
NAMES = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table")
HINT = "give generic_model.pkl, flame2023.pkl or flame2023_Open.pkl, or the same arrays as .npz"


class FlameRig:
    """FLAME's mean person. Controls: ``exp_000`` ..., and axis-angle ``jaw_x`` ... in radians of each joint."""

    def __init__(self, name: str, arrays: Mapping[str, Any]) -> None:
        """``arrays`` as :func:`flame_arrays` makes them. Raises ``ValueError`` where they are not."""
        self.name = name
        self._template = numbers(arrays, "template", (None, 3))
        vertices = len(self._template)
        if vertices > MOST_VERTICES:
            raise ValueError(f"it has {vertices:,} vertices")
        self._expressions = numbers(arrays, "expressions", (vertices, 3, None))  # (V, 3, E)
        self._correctives = numbers(arrays, "correctives", (vertices, 3, TURNED))  # (V, 3, 36)
        self._regressor = numbers(arrays, "regressor", (len(PARENTS), vertices))  # (5, V)
        self._weights = numbers(arrays, "weights", (vertices, len(PARENTS)))  # (V, 5)
        faces = indices(arrays, "faces", (None, 3), vertices)
        if self._expressions.shape[2] > EXPRESSIONS or len(faces) > MOST_FACES:
            raise ValueError("it has more expressions or faces than FLAME")
        count = self._expressions.shape[2]
        turns = [f"{joint}_{axis}" for joint in ("jaw", "neck", "eye_left", "eye_right") for axis in "xyz"]
        self.controls: tuple[str, ...] = (*(f"exp_{k:03d}" for k in range(count)), *turns)
        limits = [MOST_EXPRESSION] * count + [LIMITS[turn[:-2]] for turn in turns]
        self.bounds: Floats = np.array([[-limit, limit] for limit in limits])
        self.mesh = Mesh.from_faces(self._template, faces)

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
    found = read_arrays(path, "FLAME model", HINT, NAMES.__contains__) if npz else read_pickled_arrays(path, NAMES)
    try:
        return _flame(found)
    except ValueError as problem:
        raise LegoError(f"{path.name} is not as FLAME's models are: {problem}", HINT) from None


def _flame(found: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of the rig. Raises ``ValueError`` for those of another model."""
    template = numbers(found, "v_template", (None, 3))
    count, joints = len(template), len(PARENTS)
    if count > MOST_VERTICES:
        raise ValueError(f"it has {count:,} vertices")
    shapes = found.get("shapedirs")
    if not isinstance(shapes, np.ndarray) or shapes.ndim != 3 or shapes.shape[2] <= IDENTITY:
        raise ValueError("'shapedirs' has no expressions")
    used = {"shapedirs": shapes[:, :, IDENTITY : IDENTITY + EXPRESSIONS]}
    tree = found.get("kintree_table")
    if tree is not None and not (tree.ndim == 2 and tree[:1, 1:].tolist() == [[*PARENTS[1:]]]):
        raise ValueError("it has other joints")
    return {
        "template": template,
        "faces": indices(found, "f", (None, 3), count),
        "expressions": numbers(used, "shapedirs", (count, 3, None)).astype(np.float32),
        "correctives": numbers(found, "posedirs", (count, 3, TURNED)).astype(np.float32),
        "regressor": numbers(found, "J_regressor", (joints, count)).astype(np.float32),
        "weights": numbers(found, "weights", (count, joints)).astype(np.float32),
    }


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
