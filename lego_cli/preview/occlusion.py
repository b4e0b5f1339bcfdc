"""How much of its surroundings each vertex sees, from depth pictures taken all round the mesh."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import Cameras, Renderer
from lego_cli.preview.framing import axes

COUNT = 128
"""Directions that light comes from."""


@dataclass(frozen=True)
class Openness:
    """Visibility of distant light, ``seen (V, N)`` in 0..1, from ``directions (N, 3)``."""

    directions: Tensor
    seen: Tensor

    def ambient(self, normals: Tensor) -> Tensor:
        """``(V,)`` share of the cosine-weighted hemisphere over each normal ``(V, 3)`` that is open."""
        weight = (normals @ self.directions.T).clamp_min(0)
        return (self.seen * weight).sum(1) / weight.sum(1).clamp_min(1e-6)

    def towards(self, light: Tensor, sharpness: float) -> Tensor:
        """``(V, L)`` share of each area light that is seen; ``light (L, 3)`` directions to the lights' middles."""
        weight = torch.exp(sharpness * (self.directions @ light.T - 1))
        return self.seen @ (weight / weight.sum(0))


def open_to_all(points: Tensor) -> Openness:
    """``points (P, 3)`` that see all round: nothing is worked out, pictures are quick and a little flat."""
    directions = _sphere(COUNT, points)
    return Openness(directions, points.new_ones(len(points), COUNT))


@dataclass(frozen=True)
class Scene:
    """What hides the light, and who draws it."""

    vertices: Tensor  # (V, 3)
    faces: Tensor  # (F, 3)
    renderer: Renderer

    def near(self, centre: Tensor, reach: Tensor) -> Scene:
        """The faces that come within ``reach`` of a place."""
        close = ((self.vertices[self.faces] - centre).norm(dim=2) < reach).any(1)
        return Scene(self.vertices, self.faces[close], self.renderer)


def bake_openness(points: Tensor, normals: Tensor, scene: Scene, *, size: int = 96) -> Openness:
    """Openness of ``points (P, 3)`` near the surface of a scene, from depth pictures of ``size`` pixels square."""
    centre = (scene.vertices.amin(0) + scene.vertices.amax(0)) / 2
    radius = (scene.vertices - centre).norm(dim=1).amax().clamp_min(1e-9)
    directions = _sphere(COUNT, points)
    return Openness(directions, _Lens(directions, centre, radius, size).seen(points, normals, scene, 0.012, 0.03))


def bake_ball(points: Tensor, normals: Tensor, scene: Scene, eyeball: tuple[Tensor, Tensor, Tensor]) -> Openness:
    """Openness of an eyeball's ``points (P, 3)`` under the lids and brows in a scene without eyeballs, whose shade is
    too narrow for :func:`bake_openness`; ``eyeball``: centre, radius and gaze. Nothing is seen from behind it."""
    centre, radius, gaze = eyeball
    scene = scene.near(centre, 3 * radius)
    directions = _sphere(COUNT, points)
    ahead = (directions @ gaze > -0.1).nonzero()[:, 0]
    if not len(scene.faces):
        return Openness(directions, (normals @ directions.T > 0).to(points))
    seen = _Lens(directions[ahead], centre, 1.5 * radius, 64).seen(points, normals, scene, 0.02, 0.10)
    return Openness(directions, points.new_zeros(len(points), COUNT).index_copy(1, ahead, seen))


@dataclass(frozen=True)
class _Lens:
    """Looks at a ball from far away."""

    directions: Tensor  # (N, 3)
    centre: Tensor
    radius: Tensor
    size: int

    def seen(self, points: Tensor, normals: Tensor, scene: Scene, lift: float, soft: float) -> Tensor:
        """``(P, N)`` whether each point is in sight; points stand off their surface by ``lift``, and shadows set in
        over a depth of ``soft``, both in radii. Nothing is seen of points that face away."""
        cameras = _far_cameras(self.directions, self.centre, self.radius)
        count = len(self.directions)
        vertices = scene.vertices.expand(count, -1, -1)
        drawn = scene.renderer.render(vertices, scene.faces, cameras, (self.size, self.size))
        depth = torch.where(drawn["face"][:, None] >= 0, drawn["depth"], torch.inf)[:, 0]
        lifted = points + normals * (lift * self.radius)
        seen = points.new_zeros(len(points), count)
        for view, direction in enumerate(self.directions):
            facing = (normals @ direction > -0.05).nonzero()[:, 0]
            seen[facing, view] = _seen(lifted[facing], depth, cameras, view, soft * self.radius)
        return seen


def _sphere(count: int, like: Tensor) -> Tensor:
    """Evenly spread directions (a Fibonacci lattice), symmetric enough for faces."""
    step = torch.arange(count, dtype=like.dtype, device=like.device) + 0.5
    height = 1 - 2 * step / count
    turn = math.pi * (1 + math.sqrt(5)) * step
    level = (1 - height**2).sqrt()
    return torch.stack([level * turn.cos(), height, level * turn.sin()], dim=1)


def _far_cameras(directions: Tensor, centre: Tensor, radius: Tensor) -> Cameras:
    """Cameras so far off that their rays are nearly parallel."""
    distance = 30.0
    target = centre.expand_as(directions)
    fov = 2 * math.degrees(math.atan(1.04 / (distance - 1)))
    up = torch.where(
        directions[:, 1:2].abs() > 0.9, directions.new_tensor([[0, 0, 1]]), directions.new_tensor([[0, 1, 0]])
    )
    return Cameras(target + distance * radius * directions, target, up, directions.new_full((len(directions),), fov))


def _seen(point: Tensor, depth: Tensor, cameras: Cameras, view: int, soft: Tensor) -> Tensor:
    """``(P,)`` soft shadow test of every point against one depth picture, averaged over four pixels."""
    size = depth.shape[-1]
    local = (point - cameras.eye[view]) @ axes(cameras)[view].T
    scale = size / 2 / (local[:, 2] * math.tan(math.radians(float(cameras.fov[view])) / 2))
    column, row = local[:, 0] * scale + size / 2 - 0.5, size / 2 - 0.5 - local[:, 1] * scale
    left, top = column.floor().clamp(0, size - 2), row.floor().clamp(0, size - 2)
    across, down = (column - left).clamp(0, 1), (row - top).clamp(0, 1)
    index = (top * size + left).long()
    flat = depth[view].reshape(-1)
    total = torch.zeros_like(across)
    for offset, weight in (
        (0, (1 - across) * (1 - down)),
        (1, across * (1 - down)),
        (size, (1 - across) * down),
        (size + 1, across * down),
    ):
        total += weight * (1 - ((local[:, 2] - flat[index + offset]) / soft).clamp(0, 1))
    return total


def smooth_over(values: Tensor, faces: Tensor, rounds: int = 1) -> Tensor:
    """Average ``(V, C)`` with the neighbours along the faces, which hides the grain of the bake."""
    ends = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    count = values.new_zeros(len(values)).index_add(0, ends.reshape(-1), values.new_ones(ends.numel()))
    for _ in range(rounds):
        total = torch.zeros_like(values).index_add(0, ends[:, 0], values[ends[:, 1]])
        total = total.index_add(0, ends[:, 1], values[ends[:, 0]])
        values = (values + total / count.clamp_min(1)[:, None]) / torch.where(count > 0, 2.0, 1.0)[:, None]
    return values


def unit_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """Area-weighted vertex normals ``(V, 3)``."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(0, faces[:, k], normal)
    return normalize(total, dim=1, eps=1e-20)
