"""A mesh made ready for pictures: its shape, its make-up, and how open each vertex lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import Mesh, Renderer
from lego_cli.errors import LegoError
from lego_cli.preview.eyes import Eyeballs
from lego_cli.preview.framing import Frame
from lego_cli.preview.makeup import lay_makeup
from lego_cli.preview.materials import KINDS
from lego_cli.preview.occlusion import Openness, Scene, bake_ball, bake_openness, open_to_all, smooth_over, unit_normals
from lego_cli.preview.shape import Gaze, Part, Shape, shape_of
from lego_cli.preview.teeth import Jaws

if TYPE_CHECKING:
    from lego_cli.preview.makeup import Landmarks


@dataclass(frozen=True)
class Stage:
    """Everything about one mesh that does not depend on the camera, at size 1 about the origin."""

    shape: Shape
    normals: Tensor  # (V, 3) for soft light
    openness: Openness  # of all vertices
    eyeballs: Eyeballs
    jaws: Jaws
    makeup: Tensor | None  # (V, 3) see makeup.py
    origin: Tensor  # (3,) of the vertices, in the unit of the mesh
    unit: float  # size of the mesh in its own unit; 1 on the stage

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is drawn, from the bottom up; lashes are see-through and come last."""
        return (self.shape.solid, self.shape.hair) if len(self.shape.hair.faces) else (self.shape.solid,)

    def frame(self, shared: Frame | None) -> Frame:
        """A frame given in the unit of the mesh, or by default the one that this mesh fills, on the stage."""
        if shared is None:
            return Frame.of(self.shape.seen_vertices().cpu().numpy())
        x, y, z = self.placed(shared.centre).tolist()
        return Frame((x, y, z), shared.distance / self.unit)

    def placed(self, point: tuple[float, float, float]) -> Tensor:
        """``(3,)`` a place in the unit of the mesh, on the stage."""
        return (self.origin.new_tensor(point) - self.origin) / self.unit

    def carried_colours(self) -> Tensor | None:
        """``(V, 3)`` vertex colours, else makeup, else None."""
        return self.makeup if self.shape.colours is None else self.shape.colours

    def millimetre(self) -> Tensor:
        """One millimetre on a head of 230 mm, on the stage."""
        seen = self.shape.seen_vertices()
        return (seen.amax(0) - seen.amin(0))[1] / 230

    def light_seen(self, lights: Tensor, sharpness: list[float]) -> Tensor:
        """``(V, 1 + L)``: openness to the room, then the share of each light in direction ``lights (L, 3)``."""
        columns = [self.openness.ambient(self.normals)[:, None]]
        columns += [self.openness.towards(light[None], sharp) for light, sharp in zip(lights, sharpness, strict=True)]
        return smooth_over(torch.cat(columns, dim=1), self.shape.solid.faces, rounds=4)


def set_stage(
    mesh: Mesh,
    renderer: Renderer,
    *,
    gaze: Gaze | None = None,
    landmarks: Landmarks | None = None,
    clay: bool = False,
    smooth: bool = True,
    shade: bool = True,
    device: str = "cpu",
) -> Stage:
    """Prepare ``mesh`` (canonical frame, any unit), rounded off if it is coarse; without ``shade`` light goes through.

    Raises ``LegoError`` when there is nothing to draw.
    """
    vertices, origin, unit = near_one(mesh)
    coarse, eyeballs, jaws = shape_of(mesh, vertices.to(device), gaze or {})
    shape = coarse.rounded() if smooth else coarse
    normals = soft_normals(shape, shape is not coarse)
    openness = openness_of(shape, normals, coarse, eyeballs, renderer) if shade else open_to_all(shape.vertices)
    if clay:
        shape = in_clay(shape)
    bare = clay or shape.coloured or not landmarks
    makeup = None if bare else lay_makeup(shape.vertices, landmarks or {})
    return Stage(shape, normals, openness, eyeballs, jaws, makeup, origin, unit)


def in_clay(shape: Shape) -> Shape:
    """The shape without lashes and colours, of one material."""
    solid = replace(shape.solid, kind=torch.full_like(shape.solid.kind, KINDS["clay"]))
    return replace(shape, solid=solid, hair=shape.hair.pick(shape.hair.kind < 0), colours=None, paint=None)


def soft_normals(shape: Shape, rounded: bool) -> Tensor:
    """``(V, 3)``; on rounded meshes they run smoothly over the edges that have been split."""
    normals = unit_normals(shape.vertices, torch.cat([shape.solid.faces, shape.hair.faces]))
    return normalize(smooth_over(normals, shape.solid.faces, 2 if rounded else 0), dim=1)


def openness_of(shape: Shape, normals: Tensor, coarse: Shape, eyeballs: Eyeballs, renderer: Renderer) -> Openness:
    """Of every vertex of a shape among the faces of the coarse one; finer on the eyeballs."""
    scene = Scene(coarse.vertices, coarse.solid.faces, renderer)
    openness = bake_openness(shape.vertices, normals, scene)
    lids = replace(scene, faces=coarse.solid.faces[coarse.solid.kind != KINDS["eye"]])
    seen = openness.seen
    for index, eyeball in enumerate(zip(eyeballs.centre, eyeballs.radius, eyeballs.gaze, strict=True)):
        ball = torch.unique(shape.solid.faces[(shape.solid.kind == KINDS["eye"]) & (shape.solid.eye == index)])
        seen = seen.index_copy(0, ball, bake_ball(shape.vertices[ball], normals[ball], lids, eyeball).seen)
    return Openness(openness.directions, seen)


def near_one(mesh: Mesh) -> tuple[Tensor, Tensor, float]:
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
