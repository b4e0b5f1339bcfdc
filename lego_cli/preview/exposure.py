"""One exposure: what the cameras see of a stage, in linear light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import Cameras, Renderer
from lego_cli.preview.eyes import paint_eyes
from lego_cli.preview.framing import axes
from lego_cli.preview.lashes import strand_cover
from lego_cli.preview.makeup import wear
from lego_cli.preview.materials import KINDS, MATERIALS
from lego_cli.preview.shading import LIGHTS, Surface, shade, tone
from lego_cli.preview.stage import Part, Stage
from lego_cli.preview.wire import wire_layer

_THROUGH = 0.16
"""Light that the inside of an open mesh gets, so that empty eyes and mouths are dark flesh and not black."""


def expose(stage: Stage, renderer: Renderer, cameras: Cameras, size: int, wire: bool) -> tuple[Tensor, Tensor]:
    """Premultiplied linear colour ``(B, S, S, 3)`` and coverage ``(B, S, S)``."""
    lights = _lights(cameras)
    carried = torch.stack([stage.light_seen(each, [sharp for _, _, sharp in LIGHTS]) for each in lights])
    colours = stage.carried_colours()
    if colours is not None:
        carried = torch.cat([carried, colours.expand(len(carried), -1, -1)], dim=2)
    shot = _Shot(stage, renderer, cameras, size, lights, carried)
    colour, alpha, depth = shot.take(stage.solid)
    if wire:
        colour = colour * (1 - 0.8 * wire_layer(stage, renderer, cameras, size)[..., None])
    if stage.hair is not None:
        hair, cover, hair_depth = shot.take(stage.hair)
        front = ((hair_depth > 0) & ((depth == 0) | (hair_depth < depth)))[..., None]
        colour = torch.where(front, colour * (1 - cover[..., None]) + hair, colour)
        alpha = torch.where(front[..., 0], alpha + cover - alpha * cover, alpha)
    return colour, alpha


def _lights(cameras: Cameras) -> Tensor:
    """``(B, L, 3)`` unit directions to the lights, which stand round the camera."""
    directions = torch.tensor([direction for direction, _, _ in LIGHTS]) * torch.tensor([1.0, 1.0, -1.0])
    return normalize(directions, dim=1) @ axes(cameras)


@dataclass(frozen=True)
class _Shot:
    """Draws parts of one stage with the same cameras and lights."""

    stage: Stage
    renderer: Renderer
    cameras: Cameras
    size: int
    lights: Tensor  # (B, L, 3)
    carried: Tensor  # (B, V, C) openness, share of each light, vertex colours

    def take(self, part: Part) -> tuple[Tensor, Tensor, Tensor]:
        """Premultiplied colour ``(B, S, S, 3)``, coverage and depth ``(B, S, S)`` of one part."""
        vertices = self.stage.vertices.expand(len(self.carried), -1, -1)
        drawn = self.renderer.render(vertices, part.faces, self.cameras, (self.size, self.size), self.carried)
        mask, depth = drawn["mask"][:, 0].clamp(0, 1), drawn["depth"][:, 0]
        covered = drawn["face"] >= 0
        place = covered.nonzero().unbind(1)
        view, face = place[0], drawn["face"][place]
        ray = _rays(self.cameras, self.size)[place]
        position = self.cameras.eye[view] + depth[place][:, None] * ray
        normal, carried = (drawn[name].permute(0, 2, 3, 1)[place] for name in ("normal", "attributes"))
        carried = carried / mask[place][:, None].clamp_min(1e-3)
        front = (part.plane_normals(self.stage.vertices)[face] * ray).sum(1, keepdim=True) <= 0
        normal = _towards_camera(normal, front, ray)
        carried[:, :4] = torch.where(front, carried[:, :4], _THROUGH + (1 - _THROUGH) * carried[:, :4])
        bare = self._bare(part, face, normal, -normalize(ray, dim=1), carried)
        bare = self._with_makeup(bare, part, face, position, carried)
        surface = self._with_eyes(bare, part, face, position, self.lights[view, 0])
        light = tone(shade(surface, self.lights[view].transpose(0, 1)))
        colour = light.new_zeros(*covered.shape, 3).index_put_(place, light)
        if part is self.stage.hair:
            lower = self.stage.lower_hair[face]
            cover = strand_cover(self.stage.eyeballs, part.eye[face], lower, position)
            mask = mask.index_put(place, mask[place] * cover)
        return _bleed_outwards(colour, covered, mask), mask, depth

    def _bare(self, part: Part, face: Tensor, normal: Tensor, to_camera: Tensor, carried: Tensor) -> Surface:
        """The surface as its material says."""
        look = torch.tensor([[*m.colour, m.roughness, m.shine, m.scatter, m.least] for m in MATERIALS])[part.kind[face]]
        colour = look[:, :3] if self.stage.colours is None else carried[:, 4:7]
        rough, shine, scatter, least = torch.split(look[:, 3:], 1, dim=1)
        seen = least + (1 - least) * carried[:, :4]
        return Surface(colour, normal, normal, to_camera, rough, shine, scatter, seen[:, :1], seen[:, 1:])

    def _with_makeup(self, surface: Surface, part: Part, face: Tensor, position: Tensor, carried: Tensor) -> Surface:
        """The surface with lips and brows on its skin, where the stage knows their places."""
        if self.stage.makeup is None:
            return surface
        skin = (part.kind[face] == KINDS["skin"]).nonzero()[:, 0]
        worn = wear(surface.colour[skin], carried[skin, 4:7], position[skin], self.stage.millimetre())
        lips = (carried[:, 4:5] + 0.25).clamp(0, 0.5) * (part.kind[face] == KINDS["skin"])[:, None]
        colour = surface.colour.index_copy(0, skin, worn)
        return replace(surface, colour=colour, roughness=surface.roughness - 0.3 * lips)

    def _with_eyes(self, surface: Surface, part: Part, face: Tensor, position: Tensor, key: Tensor) -> Surface:
        """The surface with irises and wet corneas painted on, unless the mesh brings colours of its own."""
        eyes = (part.kind[face] == KINDS["eye"]).nonzero()[:, 0]
        if not len(eyes) or self.stage.colours is not None:
            return surface
        painted = paint_eyes(self.stage.eyeballs, part.eye[face[eyes]], position[eyes], key[eyes])
        return replace(
            surface,
            colour=surface.colour.index_copy(0, eyes, painted.colour),
            normal=surface.normal.index_copy(0, eyes, painted.normal),
            gloss_normal=surface.gloss_normal.index_copy(0, eyes, painted.gloss_normal),
            wet=torch.zeros_like(surface.shine).index_fill(0, eyes, 1.0),
        )


def _towards_camera(normal: Tensor, front: Tensor, ray: Tensor) -> Tensor:
    """Unit normals ``(P, 3)``, turned round on the back of faces, and bent level where smoothing hides them."""
    normal, ray = normalize(normal, dim=1) * torch.where(front, 1.0, -1.0), normalize(ray, dim=1)
    hidden = ((normal * ray).sum(1, keepdim=True) + 0.02).clamp_min(0)
    return normalize(normal - hidden * ray, dim=1)


def _rays(cameras: Cameras, size: int) -> Tensor:
    """``(B, S, S, 3)`` from the eye through each pixel, one metre deep along the view axis."""
    line = (torch.arange(size) + 0.5) / size * 2 - 1
    slope = torch.tan(torch.deg2rad(cameras.fov) / 2)[:, None] * line
    right, up, forward = axes(cameras)[:, :, None, None].unbind(1)
    return forward + slope[:, None, :, None] * right - slope[:, :, None, None] * up


def _bleed_outwards(colour: Tensor, covered: Tensor, mask: Tensor) -> Tensor:
    """Give half-covered pixels outside the outline the mean colour of their covered neighbours, and premultiply."""
    view, row, column = (~covered & (mask > 0)).nonzero().unbind(1)
    last = colour.shape[1] - 1
    total, count = colour.new_zeros(len(view), 3), colour.new_zeros(len(view), 1)
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        place = view, (row + down).clamp(0, last), (column + across).clamp(0, last)
        total += colour[place]  # uncovered pixels are still black
        count += covered[place][:, None]
    return colour.index_put_((view, row, column), total / count.clamp_min(1)) * mask[..., None]
