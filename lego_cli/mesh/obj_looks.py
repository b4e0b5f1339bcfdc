"""How the materials of an OBJ file look: its MTL files and the pictures that these name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from lego_cli.api import Surface, Texture
from lego_cli.mesh.mtl import MtlMaterial, read_mtl
from lego_cli.mesh.notes import Notes
from lego_cli.mesh.picture_shelf import PictureShelf
from lego_cli.mesh.side_files import SideFileError, SideFiles, side_bytes

MOST_MTL = 8 << 20  # bytes of one MTL file; 20,000 materials with textures have two or three million
MOST_MATERIALS = 100_000
_ONE_FILE = re.compile(r"\S.*?\.mtl(?=\s|$)", re.IGNORECASE)


@dataclass
class ObjLooks:
    """What was found beside an OBJ file."""

    folder: Path
    surfaces: dict[str, Surface] = field(default_factory=dict)  # material name -> how it looks
    companions: dict[str, Path] = field(default_factory=dict)  # name from the OBJ's folder -> file to go with it
    notes: Notes = field(default_factory=Notes)
    files: SideFiles = field(default_factory=SideFiles)

    def __post_init__(self) -> None:
        self.shelf = PictureShelf(self.notes)


def read_obj_looks(path: Path, libraries: tuple[str, ...]) -> ObjLooks:
    """The looks that the ``mtllib`` arguments of an OBJ file lead to; what is missing or broken becomes a note.

    The first definition of a material counts.
    """
    looks = ObjLooks(path.parent)
    names = {name: None for argument in dict.fromkeys(libraries) for name in _library_names(looks, argument)}
    files = dict.fromkeys(file for name in names if (file := _found(looks, looks.folder, name)) is not None)
    for file in files:
        for material in read_mtl(_content(looks, file)):
            if len(looks.surfaces) >= MOST_MATERIALS:
                looks.notes.add(f"{file.name}: materials after the first {MOST_MATERIALS} are left out")
                return looks
            if material.name not in looks.surfaces:
                looks.surfaces[material.name] = _surface(looks, file.parent, material)
    return looks


def _library_names(looks: ObjLooks, argument: str) -> list[str]:
    """File names of one ``mtllib`` statement: one name with blanks in it where such a file is there, else several."""
    try:
        looks.files.find(looks.folder, argument)
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
    return looks.shelf.texture(file, file.name, lambda: side_bytes(file))


def _found(looks: ObjLooks, folder: Path, name: str) -> Path | None:
    """The file of that name in ``folder``, noted as a companion; a note instead where there is none."""
    try:
        file = looks.files.find(folder, name)
    except SideFileError as error:
        looks.notes.add(f"{name[:80]} {error}")
        return None
    looks.companions[file.relative_to(looks.folder).as_posix()] = file
    return file


def _content(looks: ObjLooks, file: Path) -> bytes:
    try:
        return side_bytes(file, MOST_MTL)
    except SideFileError as error:
        looks.notes.add(f"{file.name} {error}")
        return b""
