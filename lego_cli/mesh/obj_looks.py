"""How the materials of an OBJ file look: its MTL files and the pictures that these name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from lego_cli.api import LegoError, Surface, Texture
from lego_cli.mesh.mtl import MtlMaterial, read_mtl
from lego_cli.mesh.side_files import SideFileError, side_bytes, side_file
from lego_cli.mesh.texture import texture_of

_ONE_FILE = re.compile(r"\S.*?\.mtl(?=\s|$)", re.IGNORECASE)


@dataclass
class ObjLooks:
    """What was found beside an OBJ file."""

    folder: Path
    surfaces: dict[str, Surface] = field(default_factory=dict)  # material name -> how it looks
    companions: dict[str, Path] = field(default_factory=dict)  # name from the OBJ's folder -> file to go with it
    notes: list[str] = field(default_factory=list)
    textures: dict[Path, Texture | None] = field(default_factory=dict)  # each file is read once


def read_obj_looks(path: Path, libraries: tuple[str, ...]) -> ObjLooks:
    """The looks that the ``mtllib`` arguments of an OBJ file lead to; what is missing or broken becomes a note.

    The first definition of a material counts.
    """
    looks = ObjLooks(path.parent)
    for argument in libraries:
        for name in library_names(argument, path.parent):
            file = _found(looks, looks.folder, name)
            if file is None:
                continue
            for material in read_mtl(_content(looks, file)):
                if material.name not in looks.surfaces:
                    looks.surfaces[material.name] = _surface(looks, file.parent, material)
    return looks


def library_names(argument: str, folder: Path) -> list[str]:
    """File names of one ``mtllib`` statement: one name with blanks in it where such a file is there, else several."""
    try:
        side_file(folder, argument)
        return [argument]
    except SideFileError:
        return _ONE_FILE.findall(argument) or argument.split() or []


def _surface(looks: ObjLooks, folder: Path, material: MtlMaterial) -> Surface:
    """The texture stands alone where there is one: programs write Kd 0.8 or 0 beside it and do not mean it."""
    texture = None
    for name in dict.fromkeys(material.pictures):
        file = _found(looks, folder, name)
        if file is not None and name == material.base:
            texture = _texture(looks, file)
    colour = (1.0, 1.0, 1.0) if texture or material.colour is None else tuple(map(_linear, material.colour))
    red, green, blue = colour
    roughness = Surface.roughness if material.roughness is None else material.roughness
    return Surface((red, green, blue), roughness, texture)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _texture(looks: ObjLooks, file: Path) -> Texture | None:
    if file not in looks.textures:
        looks.textures[file] = None
        try:
            looks.textures[file] = texture_of(_content(looks, file), file.name)
        except LegoError as error:
            looks.notes.append(error.message)
    return looks.textures[file]


def _found(looks: ObjLooks, folder: Path, name: str) -> Path | None:
    """The file of that name in ``folder``, noted as a companion; a note instead where there is none."""
    try:
        file = side_file(folder, name)
    except SideFileError as error:
        note = f"{name[:80]} {error}"
        if note not in looks.notes:
            looks.notes.append(note)
        return None
    looks.companions[file.relative_to(looks.folder).as_posix()] = file
    return file


def _content(looks: ObjLooks, file: Path) -> bytes:
    try:
        return side_bytes(file)
    except SideFileError as error:
        looks.notes.append(f"{file.name} {error}")
        return b""
