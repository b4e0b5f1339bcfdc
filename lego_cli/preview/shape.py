"""The triangles of a mesh by what they are, rounded off where they are coarse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import Mesh
from lego_cli.errors import LegoError
from lego_cli.preview.eyes import Eyeballs
from lego_cli.preview.lashes import Lashes
from lego_cli.preview.materials import HIDDEN, KINDS, face_jaws, face_kinds, face_sides
from lego_cli.preview.occlusion import unit_normals
from lego_cli.preview.paint import Paint
from lego_cli.preview.rounding import ENOUGH, Split
from lego_cli.preview.shading import to_linear
from lego_cli.preview.teeth import Jaws

Gaze = Mapping[str, tuple[float, float, float]]
"""Direction that an eye looks in, by side: ``left``, ``right``."""


@dataclass(frozen=True)
class Part:
    """Triangles that are drawn together."""

    faces: Tensor  # (T, 3)
    polygon_edges: Tensor  # (T, 3) bool: triangle edges 01, 12, 20 that are edges of the polygon
    kind: Tensor  # (T,) index into MATERIALS
    eye: Tensor  # (T,) index into the eyeballs
    jaw: Tensor  # (T,) index into the rows of teeth, -1 for none
    origin: Tensor  # (T,) fan triangle of the mesh that it is a piece of
    place: Tensor  # (T, 3, 3) barycentric weights of its corners there

    def plane_normals(self, vertices: Tensor) -> Tensor:
        """``(T, 3)`` normals of the triangles, as long as twice their areas."""
        a, b, c = (vertices[self.faces[:, k]] for k in range(3))
        return torch.linalg.cross(b - a, c - a)

    def pick(self, chosen: Tensor) -> Part:
        """The triangles of a boolean mask ``(T,)``."""
        return Part(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def split(self, split: Split) -> Part:
        """Every triangle in four."""
        kind, eye, jaw, origin = (x.repeat(4) for x in (self.kind, self.eye, self.jaw, self.origin))
        edges, place = split.carry_edges(self.polygon_edges), split.carry_corners(self.place)
        return Part(split.faces, edges, kind, eye, jaw, origin, place)


@dataclass(frozen=True)
class Shape:
    """What there is to draw, in any unit."""

    vertices: Tensor  # (V, 3)
    solid: Part
    hair: Part
    lashes: Lashes
    colours: Tensor | None  # (V, 3) linear
    paint: Paint | None = None  # textures and coloured materials

    @property
    def coloured(self) -> bool:
        """Whether the mesh brings colours of its own."""
        return self.colours is not None or self.paint is not None

    def splits(self, rounds: int = 2) -> tuple[Split, ...]:
        """How solid triangles are split in four, round after round, so long as they stay few."""
        found: list[Split] = []
        faces, count = self.solid.faces, len(self.vertices)
        while len(found) < rounds and len(faces) * 4 <= 2 * ENOUGH:
            found.append(Split.of(faces, count))
            faces, count = found[-1].faces, count + len(found[-1].ends)
        return tuple(found)

    def rounded(self, splits: Sequence[Split] | None = None) -> Shape:
        """The same with solid triangles split and bulged; ``splits`` are :meth:`splits` where they are known."""
        shape = self
        for split in self.splits() if splits is None else splits:
            shape = Shape(
                split.bulge(shape.vertices, unit_normals(shape.vertices, shape.solid.faces)),
                shape.solid.split(split),
                shape.hair,
                replace(shape.lashes, share=split.carry(shape.lashes.share[:, None])[:, 0]),
                None if shape.colours is None else split.carry(shape.colours),
                shape.paint,
            )
        return shape

    def seen_vertices(self) -> Tensor:
        """Vertices that a solid face uses, ``(U, 3)``."""
        return self.vertices[torch.unique(self.solid.faces)]


def shape_of(mesh: Mesh, vertices: Tensor, gaze: Gaze) -> tuple[Shape, Eyeballs, Jaws]:
    """The shape of a mesh whose vertices are moved to ``(V, 3)``, its eyeballs, and its rows of teeth.

    Raises ``LegoError`` when there is nothing to draw.
    """
    owner, device = mesh.triangle_face(), vertices.device
    arrays = face_kinds(mesh)[owner], face_sides(mesh)[owner], face_jaws(mesh)[owner]
    kind, side, jaw = (torch.from_numpy(x).to(device) for x in arrays)
    faces, edges = (torch.from_numpy(x).to(device) for x in (mesh.triangles(), _edges(owner)))
    eye, eyeballs = _eyes(vertices, faces, kind, side, gaze)
    row, jaws = Jaws.fit(vertices, faces, torch.where(kind == KINDS["teeth"], jaw, 0))
    whole = torch.eye(3, device=device).expand(len(faces), 3, 3)
    everything = Part(faces, edges, kind, eye, row, torch.arange(len(faces), device=device), whole)
    solid = everything.pick((kind != HIDDEN) & (kind != KINDS["hair"]))
    if not len(solid.faces):
        raise LegoError("the mesh is nothing but lashes or clear shells", "render it together with its head")
    hair = everything.pick(kind == KINDS["hair"])
    lashes = Lashes.of(vertices, hair.faces, hair.eye, solid.faces)
    paint = Paint.of(mesh)
    colours = None
    if mesh.colours is not None and paint is None:
        colours = to_linear(torch.from_numpy(mesh.colours[:, :3]).float().to(device))
    return Shape(vertices, solid, hair, lashes, colours, paint), eyeballs, jaws


def _edges(owner: np.ndarray) -> np.ndarray:
    """``(T, 3)`` which triangle edges are edges of the polygon ``owner (T,)`` that was fanned."""
    ends = owner[1:] != owner[:-1]
    first, last = np.concatenate([[True], ends]), np.concatenate([ends, [True]])
    return np.stack([first, np.ones_like(first), last], axis=1)[: len(owner)]


def _eyes(vertices: Tensor, faces: Tensor, kind: Tensor, side: Tensor, gaze: Gaze) -> tuple[Tensor, Eyeballs]:
    """The eyeball that each eye or lash triangle belongs to; parts without a side are split at x = 0."""
    is_eye, is_hair = kind == KINDS["eye"], kind == KINDS["hair"]
    middle = vertices[faces].mean(1)[:, 0]
    side = torch.where(side == 0, torch.where(middle > 0, 1, 2), side)
    eye = torch.zeros_like(kind)
    balls: dict[str, Tensor] = {}
    for name, number in (("left", 1), ("right", 2)):
        chosen = is_eye & (side == number)
        if chosen.any():
            eye[chosen | (is_hair & (side == number))] = len(balls)
            balls[name] = vertices[torch.unique(faces[chosen])]
    return eye, Eyeballs.fit(balls, gaze, vertices)
