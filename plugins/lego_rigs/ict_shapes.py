"""ICT-FaceKit's own shapes as a rig, from the folder of OBJ files that the user has: ``lego rigs add ict FOLDER``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh, input_bytes
from lego_rigs.named import read_map
from lego_rigs.rig_arrays import indices, names, numbers

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

NEUTRAL = "generic_neutral_mesh.obj"
LEAST = 20  # shapes, or it is another folder
MOST_SHAPES, MOST_VERTICES = 500, 100_000  # ICT-FaceKit has 53 and 26,719
MOST_BYTES, MOST_LINES, MOST_CORNERS = 16 << 20, 500_000, 64  # of one OBJ; corners of one face
HINT = f"give the folder FaceXModel of ICT-FaceKit, with {NEUTRAL} and one OBJ for each expression"


class IctShapesRig:
    """A neutral mesh, and what each control at 1 adds to it."""

    def __init__(self, name: str, arrays: Mapping[str, Any]) -> None:
        """``arrays`` as :func:`ict_arrays` makes them. Raises ``ValueError`` where they are not."""
        self.name = name
        self.controls: tuple[str, ...] = names(arrays, "controls", MOST_SHAPES)
        neutral = numbers(arrays, "neutral", (None, 3))
        if len(neutral) > MOST_VERTICES:
            raise ValueError(f"it has {len(neutral):,} vertices")
        self._shapes = numbers(arrays, "shapes", (len(self.controls), *neutral.shape))
        self.bounds: Floats = np.tile([0.0, 1.0], (len(self.controls), 1))
        sizes = indices(arrays, "face_sizes", (None,), MOST_CORNERS + 1)
        corners = indices(arrays, "corner_vertex", (None,), len(neutral))
        if sizes.min() < 3 or sizes.sum() != len(corners):
            raise ValueError("its faces have no corners")
        self.mesh = Mesh(neutral, sizes, corners)

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
    lines = input_bytes(path, MOST_BYTES, HINT).split(b"\n", MOST_LINES)
    points = [line.split(None, 4)[1:4] for line in lines if line.startswith(b"v ")]
    rings = [line.split(None, MOST_CORNERS + 1)[1:] for line in lines if line.startswith(b"f ")]
    try:
        if len(lines) > MOST_LINES or len(points) > MOST_VERTICES:
            raise ValueError("too much")
        faces = [[int(corner.partition(b"/")[0]) - 1 for corner in ring] for ring in rings]
        obj = {
            "positions": np.array([[float(number) for number in point] for point in points]),
            "sizes": np.array([len(face) for face in faces], np.int64),
            "corners": np.array([corner for face in faces for corner in face], np.int64),
        }
        vertices = numbers(obj, "positions", (None, 3))
        corners = indices(obj, "corners", (None,), len(vertices))
        if obj["sizes"].min() < 3:
            raise ValueError("no face")
    except (ValueError, OverflowError):
        raise LegoError(f"{path.name} is damaged", HINT) from None
    return vertices, obj["sizes"], corners
