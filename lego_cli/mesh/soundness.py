"""What every mesh must be before anything is done with it: finite, not empty, and with indices that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.limits import ReadLimits

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_LARGEST = 1e15  # beyond this no unit makes a head, and areas and single precision overflow


def require_sound(mesh: Mesh, name: str, limits: ReadLimits) -> None:
    """Raise :class:`LegoError` unless ``mesh`` can be worked with."""
    count = len(mesh.vertices)
    if not count:
        raise LegoError(f"{name} holds no vertices", "export the head again, with its mesh selected")
    limits.require_vertices(name, count)
    _require_finite(mesh.vertices, f"{name}: position of vertex", _LARGEST)
    for values, what in ((mesh.uvs, "texture coordinate"), (mesh.normals, "normal"), (mesh.colours, "colour")):
        if values is not None:
            _require_finite(values, f"{name}: {what}", np.inf)
    if (mesh.face_sizes < 3).any():
        face = int(np.flatnonzero(mesh.face_sizes < 3)[0])
        raise LegoError(
            f"{name}: face {face} has {int(mesh.face_sizes[face])} corners",
            "delete faces with fewer than three corners in a 3D program",
        )
    _require_indices(mesh.corner_vertex, 0, count, f"{name}: a face asks for vertex")
    for corner, values, what in ((mesh.corner_uv, mesh.uvs, "UV"), (mesh.corner_normal, mesh.normals, "normal")):
        if corner is not None:
            _require_indices(corner, -1, 0 if values is None else len(values), f"{name}: a face asks for {what}")


def _require_finite(values: Floats, what: str, largest: float) -> None:
    wrong = ~(np.abs(values) <= largest).all(axis=1)
    if not np.isfinite(largest):
        wrong |= ~np.isfinite(values).all(axis=1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        numbers = " ".join(f"{value:g}" for value in values[row])
        raise LegoError(
            f"{what} {row} is {numbers} ({int(wrong.sum())} such)",
            "repair the mesh in a 3D program: delete the broken points, or export again without that data",
        )


def _require_indices(index: Ints, least: int, count: int, what: str) -> None:
    wrong = (index < least) | (index >= count)
    if wrong.any():
        raise LegoError(
            f"{what} {int(index[np.flatnonzero(wrong)[0]])}, but there are {count}",
            "the file is damaged or was cut short: export the mesh again",
        )
