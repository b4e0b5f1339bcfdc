"""A look for heads whose input has no colours: skin with lips, brows and blush, irises and teeth, as in previews."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.api import Surface, Texture
from lego_cli.core.colours.bake import ROUGHNESS, Look, part_materials, sheets_of
from lego_cli.core.colours.laid_topology import LaidTopology, vertex_parts
from lego_cli.core.colours.lash_cards import lash_surface, lash_uvs
from lego_cli.core.colours.painted import srgb_bytes
from lego_cli.core.colours.part_paint import part_paint
from lego_cli.core.colours.texels import PictureTexels, in_batches
from lego_cli.core.colours.texture_padding import padded
from lego_cli.core.geometry.oriented import Triangles
from lego_cli.preview.makeup import EYE_SPAN, carried_landmarks, lay_makeup, wear

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Topology
    from lego_cli.core.colours.texels import Texels
    from lego_cli.core.colours.uv_raster import UvRaster

SIZE = 1024  # texels along a side
QUALITY = 92  # of the JPEG
SKIN_ROUGHNESS = 0.55
LASHES = "lashes"


def made_up(topology: Topology, head: HeadModel, size: int = SIZE) -> Look | None:
    """Painted looks of a topology, the same for everybody; None where it has no UVs to paint in."""
    mesh = topology.mesh
    if mesh.uvs is None or mesh.corner_uv is None or not len(mesh.face_sizes):
        return None
    corners = mesh.triangles()
    normals = Triangles(mesh.vertices, corners, np.zeros(len(corners), np.int64)).vertex_normals()
    laid = LaidTopology(mesh.vertices, normals, corners, vertex_parts(topology))
    materials, face_material = part_materials(mesh, laid)
    makeup = _Makeup(topology, head)
    surfaces = {}
    for numbers, raster in sheets_of(mesh, face_material, size):
        texture = _jpeg(_picture(topology, laid, raster, makeup))
        for k in numbers:
            roughness = ROUGHNESS.get(materials[k], SKIN_ROUGHNESS)
            surfaces[materials[k]] = Surface((1.0, 1.0, 1.0), roughness, texture)
    cards = lash_uvs(mesh)
    if cards is None or LASHES not in surfaces:
        return Look(materials, face_material, surfaces)
    surfaces[LASHES] = lash_surface()
    corner_uv = mesh.corner_uv.copy()
    corner_uv[cards[0]] = len(mesh.uvs) + np.arange(len(cards[0]))
    return Look(materials, face_material, surfaces, uvs=(np.concatenate([mesh.uvs, cards[1]]), corner_uv))


class _Makeup:
    """Lips, brows and blush as fields at the topology's vertices."""

    def __init__(self, topology: Topology, head: HeadModel) -> None:
        self.topology, marks = topology, carried_landmarks(topology, head)
        vertices = torch.from_numpy(np.asarray(topology.mesh.vertices, np.float32))
        self.fields = lay_makeup(vertices, marks)
        if self.fields is not None:
            corners = vertices[torch.from_numpy(np.asarray(marks["ibug68"])[[36, 45]])]
            self.millimetre = (corners[0] - corners[1]).norm() / EYE_SPAN

    def on(self, texels: Texels) -> Floats:
        """Linear light ``(n, 3)`` of skin texels."""
        plain = part_paint(self.topology, "skin", texels.triangle, texels.weights)
        if self.fields is None:
            return plain
        corners = torch.from_numpy(texels.corners)
        weights = torch.from_numpy(np.asarray(texels.weights, np.float32))[..., None]
        worn = (self.fields[corners] * weights).sum(1)
        points = torch.from_numpy(np.asarray(texels.points, np.float32))
        return np.asarray(wear(torch.from_numpy(plain), worn, points, self.millimetre).numpy())


def _picture(topology: Topology, laid: LaidTopology, raster: UvRaster, makeup: _Makeup) -> Floats:
    """``(S, S, 3)`` linear light."""
    places = PictureTexels(raster, laid)
    colour: Floats = np.zeros((places.count, 3), np.float32)
    for part in places.parts():
        for chosen in in_batches(places.where(part)):
            texels = places.texels(chosen)
            on_skin = part == "skin"
            colour[chosen] = makeup.on(texels) if on_skin else part_paint(
                topology, part, texels.triangle, texels.weights
            )  # fmt: skip
    picture = np.zeros((raster.size, raster.size, 3), np.float32)
    filled = raster.triangle >= 0
    picture[filled] = colour
    return padded(picture, filled)


def _jpeg(linear: Floats) -> Texture:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(srgb_bytes(linear)).save(stream, "JPEG", quality=QUALITY, subsampling=0)
    return Texture(stream.getvalue(), "image/jpeg")
