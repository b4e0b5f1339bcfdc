"""A mesh under construction whose every vertex is a linear combination of head-model vertices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import HeadModel

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

NONE = -1


@dataclass(frozen=True)
class Sheet:
    """Quads and triangles whose vertices know their place on the head model.

    Every operation multiplies the rows of ``smooth`` and ``place``, so that any field on the head model (rest
    positions, template points, actions) can be carried to the result, and nothing is ever looked up by closeness.
    """

    faces: Ints  # (F, 4); triangles end with -1
    uv: Floats  # (F, 4, 2) of each corner
    twin_uv: Floats  # (F, 4, 2) of the corners of each face's mirror image
    group: Ints  # (F,) part that each face belongs to
    part: Ints  # (N,) part that each vertex belongs to
    smooth: csr_matrix  # (N, V) where the vertex lies, on a smooth surface over the head model
    place: csr_matrix  # (N, V) the same place on the flat faces of the head model: at most 4 entries, convex

    @property
    def triangular(self) -> bool:
        """Whether all faces are triangles."""
        return bool((self.faces[:, 3] == NONE).all())

    def positions(self, values: Floats) -> Floats:
        """Values at head-model vertices ``(V, C)`` carried to the vertices of the sheet ``(N, C)``."""
        return np.asarray(self.smooth @ np.asarray(values, np.float64))

    def bridges(self) -> Mask:
        """Mask of the faces that join two parts."""
        there = self.faces != NONE
        return np.asarray(((self.part[self.faces] != self.part[self.faces[:, :1]]) & there).any(1))

    def with_faces(self, keep: Ints | Mask) -> Sheet:
        """Chosen faces (indices or mask) and the vertices that they use."""
        faces = self.faces[keep]
        used, compact = compacted(faces)
        return Sheet(
            compact,
            self.uv[keep],
            self.twin_uv[keep],
            self.group[keep],
            self.part[used],
            self.smooth[used],
            self.place[used],
        )

    def triangulated(self) -> Sheet:
        """Quads cut along the diagonal from their first corner."""
        quads = np.flatnonzero(self.faces[:, 3] != NONE)
        first, second = [0, 1, 2, 0], [0, 2, 3, 0]
        order = np.concatenate([np.arange(len(self.faces)), quads])
        later = np.arange(len(order)) >= len(self.faces)
        pick = np.where(later[:, None], second, first)
        take = [np.take_along_axis(a[order], pick[..., None], 1) for a in (self.uv, self.twin_uv)]
        faces = np.take_along_axis(self.faces[order], pick, 1)
        faces[:, 3] = NONE
        return replace(self, faces=faces, uv=take[0], twin_uv=take[1], group=self.group[order])


def compacted(faces: Ints) -> tuple[Ints, Ints]:
    """The vertices in use, and the faces renumbered to them; -1 stays."""
    used = np.unique(faces[faces != NONE])
    place = np.full((int(faces.max()) + 2) if faces.size else 1, NONE)
    place[used] = np.arange(len(used))
    return used, place[faces]


def head_sheet(head: HeadModel) -> Sheet:
    """The head model itself, with all its parts; raises ValueError when it is not made of quads."""
    mesh = head.mesh
    if mesh.uvs is None or mesh.corner_uv is None or mesh.face_group is None or (mesh.face_sizes != 4).any():
        raise ValueError("topologies are made from a head model of quads with UVs and a group for each part")
    faces = mesh.corner_vertex.reshape(-1, 4)
    uv = mesh.uvs[mesh.corner_uv.reshape(-1, 4)]
    part = np.zeros(len(head.vertices), np.int64)
    for index, name in enumerate(mesh.groups):
        part[head.parts[name]] = index
    same = csr_matrix((np.ones(len(part)), (np.arange(len(part)), np.arange(len(part)))))
    return Sheet(faces, uv, mirrored_uv(faces, uv, np.asarray(head.mirror)), mesh.face_group, part, same, same)


def mirrored_uv(faces: Ints, uv: Floats, mirror: Ints) -> Floats:
    """``(F, 4, 2)`` UVs of each corner's mirror image, in the face that is the mirror image of its face."""
    index = {tuple(sorted(face)): k for k, face in enumerate(faces.tolist())}
    other = np.array([index[tuple(sorted(face))] for face in mirror[faces].tolist()])
    corner = (faces[other][:, None, :] == mirror[faces][:, :, None]).argmax(2)
    return np.asarray(uv[other[:, None], corner])


def joined(*sheets: Sheet) -> Sheet:
    """Several sheets as one; nothing is welded."""
    starts = np.cumsum([0, *(len(s.part) for s in sheets)])
    return Sheet(
        faces=np.concatenate(
            [np.where(s.faces == NONE, NONE, s.faces + n) for s, n in zip(sheets, starts, strict=False)]
        ),
        uv=np.concatenate([s.uv for s in sheets]),
        twin_uv=np.concatenate([s.twin_uv for s in sheets]),
        group=np.concatenate([s.group for s in sheets]),
        part=np.concatenate([s.part for s in sheets]),
        smooth=vstack([s.smooth for s in sheets], format="csr"),
        place=vstack([s.place for s in sheets], format="csr"),
    )
