"""A mesh made ready for pictures: triangles, materials, eyeballs, and how open each vertex lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import Mesh, Renderer
from lego_cli.errors import LegoError
from lego_cli.preview.eyes import Eyeballs
from lego_cli.preview.framing import Frame
from lego_cli.preview.lashes import lower_lashes
from lego_cli.preview.makeup import lay_makeup
from lego_cli.preview.materials import HIDDEN, KINDS, face_kinds, face_sides
from lego_cli.preview.occlusion import Openness, bake_openness, smooth_over, unit_normals
from lego_cli.preview.rounding import ENOUGH, Split
from lego_cli.preview.shading import to_linear

if TYPE_CHECKING:
    from lego_cli.preview.makeup import Landmarks

Gaze = Mapping[str, tuple[float, float, float]]
"""Direction that an eye looks in, by side: ``left``, ``right``."""


@dataclass(frozen=True)
class Part:
    """Triangles that are drawn together."""

    faces: Tensor  # (T, 3)
    polygon_edges: Tensor  # (T, 3) bool: triangle edges 01, 12, 20 that are edges of the polygon
    kind: Tensor  # (T,) index into MATERIALS
    eye: Tensor  # (T,) index into the eyeballs

    def plane_normals(self, vertices: Tensor) -> Tensor:
        """``(T, 3)`` normals of the triangles, as long as twice their areas."""
        a, b, c = (vertices[self.faces[:, k]] for k in range(3))
        return torch.linalg.cross(b - a, c - a)

    def pick(self, chosen: Tensor) -> Part:
        """The triangles of a boolean mask ``(T,)``."""
        return Part(self.faces[chosen], self.polygon_edges[chosen], self.kind[chosen], self.eye[chosen])


@dataclass(frozen=True)
class Stage:
    """Everything about one mesh that does not depend on the camera, at size 1 about the origin."""

    vertices: Tensor  # (V, 3)
    solid: Part
    hair: Part | None
    lower_hair: Tensor  # (T of hair,) the lower row of lashes
    eyeballs: Eyeballs
    colours: Tensor | None  # (V, 3) linear
    makeup: Tensor | None  # (V, 3) see makeup.py
    normals: Tensor  # (V, 3)
    openness: Openness  # of the first vertices, before rounding
    origin: Tensor  # (3,) of the vertices, in the unit of the mesh
    unit: float  # size of the mesh in its own unit; 1 on the stage
    splits: tuple[Split, ...] = ()

    def frame(self, shared: Frame | None) -> Frame:
        """A frame given in the unit of the mesh, or by default the one that this mesh fills, on the stage."""
        if shared is None:
            return Frame.of(self.seen_vertices().numpy())
        x, y, z = ((torch.tensor(shared.centre) - self.origin) / self.unit).tolist()
        return Frame((x, y, z), shared.distance / self.unit)

    def carried_colours(self) -> Tensor | None:
        """``(V, 3)`` vertex colours, else makeup, else None."""
        return self.makeup if self.colours is None else self.colours

    def millimetre(self) -> Tensor:
        """One millimetre on a head of 230 mm, on the stage."""
        seen = self.seen_vertices()
        return (seen.amax(0) - seen.amin(0))[1] / 230

    def seen_vertices(self) -> Tensor:
        """Vertices that a solid face uses, ``(U, 3)``."""
        return self.vertices[torch.unique(self.solid.faces)]

    def light_seen(self, lights: Tensor, sharpness: list[float]) -> Tensor:
        """``(V, 1 + L)``: openness to the room, then the share of each light in direction ``lights (L, 3)``."""
        columns = [self.openness.ambient(self.normals)[:, None]]
        columns += [self.openness.towards(light[None], sharp) for light, sharp in zip(lights, sharpness, strict=True)]
        seen = torch.cat(columns, dim=1)
        for split in self.splits:
            seen = split.carry(seen)
        return smooth_over(seen, self.solid.faces, rounds=3)

    def rounded(self) -> Stage:
        """The same stage with every solid triangle split in four and bulged."""
        split = Split.of(self.solid.faces, len(self.vertices))
        part = self.solid
        four = Part(split.faces, split.carry_edges(part.polygon_edges), part.kind.repeat(4), part.eye.repeat(4))
        return replace(
            self,
            vertices=split.bulge(self.vertices, unit_normals(self.vertices, part.faces)),
            solid=four,
            colours=None if self.colours is None else split.carry(self.colours),
            splits=(*self.splits, split),
        )


def set_stage(
    mesh: Mesh,
    renderer: Renderer,
    *,
    gaze: Gaze | None = None,
    landmarks: Landmarks | None = None,
    clay: bool = False,
    smooth: bool = True,
) -> Stage:
    """Prepare ``mesh`` (canonical frame, any unit), rounded off if it is coarse.

    Raises ``LegoError`` when there is nothing to draw.
    """
    owner = torch.from_numpy(mesh.triangle_face())
    kind = torch.from_numpy(face_kinds(mesh))[owner]
    faces = torch.from_numpy(mesh.triangles())
    side = torch.from_numpy(face_sides(mesh))[owner]
    vertices, origin, unit = _near_one(mesh)
    eye, eyeballs = _eyes(vertices, faces, kind, side, gaze or {})
    everything = Part(faces, _polygon_edges(mesh), kind, eye)
    solid = everything.pick((kind != HIDDEN) & (kind != KINDS["hair"]))
    if not len(solid.faces):
        raise LegoError("the mesh is nothing but lashes or clear shells", "render it together with its head")
    hair = everything.pick(kind == KINDS["hair"])
    normals = unit_normals(vertices, torch.cat([solid.faces, hair.faces]))
    openness = bake_openness(vertices, normals, solid.faces, renderer)
    if clay:
        solid = replace(solid, kind=torch.full_like(solid.kind, KINDS["clay"]))
    colours = None if mesh.colours is None or clay else to_linear(torch.from_numpy(mesh.colours[:, :3]).float())
    worn = hair if len(hair.faces) and not clay else None
    lower = lower_lashes(vertices, hair.faces, hair.eye)
    stage = Stage(vertices, solid, worn, lower, eyeballs, colours, None, normals, openness, origin, unit)
    for _ in range(2):
        if smooth and len(stage.solid.faces) * 4 <= 2 * ENOUGH:
            stage = stage.rounded()
    bare = clay or colours is not None or not landmarks
    return stage if bare else replace(stage, makeup=lay_makeup(stage.vertices, landmarks or {}))


def _near_one(mesh: Mesh) -> tuple[Tensor, Tensor, float]:
    """Single-precision positions moved to the origin and scaled to size 1, the origin, and the size."""
    drawn = mesh.vertices[np.unique(mesh.corner_vertex)]
    if not len(drawn):
        raise LegoError("the mesh has no faces to draw", "render a mesh with faces; point clouds cannot be shaded")
    if not np.isfinite(drawn).all():
        raise LegoError("the mesh has positions that are no numbers", "repair it in the program that made it")
    low, high = drawn.min(0), drawn.max(0)
    origin, unit = (low + high) / 2, float((high - low).max()) or 1.0
    scaled = np.nan_to_num((mesh.vertices - origin) / unit).astype(np.float32)
    return torch.from_numpy(scaled), torch.from_numpy(origin), unit


def _polygon_edges(mesh: Mesh) -> Tensor:
    owner = mesh.triangle_face()
    ends = owner[1:] != owner[:-1]
    first, last = np.concatenate([[True], ends]), np.concatenate([ends, [True]])
    return torch.from_numpy(np.stack([first, np.ones_like(first), last], axis=1)[: len(owner)])


def _eyes(vertices: Tensor, faces: Tensor, kind: Tensor, side: Tensor, gaze: Gaze) -> tuple[Tensor, Eyeballs]:
    """The eyeball that each eye or lash triangle belongs to; parts without a side are split at x = 0."""
    is_eye, is_hair = kind == KINDS["eye"], kind == KINDS["hair"]
    middle = vertices[faces].mean(1)[:, 0]
    side = torch.where(side == 0, torch.where(middle > 0, 1, 2), side)
    eye = torch.zeros_like(kind)
    balls: dict[str, Tensor] = {}
    lashes: dict[str, Tensor] = {}
    for name, number in (("left", 1), ("right", 2)):
        chosen = is_eye & (side == number)
        if chosen.any():
            strands = is_hair & (side == number)
            eye[chosen | strands] = len(balls)
            balls[name] = vertices[torch.unique(faces[chosen])]
            lashes[name] = vertices[torch.unique(faces[strands])]
    return eye, Eyeballs.fit(balls, gaze, lashes)
