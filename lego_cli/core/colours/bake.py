"""The colours of an input on another topology: one picture in its UVs, or colours of its vertices where it has none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Surface
from lego_cli.core.colours.colour_fill import SOFT, VertexMeans, carried_on
from lego_cli.core.colours.colour_places import mixed
from lego_cli.core.colours.eye_colours import eye_colours
from lego_cli.core.colours.input_colours import ON_PART, ON_SKIN, SOURCES, InputColours
from lego_cli.core.colours.laid_topology import LaidTopology, laid_topology
from lego_cli.core.colours.painted import srgb_bytes, to_srgb
from lego_cli.core.colours.part_paint import part_paint
from lego_cli.core.colours.texels import PictureTexels, Texels, VertexTexels, in_batches
from lego_cli.core.colours.texture_padding import padded
from lego_cli.core.colours.uv_raster import UvRaster, uv_raster
from lego_cli.mesh.texture import png_texture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lego_cli.api import Floats, Ints, Mesh, Topology
    from lego_cli.core.stylist import Stylist

MATERIALS = {"eyes": ("eye_left", "eye_right"), "mouth": ("mouth_bag", "teeth_upper", "teeth_lower", "tongue"),
             "lashes": ("lashes",)}  # fmt: skip
ROUGHNESS = {"eyes": 0.15, "mouth": 0.35}
ROUGH = 256  # texels along a side, to see whether materials lie over one another
LEAST, FINER = 128, 2.0  # texels along a side; an eye may be so many times as fine as skin
SHARED = 0.002  # of the texels of two materials in one place: they have a picture each
EYES = ("eye_left", "eye_right")


@dataclass(frozen=True, eq=False)
class Look:
    """What a mesh of one topology wears."""

    materials: tuple[str, ...] = ()
    face_material: Ints | None = None
    surfaces: Mapping[str, Surface] = field(default_factory=dict)
    colours: Floats | None = None  # (V, 3) sRGB
    uvs: tuple[Floats, Ints] | None = None  # (T, 2) and the corners' (C,), where they are not the topology's own
    figures: Mapping[str, float] = field(default_factory=dict)  # size, share of the skin that the input had, ...

    def worn_by(self, mesh: Mesh) -> Mesh:
        """``mesh``, of the topology that this was made for, with these looks."""
        uvs, corner_uv = self.uvs or (mesh.uvs, mesh.corner_uv)
        return replace(
            mesh,
            uvs=uvs,
            corner_uv=corner_uv,
            materials=self.materials,
            face_material=self.face_material,
            surfaces=dict(self.surfaces),
            colours=self.colours,
        )


def bake(source: InputColours, encoded: Any, stylist: Stylist, topology: Topology, size: int) -> Look:
    """The looks of an encoded input on ``topology``, in pictures of ``size`` texels square; deterministic."""
    laid = laid_topology(topology, encoded, stylist)
    mesh = topology.mesh
    if mesh.uvs is None or mesh.corner_uv is None or not len(mesh.face_sizes):
        colour, share = _colours(source, topology, laid, VertexTexels(laid))
        return Look(mesh.materials, mesh.face_material, colours=to_srgb(colour), figures={"from_input": _mean([share])})
    materials, face_material = part_materials(mesh, laid)
    surfaces, figures = _pictures(source, topology, laid, materials, face_material, size)
    return Look(materials, face_material, surfaces, figures=figures)


def part_materials(mesh: Mesh, laid: LaidTopology) -> tuple[tuple[str, ...], Ints]:
    """The topology's own materials, or one for each kind of part: eyes shine, skin does not."""
    if mesh.materials and mesh.face_material is not None and (mesh.face_material >= 0).all():
        return mesh.materials, mesh.face_material
    kind = {part: name for name, parts in MATERIALS.items() for part in parts}
    part = laid.part[mesh.corner_vertex[mesh.face_starts]]
    names = np.array([kind.get(name, "skin") for name in part])
    found = [name for name in ("skin", *MATERIALS) if (names == name).any()]
    return tuple(found), np.array([found.index(name) for name in names.tolist()], dtype=np.int64)


def _pictures(
    source: InputColours, topology: Topology, laid: LaidTopology, materials: tuple[str, ...], face_material: Ints,
    size: int,
) -> tuple[dict[str, Surface], dict[str, float]]:  # fmt: skip
    """One picture for all materials, or one each where their UVs lie over one another."""
    shares: list[float] = []
    surfaces: dict[str, Surface] = {}
    sheets = sheets_of(topology.mesh, face_material, size)
    for numbers, raster in sheets:
        picture, share = _picture(source, topology, laid, raster)
        texture = png_texture(srgb_bytes(picture))
        shares.append(share)
        for k in numbers:
            surfaces[materials[k]] = Surface((1.0, 1.0, 1.0), _roughness(source, materials[k]), texture)
    figures = {"size": size, "pictures": len(sheets), "from_input": _mean(shares)}
    return surfaces, figures


def _mean(shares: list[float]) -> float:
    """Of the pictures that show skin; 1 where none does."""
    known = [share for share in shares if np.isfinite(share)]
    return round(float(np.mean(known)), 4) if known else 1.0


def sheets_of(mesh: Mesh, face_material: Ints, size: int) -> list[tuple[list[int], UvRaster]]:
    """The pictures to make, each with the materials that share it; of several, those of small things are smaller."""
    used = np.unique(face_material).tolist()
    everything = np.arange(len(mesh.face_sizes))
    if not mesh.materials or len(used) < 2 or not _lie_over_one_another(mesh, face_material, used):
        return [(used, uv_raster(mesh, everything, size))]
    sizes = _sizes(mesh, face_material, used, size)
    return [([k], uv_raster(mesh, np.flatnonzero(face_material == k), sizes[k])) for k in used]


def _lie_over_one_another(mesh: Mesh, face_material: Ints, used: list[int]) -> bool:
    covered = np.sum([uv_raster(mesh, np.flatnonzero(face_material == k), ROUGH).triangle >= 0 for k in used], axis=0)
    return bool((covered > 1).sum() > SHARED * max(int((covered > 0).sum()), 1))


def _sizes(mesh: Mesh, face_material: Ints, used: list[int], size: int) -> dict[int, int]:
    """Texels along the side of each material's picture: none is much finer than that of the largest surface."""
    a, b, c = (mesh.vertices[mesh.triangles()[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    u, v, w = (uv_raster(mesh, np.zeros(0, np.int64), 1).corners[:, k] for k in range(3))
    flat = np.abs((v - u)[:, 0] * (w - u)[:, 1] - (v - u)[:, 1] * (w - u)[:, 0])
    owner = face_material[mesh.triangle_face()]
    whole = {k: float(area[owner == k].sum()) for k in used}
    width = {k: np.sqrt(whole[k] / max(float(np.nansum(flat[owner == k])), 1e-12)) for k in used}
    finest = width[max(used, key=lambda k: whole[k])] / FINER
    return {k: max(min(size, LEAST), size >> max(0, int(np.log2(max(finest / width[k], 1))))) for k in used}


def _roughness(source: InputColours, material: str) -> float:
    """Of eyes and mouths as they are; of the rest what most of the input's skin has."""
    if material in ROUGHNESS:
        return ROUGHNESS[material]
    surfaces = source.paint.surfaces
    skin = source.paint.material[source.role == "skin"]
    skin = skin[skin >= 0]
    return surfaces[int(np.bincount(skin).argmax())].roughness if len(skin) else Surface.roughness


def _picture(source: InputColours, topology: Topology, laid: LaidTopology, raster: UvRaster) -> tuple[Floats, float]:
    """``(S, S, 3)`` linear, and the share of the skin that has its colour from the input."""
    colour, share = _colours(source, topology, laid, PictureTexels(raster, laid))
    filled = raster.triangle >= 0
    picture = np.zeros((raster.size, raster.size, 3), np.float32)
    picture[filled] = colour
    return padded(picture, filled), share


def _colours(
    source: InputColours, topology: Topology, laid: LaidTopology, places: PictureTexels | VertexTexels
) -> tuple[Floats, float]:
    """Linear light of every place ``(n, 3)``, and how much of the skin the input gave."""
    colour: Floats = np.zeros((places.count, 3), np.float32)
    known: Floats = np.zeros(places.count, np.float32)
    means = VertexMeans(len(laid.vertices))
    for part in places.parts():
        if part in EYES:  # all of it together: what is seen of an iris tells the rest
            chosen = places.where(part)
            colour[chosen], known[chosen] = eye_colours(source, topology, laid, part, places.texels(chosen))
            continue
        for chosen in in_batches(places.where(part)):
            texels = places.texels(chosen)
            colour[chosen], known[chosen] = _asked(source, laid, part, texels)
            if part in SOFT:
                means.add(texels, colour[chosen], known[chosen])
            else:
                share, plain = known[chosen][:, None], part_paint(topology, part, texels.triangle, texels.weights)
                colour[chosen] = share * colour[chosen] + (1 - share) * plain
    base = carried_on(laid, *means.result())
    for part in SOFT:
        unsure = places.where(part)
        for chosen in in_batches(unsure[known[unsure] < 1]):
            texels, share = places.texels(chosen), known[chosen][:, None]
            colour[chosen] = share * colour[chosen] + (1 - share) * mixed(base, texels.corners, texels.weights)
    skin = known[places.where("skin")]
    return colour, round(float(skin.mean()), 4) if len(skin) else float("nan")


def _asked(source: InputColours, laid: LaidTopology, part: str, texels: Texels) -> tuple[Floats, Floats]:
    if part not in SOURCES or not source.has(part):
        return np.zeros((len(texels.points), 3), np.float32), np.zeros(len(texels.points))
    belief = ON_SKIN if part in ("skin", "lining") else ON_PART
    if part in ("teeth_upper", "teeth_lower", "tongue"):
        moved = _onto(texels.points, laid.vertices[laid.part == part], source.points_of(part))
        return source(part, belief, texels, moved)
    return source(part, belief, texels)


def _onto(points: Floats, box: Floats, other: Floats) -> Floats:
    """``points`` of the box round ``box`` in the box round ``other``: rows of teeth are not where they were decoded."""
    low, high = box.min(0), box.max(0)
    share = (points - low) / np.maximum(high - low, 1e-9)
    moved: Floats = other.min(0) + share * (other.max(0) - other.min(0))
    return moved
