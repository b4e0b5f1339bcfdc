"""One exposure: what the cameras see of a stage, in linear light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, normalize

from lego_cli.api import Cameras, Renderer
from lego_cli.preview.eyes import paint_eyes
from lego_cli.preview.framing import axes
from lego_cli.preview.lashes import strand_cover
from lego_cli.preview.makeup import wear
from lego_cli.preview.materials import KINDS, MATERIALS
from lego_cli.preview.paint import weights_in
from lego_cli.preview.shading import LIGHTS, Surface, shade, tone
from lego_cli.preview.shape import Part
from lego_cli.preview.stage import Stage
from lego_cli.preview.tiles import Tile, tiles_of
from lego_cli.preview.wire import wire_layer

_THROUGH = 0.16
"""Light that the inside of an open mesh gets, so that empty eyes and mouths are dark flesh and not black."""


def expose(stage: Stage, renderer: Renderer, cameras: Cameras, size: int, samples: int, wire: bool) -> Tensor:
    """Premultiplied linear colour and coverage ``(B, 4, S, S)``, from ``samples`` along each side of a pixel."""
    lights = _lights(cameras)
    carried = _carried(stage, lights)
    picture = carried.new_zeros(len(lights), 4, size, size)
    for place in tiles_of(size, samples):
        colour, alpha = _expose_tile(_Shot(stage, renderer, cameras, place.tile, lights, carried), wire)
        both = torch.cat([colour, alpha[..., None]], dim=-1)[:, place.own[0], place.own[1]].permute(0, 3, 1, 2)
        picture[:, :, place.rows, place.columns] = avg_pool2d(both.contiguous(), samples)
    return picture


def _expose_tile(shot: _Shot, wire: bool) -> tuple[Tensor, Tensor]:
    stage = shot.stage
    colour, alpha, depth = shot.take(stage.shape.solid, wire)
    if len(stage.parts) > 1:
        hair, cover, hair_depth = shot.take(stage.shape.hair)
        front = ((hair_depth > 0) & ((depth == 0) | (hair_depth < depth)))[..., None]
        colour = torch.where(front, colour * (1 - cover[..., None]) + hair, colour)
        alpha = torch.where(front[..., 0], alpha + cover - alpha * cover, alpha)
    return colour, alpha


def _carried(stage: Stage, lights: Tensor) -> Tensor:
    """``(B, V, C)``: openness, share of each light, normal, place along the lashes, vertex colours or makeup."""
    seen = torch.stack([stage.light_seen(each, [sharp for _, _, sharp in LIGHTS]) for each in lights])
    fixed = [stage.normals, stage.shape.lashes.share[:, None]]
    colours = stage.carried_colours()
    together = torch.cat(fixed if colours is None else [*fixed, colours], dim=1)
    return torch.cat([seen, together.expand(len(seen), -1, -1)], dim=2)


def _lights(cameras: Cameras) -> Tensor:
    """``(B, L, 3)`` unit directions to the lights, which stand round the camera."""
    directions = cameras.eye.new_tensor([direction for direction, _, _ in LIGHTS])
    return normalize(directions * directions.new_tensor([1.0, 1.0, -1.0]), dim=1) @ axes(cameras)


@dataclass(frozen=True)
class _Shot:
    """Draws parts of one stage in one tile with the same cameras and lights."""

    stage: Stage
    renderer: Renderer
    cameras: Cameras  # of the whole picture
    tile: Tile
    lights: Tensor  # (B, L, 3)
    carried: Tensor  # (B, V, C), see _carried

    def take(self, part: Part, wire: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """Premultiplied colour ``(B, S, S, 3)``, coverage and depth ``(B, S, S)`` of one part."""
        vertices = self.tile.sheared(self.stage.shape.vertices, self.cameras)
        size = (self.tile.size, self.tile.size)
        if not self.tile.shows(vertices[:, torch.unique(part.faces)], self.cameras):
            nothing = vertices.new_zeros(len(vertices), *size)
            return nothing[..., None].expand(-1, -1, -1, 3), nothing, nothing
        drawn = self.renderer.render(vertices, part.faces, self.tile.cameras(self.cameras), size, self.carried)
        mask, depth = drawn["mask"][:, 0].clamp(0, 1), drawn["depth"][:, 0]
        covered = drawn["face"] >= 0
        place = covered.nonzero().unbind(1)
        view, face = place[0], drawn["face"][place]
        ray = self.tile.rays(self.cameras)[place]
        position = self.cameras.eye[view] + depth[place][:, None] * ray
        carried = drawn["attributes"].permute(0, 2, 3, 1)[place] / mask[place][:, None].clamp_min(1e-3)
        seen, normal, share, paint = carried.split([4, 3, 1, carried.shape[1] - 8], dim=1)
        front = (part.plane_normals(self.stage.shape.vertices)[face] * ray).sum(1, keepdim=True) <= 0
        normal = _towards_camera(normal, front, ray)
        seen = torch.where(front, seen, _THROUGH + (1 - _THROUGH) * seen)
        bare = self._bare(part, face, normal, -normalize(ray, dim=1), seen, paint)
        bare = self._with_paint(bare, part, face, position, depth[place])
        bare = self._with_teeth(self._with_makeup(bare, part, face, position, paint), part, face, position)
        surface = self._with_eyes(bare, part, face, position, self.lights[view, 0])
        light = tone(shade(surface, self.lights[view].transpose(0, 1)))
        colour = light.new_zeros(*covered.shape, 3).index_put_(place, light)
        if wire:
            lines = wire_layer(self.stage.shape.vertices, part, self.cameras, self.tile, drawn["face"])
            colour = colour * (1 - 0.85 * lines[..., None])
        if part is self.stage.shape.hair:
            lower = self.stage.shape.lashes.lower[face]
            cover = strand_cover(self.stage.eyeballs, part.eye[face], lower, share[:, 0], position)
            mask = mask.index_put(place, mask[place] * cover)
        return _bleed_outwards(colour, covered, mask), mask, depth

    def _bare(
        self, part: Part, face: Tensor, normal: Tensor, to_camera: Tensor, seen: Tensor, paint: Tensor
    ) -> Surface:
        """The surface as its material says."""
        table = [[*m.colour, m.roughness, m.shine, m.scatter, m.least] for m in MATERIALS]
        look = normal.new_tensor(table)[part.kind[face]]
        colour = look[:, :3] if self.stage.shape.colours is None else paint
        rough, shine, scatter, least = torch.split(look[:, 3:], 1, dim=1)
        seen = least + (1 - least) * seen
        return Surface(colour, normal, normal, to_camera, rough, shine, scatter, seen[:, :1], seen[:, 1:])

    def _with_paint(self, surface: Surface, part: Part, face: Tensor, position: Tensor, depth: Tensor) -> Surface:
        """The surface with the mesh's own textures and materials."""
        paint = self.stage.shape.paint
        if paint is None or not len(face):
            return surface
        slope = torch.tan(torch.deg2rad(self.cameras.fov) / 2).mean()
        width = 2 * slope * depth / self.tile.full * self.stage.unit
        corners = [self.stage.shape.vertices[part.faces[face, k]] for k in range(3)]
        weights = torch.einsum("pk,pkc->pc", weights_in(position, *corners), part.place[face])
        colour, known = paint(part.origin[face], weights, width)
        return replace(surface, colour=torch.where(known[:, None], colour, surface.colour))

    def _unpainted(self, part: Part, face: Tensor) -> Tensor:
        """(P,) bool: where the mesh brings no colour of its own."""
        if self.stage.shape.colours is not None:
            return torch.zeros_like(face, dtype=torch.bool)
        paint = self.stage.shape.paint
        return torch.ones_like(face, dtype=torch.bool) if paint is None else ~paint.known(part.origin[face])

    def _with_makeup(self, surface: Surface, part: Part, face: Tensor, position: Tensor, paint: Tensor) -> Surface:
        """The surface with lips and brows on its skin, where the stage knows their places."""
        if self.stage.makeup is None:
            return surface
        skin = (part.kind[face] == KINDS["skin"]).nonzero()[:, 0]
        worn = wear(surface.colour[skin], paint[skin], position[skin], self.stage.millimetre())
        lips = (paint[:, :1] + 0.25).clamp(0, 0.5) * (part.kind[face] == KINDS["skin"])[:, None]
        colour = surface.colour.index_copy(0, skin, worn)
        return replace(surface, colour=colour, roughness=surface.roughness - 0.3 * lips)

    def _with_teeth(self, surface: Surface, part: Part, face: Tensor, position: Tensor) -> Surface:
        """The surface with teeth painted on rows that are one strip, unless the mesh brings colours of its own."""
        jaw = part.jaw[face]
        rows = ((jaw >= 0) & (part.kind[face] == KINDS["teeth"]) & self._unpainted(part, face)).nonzero()[:, 0]
        if not len(rows):
            return surface
        painted = self.stage.jaws.paint(jaw[rows], position[rows], surface.colour[rows])
        return replace(surface, colour=surface.colour.index_copy(0, rows, painted))

    def _with_eyes(self, surface: Surface, part: Part, face: Tensor, position: Tensor, key: Tensor) -> Surface:
        """The surface with wet corneas, and irises painted on where the mesh brings no colours of its own."""
        eyes = (part.kind[face] == KINDS["eye"]).nonzero()[:, 0]
        if not len(eyes) or self.stage.shape.colours is not None:
            return surface
        painted = paint_eyes(self.stage.eyeballs, part.eye[face[eyes]], position[eyes], key[eyes])
        bare = self._unpainted(part, face)[eyes, None]
        return replace(
            surface,
            colour=surface.colour.index_copy(0, eyes, torch.where(bare, painted.colour, surface.colour[eyes])),
            normal=surface.normal.index_copy(0, eyes, painted.normal),
            gloss_normal=surface.gloss_normal.index_copy(0, eyes, painted.gloss_normal),
            wet=torch.zeros_like(surface.shine).index_fill(0, eyes, 1.0),
        )


def _towards_camera(normal: Tensor, front: Tensor, ray: Tensor) -> Tensor:
    """Unit normals ``(P, 3)``, turned round on the back of faces, and bent level where smoothing hides them."""
    normal, ray = normalize(normal, dim=1) * torch.where(front, 1.0, -1.0), normalize(ray, dim=1)
    hidden = ((normal * ray).sum(1, keepdim=True) + 0.02).clamp_min(0)
    return normalize(normal - hidden * ray, dim=1)


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
