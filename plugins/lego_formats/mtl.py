"""Materials beside an OBJ file: the ones it came with, or an MTL file and pictures of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.api import Mesh, Surface, Texture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}


def copy_companions(companions: Mapping[str, Path], path: Path) -> None:
    """Put the files that an OBJ names where it goes; ``path`` is that of the OBJ."""
    for name, file in companions.items():
        goal = path.parent / name
        if goal != path and file.is_file():
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, goal)


def write_materials(mesh: Mesh, path: Path) -> tuple[str, ...]:
    """Write ``NAME.mtl`` and its pictures for ``NAME.obj`` at ``path``; returns the MTL's name, none without looks."""
    looks = {name: mesh.surfaces[name] for name in mesh.materials if name in mesh.surfaces}
    if not looks:
        return ()
    pictures = write_pictures(looks, path)
    text = "\n".join(line for name, surface in looks.items() for line in _material(name, surface, pictures))
    library = path.parent / f"{plain(path.stem)}.mtl"
    library.write_text(text, encoding="utf-8", newline="\n")
    return (library.name,)


def write_pictures(looks: Mapping[str, Surface], path: Path) -> dict[int, str]:
    """Write each texture of some materials once; returns file names by the texture's ``id``."""
    textures: dict[int, tuple[str, Texture]] = {}
    for material, surface in looks.items():
        if surface.texture is not None:
            textures.setdefault(id(surface.texture), (material, surface.texture))
    names: dict[int, str] = {}
    for key, (material, texture) in textures.items():
        of = f".{plain(material)}" if len(textures) > 1 else ""
        name = _free(f"{plain(path.stem)}.texture{of}", SUFFIXES[texture.media], names.values())
        (path.parent / name).write_bytes(texture.data)
        names[key] = name
    return names


def _free(stem: str, suffix: str, taken: Iterable[str]) -> str:
    used = {name.lower() for name in taken}
    name, number = stem + suffix, 2
    while name.lower() in used:
        name, number = f"{stem}_{number}{suffix}", number + 1
    return name


def _material(name: str, surface: Surface, pictures: Mapping[int, str]) -> list[str]:
    """The statements of one material: diffuse colour as sRGB, roughness as ``Pr`` and, for older programs, ``Ns``."""
    red, green, blue = (_display(value) for value in surface.colour)
    lines = [f"newmtl {' '.join(name.split())}", f"Kd {red:.6g} {green:.6g} {blue:.6g}", "Ks 0 0 0"]
    lines += [f"Pr {surface.roughness:.6g}", f"Ns {1000 * (1 - surface.roughness) ** 2:.6g}", "illum 1"]
    if surface.texture is not None:
        lines.append(f"map_Kd {pictures[id(surface.texture)]}")
    return [*lines, ""]


def _display(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else float(1.055 * linear ** (1 / 2.4) - 0.055)


def plain(name: str) -> str:
    """A name that can stand in an MTL file and on any disk: no blanks, no slashes."""
    kept = "".join(letter if letter.isalnum() or letter in "-_.+" else "_" for letter in name)
    return kept.strip(".") or "material"
