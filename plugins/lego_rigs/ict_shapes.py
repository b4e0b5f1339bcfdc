"""ICT-FaceKit's own shapes as a rig, from the folder of OBJ files that the user has: ``lego rigs add ict FOLDER``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_rigs.named import read_map

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

NEUTRAL = "generic_neutral_mesh.obj"
LEAST = 20  # shapes, or it is another folder
MOST_BYTES = 64 << 20  # of one OBJ
HINT = f"give the folder FaceXModel of ICT-FaceKit, with {NEUTRAL} and one OBJ for each expression"


class IctShapesRig:
    """A neutral mesh, and what each control at 1 adds to it."""

    def __init__(self, name: str, arrays: Mapping[str, Any]) -> None:
        """``arrays`` as :func:`ict_arrays` makes them."""
        self.name = name
        self.controls: tuple[str, ...] = tuple(str(control) for control in arrays["controls"])
        self._shapes = np.asarray(arrays["shapes"], np.float64)
        self.bounds: Floats = np.tile([0.0, 1.0], (len(self.controls), 1))
        self.mesh = Mesh(
            np.asarray(arrays["neutral"], np.float64),
            np.asarray(arrays["face_sizes"], np.int64),
            np.asarray(arrays["corner_vertex"], np.int64),
        )

    def posed(self, values: Floats) -> Floats:
        """Control values ``(T, C)`` to vertices ``(T, V, 3)`` in the files' unit, centimetres."""
        moved = np.asarray(values, np.float64) @ self._shapes.reshape(len(self._shapes), -1)
        posed: Floats = self.mesh.vertices + moved.reshape(len(moved), -1, 3)
        return posed


class IctImporter:
    """A folder of ICT-FaceKit's OBJ files, to one file."""

    name = "ict"
    rig_name = "ict_shapes"

    def convert(self, path: Path) -> dict[str, Any]:
        """The arrays of the rig. Raises LegoError for a folder that is none of ICT-FaceKit's."""
        return ict_arrays(path)

    def rig(self, name: str, arrays: Mapping[str, Any]) -> IctShapesRig:
        """The rig of such arrays."""
        return IctShapesRig(name, arrays)


def ict_arrays(folder: Path) -> dict[str, Any]:
    """The neutral mesh and the shapes of a folder, or of ``FaceXModel`` in it."""
    home = next((f for f in (folder, folder / "FaceXModel") if (f / NEUTRAL).is_file()), None)
    if home is None:
        raise LegoError(f"{folder} has no {NEUTRAL}", HINT)
    neutral, sizes, corners = read_obj(home / NEUTRAL)
    controls = [name for name in read_map("ict").controls if (home / f"{name}.obj").is_file()]
    if len(controls) < LEAST:
        raise LegoError(f"{home} has {len(controls)} of ICT-FaceKit's expressions", HINT)
    shapes = np.empty((len(controls), *neutral.shape), np.float32)
    for place, name in enumerate(controls):
        vertices = read_obj(home / f"{name}.obj")[0]
        if vertices.shape != neutral.shape:
            raise LegoError(f"{name}.obj has {len(vertices)} vertices, {NEUTRAL} has {len(neutral)}", HINT)
        shapes[place] = vertices - neutral
    return {
        "neutral": neutral,
        "face_sizes": sizes,
        "corner_vertex": corners,
        "controls": np.array(controls),
        "shapes": shapes,
    }


def read_obj(path: Path) -> tuple[Floats, Ints, Ints]:
    """Positions ``(V, 3)``, face sizes ``(F,)`` and corner vertices of an OBJ. Raises LegoError for a damaged one."""
    if path.stat().st_size > MOST_BYTES:
        raise LegoError(f"{path.name} is too large", HINT)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        vertices = np.array([line.split()[1:4] for line in lines if line.startswith("v ")], np.float64).reshape(-1, 3)
        faces = [[int(c.partition("/")[0]) - 1 for c in line.split()[1:]] for line in lines if line.startswith("f ")]
        sizes = np.array([len(face) for face in faces], np.int64)
        corners = np.array([corner for face in faces for corner in face], np.int64)
    except ValueError:
        raise LegoError(f"{path.name} has a line that is no OBJ", HINT) from None
    inside = not len(corners) or (corners.min() >= 0 and corners.max() < len(vertices))
    if not len(vertices) or not inside or not np.isfinite(vertices).all():
        raise LegoError(f"{path.name} is damaged", HINT)
    return vertices, sizes, corners
