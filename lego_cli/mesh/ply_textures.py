"""Textures of PLY files, as MeshLab writes them: ``comment TextureFile NAME``, and a ``texnumber`` for each face."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh, Surface, Texture
from lego_cli.mesh.mtl import decoded
from lego_cli.mesh.notes import Notes
from lego_cli.mesh.picture_shelf import PictureShelf
from lego_cli.mesh.side_files import SideFiles, side_bytes

if TYPE_CHECKING:
    from lego_cli.api import Ints

_NAMED = re.compile(rb"^comment[ \t]+texturefile[ \t]+([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


def with_ply_textures(mesh: Mesh, header: bytes, numbers: Ints | None) -> Mesh:
    """The mesh with a material for each texture that the header names; ``numbers (F,)`` say which a face has.

    What is missing or broken becomes a note.
    """
    names = [decoded(name).strip() for name in _NAMED.findall(header)]
    if not names or mesh.uvs is None or mesh.path is None:
        return mesh
    notes, files = Notes(), SideFiles()
    shelf = PictureShelf(notes)
    textures = [_texture(shelf, files, mesh.path.parent, name) for name in names]
    materials = tuple(dict.fromkeys(Path(name.replace("\\", "/")).stem or name for name in names))
    if len(materials) < len(names):
        materials = tuple(names[k] + f" {k}" for k in range(len(names)))
    count = len(mesh.face_sizes)
    face_material = np.zeros(count, np.int64)
    if numbers is not None and len(numbers) == count:
        face_material = np.where((numbers >= 0) & (numbers < len(names)), numbers, 0).astype(np.int64)
    surfaces = {name: Surface(texture=texture) for name, texture in zip(materials, textures, strict=True) if texture}
    colours = None if surfaces else mesh.colours  # scanners write the same colours twice
    kept = replace(mesh, materials=materials, face_material=face_material, colours=colours)
    return replace(kept, surfaces=surfaces, notes=notes.lines())


def _texture(shelf: PictureShelf, files: SideFiles, folder: Path, name: str) -> Texture | None:
    return shelf.texture(name, name[:80], lambda: side_bytes(files.find(folder, name)))
