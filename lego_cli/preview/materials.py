"""What each part of a head is made of, read off the names of its groups and materials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Material:
    """Surface of one kind of part; colours are linear light, 0..1."""

    name: str
    colour: tuple[float, float, float]
    roughness: float
    shine: float  # strength of the specular reflection, 1 as for plastic
    scatter: float  # how far light wraps into the shade, and how red it gets there
    least: float = 0.0  # share of all light that arrives however deep the part lies, as it does through flesh


MATERIALS: tuple[Material, ...] = (
    Material("skin", (0.67, 0.41, 0.305), 0.46, 0.75, 1.0, 0.04),
    Material("eye", (0.80, 0.77, 0.74), 0.12, 1.0, 0.4, 0.20),
    Material("teeth", (0.74, 0.69, 0.595), 0.24, 0.9, 0.5, 0.42),
    Material("gums", (0.52, 0.17, 0.16), 0.30, 0.8, 0.8, 0.3),
    Material("tongue", (0.50, 0.17, 0.165), 0.36, 0.8, 0.9, 0.22),
    Material("hair", (0.030, 0.020, 0.016), 0.55, 0.3, 0.0),
    Material("cavity", (0.22, 0.055, 0.05), 0.45, 0.4, 0.6, 0.07),
    Material("clay", (0.50, 0.475, 0.45), 0.60, 0.5, 0.15),
)

KINDS = {material.name: index for index, material in enumerate(MATERIALS)}
HIDDEN = -1
"""Kind of the transparent shells that game heads wear over their eyes; they are not drawn."""

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"occlusion|lacrimal|eye_?blend|tear|cornea|eye_?wet", "hidden"),
    (r"lash|brow|beard|hair", "hair"),
    (r"eye_?lid|ear", "skin"),
    (r"socket|mouth_?bag|mouth_?inside|inner_?mouth|mouth_?cavity", "cavity"),
    (r"teeth|tooth", "teeth"),
    (r"gum", "gums"),
    (r"tongue", "tongue"),
    (r"iris|sclera|pupil|eye_?ball|(^|[^a-z])eyes?([^a-z]|$)", "eye"),
)


def kind_of(name: str) -> int | None:
    """Index into ``MATERIALS`` (or ``HIDDEN``) for the name of a group or material; None when it says nothing."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    for pattern, kind in _PATTERNS:
        if re.search(pattern, spaced):
            return HIDDEN if kind == "hidden" else KINDS[kind]
    return None


def face_kinds(mesh: Mesh) -> Ints:
    """``(F,)`` material index of every face: by group, else by material, else skin."""
    kinds = np.full(len(mesh.face_sizes), KINDS["skin"], dtype=np.int64)
    for names, index in ((mesh.materials, mesh.face_material), (mesh.groups, mesh.face_group)):
        if index is None or not names:
            continue
        found = [kind_of(name) for name in names]
        table = np.array([KINDS["skin"] if kind is None else kind for kind in found])
        telling = np.array([kind is not None for kind in found])
        chosen = (index >= 0) & telling[index]
        kinds[chosen] = table[index[chosen]]
    return kinds


def face_sides(mesh: Mesh) -> Ints:
    """``(F,)`` 1 for faces of a part named left, 2 for right, 0 for neither."""
    return _by_name(mesh, ("left", "right"))


def face_jaws(mesh: Mesh) -> Ints:
    """``(F,)`` 1 for faces of a part named upper, 2 for lower, 0 for neither."""
    return _by_name(mesh, ("upper", "lower"))


def _by_name(mesh: Mesh, words: tuple[str, str]) -> Ints:
    found = np.zeros(len(mesh.face_sizes), dtype=np.int64)
    for names, index in ((mesh.materials, mesh.face_material), (mesh.groups, mesh.face_group)):
        if index is None or not names:
            continue
        table = np.array([1 if words[0] in name.lower() else 2 if words[1] in name.lower() else 0 for name in names])
        chosen = (index >= 0) & (table[index] > 0)
        found[chosen] = table[index[chosen]]
    return found
