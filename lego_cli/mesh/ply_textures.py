"""Textures of PLY files, as MeshLab writes them: ``comment TextureFile NAME``, and a ``texnumber`` for each face."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError, Mesh, Surface, Texture
from lego_cli.mesh.mtl import decoded
from lego_cli.mesh.side_files import SideFileError, side_bytes, side_file
from lego_cli.mesh.texture import texture_of

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
    notes: list[str] = []
    textures = [_texture(mesh.path.parent, name, notes) for name in names]
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
    return replace(kept, surfaces=surfaces, notes=tuple(notes))


def _texture(folder: Path, name: str, notes: list[str]) -> Texture | None:
    try:
        return texture_of(side_bytes(side_file(folder, name)), name[:80])
    except SideFileError as error:
        notes.append(f"{name[:80]} {error}")
    except LegoError as error:
        notes.append(error.message)
    return None
