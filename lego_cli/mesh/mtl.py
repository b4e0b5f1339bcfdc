"""Wavefront MTL: names of materials, their base colours and the pictures that they name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ARGUMENTS = {
    "-s": 3, "-o": 3, "-t": 3, "-mm": 2, "-blendu": 1, "-blendv": 1, "-cc": 1, "-clamp": 1, "-texres": 1, "-bm": 1,
    "-imfchan": 1, "-boost": 1, "-type": 1,
}  # fmt: skip
"""Options of a map statement, and how many words may follow each; numbers that are left out are not there."""

_LINE = re.compile("[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")  # what str.splitlines parts
MAPS = ("bump", "disp", "decal", "norm", "refl")


@dataclass(slots=True)
class MtlMaterial:
    """What is said of one material."""

    name: str
    colour: tuple[float, float, float] | None = None  # Kd, as written
    roughness: float | None = None  # Pr of the PBR extension, else from Ns
    base: str = ""  # file of map_Kd, as written without its options
    pictures: list[str] = field(default_factory=list)  # files of all maps


def read_mtl(data: bytes) -> Iterator[MtlMaterial]:
    """The materials of an MTL file's bytes, in order. What makes no sense is passed over: it is only about looks."""
    material: MtlMaterial | None = None
    for word, argument in _statements(data):
        if word == "newmtl":
            if material is not None:
                yield material
            material = MtlMaterial(argument)
        elif material is not None:
            _learn(material, word, argument)
    if material is not None:
        yield material


def _statements(data: bytes) -> Iterator[tuple[str, str]]:
    text = decoded(data).replace("\\\r\n", " ").replace("\\\n", " ")
    for match in _LINE.finditer(text):  # one at a time: a list of all lines takes many times the text
        line = match.group()
        word, _, argument = line.strip().replace("\t", " ").partition(" ")
        if word and not word.startswith("#"):
            yield word.lower(), argument.strip()


def decoded(data: bytes) -> str:
    """Text in UTF-8, or in Latin-1 where it is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _learn(material: MtlMaterial, word: str, argument: str) -> None:
    if word == "kd":
        numbers = _numbers(argument)
        if len(numbers) in (1, 3):
            red, green, blue = (min(max(number, 0.0), 1.0) for number in (numbers * 3)[:3])
            material.colour = (red, green, blue)
    elif word == "pr" and _numbers(argument):
        material.roughness = min(max(_numbers(argument)[0], 0.0), 1.0)
    elif word == "ns" and _numbers(argument) and material.roughness is None:
        material.roughness = 1 - min(max(_numbers(argument)[0], 0.0) / 1000, 1.0) ** 0.5  # as Blender writes it
    elif word.startswith("map_") or word in MAPS:
        name = picture_name(argument)
        if name:
            material.pictures.append(name)
            if word == "map_kd":
                material.base = name


def _numbers(argument: str) -> list[float]:
    """The numbers at the beginning; ``spectral`` and ``xyz`` colours have none."""
    found: list[float] = []
    for word in argument.split("#", maxsplit=1)[0].split():
        try:
            number = float(word)
        except ValueError:
            break
        if math.isnan(number):
            break
        found.append(number)
    return found


def picture_name(argument: str) -> str:
    """The file name of a map statement, with its blanks, behind whatever options it has."""
    rest = argument.strip()
    while rest.startswith("-"):
        option, _, behind = rest.partition(" ")
        if option.lower() not in ARGUMENTS:
            break
        rest = _behind(behind.strip(), option.lower())
    return rest


def _behind(rest: str, option: str) -> str:
    """What is left when the words that belong to an option are taken off."""
    for number in range(ARGUMENTS[option]):
        word, _, behind = rest.partition(" ")
        if not behind.strip() or (number and not _numbers(word)):
            break
        rest = behind.strip()
    return rest
