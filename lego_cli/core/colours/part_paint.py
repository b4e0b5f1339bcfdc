"""Colours of parts that an input has none for: eyes, teeth, tongue and mouth as they are drawn in previews."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.preview.eyes import Eyeballs, paint_eyes
from lego_cli.preview.materials import MATERIALS
from lego_cli.preview.teeth import Jaws

if TYPE_CHECKING:
    from lego_cli.api import Floats, Topology

_COLOURS = {material.name: material.colour for material in MATERIALS}
PLAIN = {
    "skin": _COLOURS["skin"], "lining": _COLOURS["cavity"], "mouth_bag": _COLOURS["cavity"],
    "socket_left": _COLOURS["cavity"], "socket_right": _COLOURS["cavity"], "eye_left": _COLOURS["eye"],
    "eye_right": _COLOURS["eye"], "teeth_upper": _COLOURS["teeth"], "teeth_lower": _COLOURS["teeth"],
    "tongue": _COLOURS["tongue"], "lashes": _COLOURS["hair"], "worn": _COLOURS["clay"],
}  # fmt: skip
"""Linear light of each part."""

_KEY = (-0.35, 0.6, 0.72)  # towards the light whose glow an iris shows


def part_paint(topology: Topology, part: str, index: np.ndarray, weights: Floats) -> Floats:
    """Linear light ``(n, 3)`` at places of one part: in triangles ``index (n,)`` at barycentric ``weights (n, 3)``."""
    plain = np.tile(np.array(PLAIN.get(part, PLAIN["worn"]), np.float32), (len(index), 1))
    if part not in ("eye_left", "eye_right", "teeth_upper", "teeth_lower") or not len(index):
        return plain
    vertices = torch.from_numpy(np.asarray(topology.mesh.vertices, np.float32))
    corners = topology.mesh.triangles()
    place = torch.from_numpy(np.asarray(weights, np.float32))
    position = (vertices[torch.from_numpy(corners[index])] * place[..., None]).sum(1)
    own = np.zeros(len(vertices), dtype=bool)
    own[topology.parts[part]] = True
    if part.startswith("eye"):
        ball = Eyeballs.fit({part: vertices[torch.from_numpy(own)]}, {}, vertices)
        first = torch.zeros(len(position), dtype=torch.int64)
        light = torch.tensor(_KEY).expand(len(position), 3)
        return np.asarray(paint_eyes(ball, first, position, light).colour.numpy())
    return _teeth(vertices, corners[own[corners].all(1)], part, position, torch.from_numpy(plain))


def _teeth(
    vertices: torch.Tensor, corners: np.ndarray, part: str, position: torch.Tensor, plain: torch.Tensor
) -> Floats:
    number = 1 if part == "teeth_upper" else 2
    faces = torch.from_numpy(corners)
    row, jaws = Jaws.fit(vertices, faces, torch.full((len(faces),), number))
    if not (row >= 0).any():  # teeth of their own, not one strip
        return np.asarray(plain.numpy())
    which = torch.zeros(len(position), dtype=torch.int64)
    return np.asarray(jaws.paint(which, position, plain).numpy())
