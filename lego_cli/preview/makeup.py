"""Lips, brows and a little blush, put where a head's landmarks are: bare skin of one colour looks like wax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import HeadModel, Topology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Landmarks = Mapping[str, Ints]

LIP_COLOUR, BROW_COLOUR = (0.50, 0.175, 0.155), (0.075, 0.045, 0.030)
NEEDED = ("ibug68", "lips_outer", "lips_inner", "brow_left", "brow_right")
FACE = slice(17, None)
"""The part of the 68 that lies inside the face; the rest is the jaw line."""

EYE_SPAN = 90.0
"""All lengths below are millimetres on a head whose outer eye corners are this far apart."""


def lay_makeup(vertices: Tensor, landmarks: Landmarks) -> Tensor | None:
    """Weights ``(V, 3)`` of lips, brows and blush; None when landmarks are missing.

    Lips and brows are fields that fall from 1 in the middle through 0 at the edge, for a sharp edge at each pixel.
    """
    index = {name: np.asarray(found) for name, found in landmarks.items()}
    if any(name not in index or (index[name][FACE if name == "ibug68" else slice(None)] < 0).any() for name in NEEDED):
        return None
    place = {name: vertices[torch.from_numpy(found).to(vertices.device)] for name, found in index.items()}
    place = {name: found for name, found in place.items() if name in NEEDED or (index[name] >= 0).all()}
    face = place["ibug68"]
    millimetre = (face[45] - face[36]).norm() / EYE_SPAN
    lips = _lips(vertices, place, millimetre)
    brows = torch.stack([_brow(vertices, place[f"brow_{side}"], millimetre) for side in ("left", "right")]).amax(0)
    return torch.stack([lips, brows, _blush(vertices, place, millimetre)], dim=1).clamp(-2, 1)


def wear(colour: Tensor, makeup: Tensor, position: Tensor, scale: Tensor) -> Tensor:
    """Skin ``colour (P, 3)`` with ``makeup (P, 3)`` on it; brow hairs follow ``position`` in units of ``scale``."""
    lips, brows, blush = makeup.unbind(1)
    colour = colour * (1 - blush.clamp(0, 1)[:, None] * colour.new_tensor([0.06, 0.25, 0.25]))
    colour = _over(colour, LIP_COLOUR, 0.6 * ((lips + 0.2) / 0.7).clamp(0, 1))
    x, y = position[:, 0].abs() / scale, position[:, 1] / scale
    hairs = torch.sin(2.3 * (0.75 * x - 1.1 * y) + 0.9 * torch.sin(0.7 * x)) + 0.6 * torch.sin(4.1 * (x - 0.7 * y))
    return _over(colour, BROW_COLOUR, 0.80 * ((brows + 0.11 * hairs) / 0.85).clamp(0, 1))


def carried_landmarks(topology: Topology, head: HeadModel, reach: float = 0.008) -> dict[str, Ints]:
    """The head model's landmarks on another topology: -1 for those that it does not come within ``reach`` of; sets of
    which it has none are left out."""
    from scipy.spatial import cKDTree

    tree = cKDTree(topology.points)
    found: dict[str, Any] = {}
    for name, index in head.landmarks.items():
        distance, nearest = tree.query(head.template[index])
        if (distance <= reach).any():
            found[name] = np.where(distance <= reach, nearest, -1).astype(np.int64)
    return found


def _over(colour: Tensor, paint: tuple[float, float, float], cover: Tensor) -> Tensor:
    return colour + cover[:, None] * (colour.new_tensor(paint) - colour)


def _field(vertices: Tensor, points: Tensor, width: Tensor) -> Tensor:
    """``(V,)``: 1 on one of ``points (N, 3)``, 0 at its ``width (N,)``, and -2 far off."""
    reach = 4 * width.amax()
    low, high = points.amin(0) - reach, points.amax(0) + reach
    near = ((vertices > low) & (vertices < high)).all(1).nonzero()[:, 0]
    field = (1 - torch.cdist(vertices[near], points) / width).amax(1)
    return vertices.new_full((len(vertices),), -2.0).index_copy(0, near, field)


def _lips(vertices: Tensor, place: Mapping[str, Tensor], millimetre: Tensor) -> Tensor:
    """The band between the outer and the inner edge; it is wider in the middle, where lips bulge out of the band."""
    between = torch.linspace(0, 1, 7, device=vertices.device)[:-1, None, None]
    rings = (place["lips_outer"], place["lips_inner"])
    outer, inner = (ring + between * (ring.roll(-1, 0) - ring) for ring in rings)
    share = torch.linspace(0.1, 1, 7, device=vertices.device)[:, None, None, None]
    points = outer + share * (inner - outer)
    thick = (outer - inner).norm(dim=-1)
    width = 1.3 * millimetre + 0.42 * thick * torch.sin(torch.pi * share[..., 0] * 0.85)
    return _field(vertices, points.reshape(-1, 3), width.expand(points.shape[:-1]).reshape(-1))


def _brow(vertices: Tensor, line: Tensor, millimetre: Tensor) -> Tensor:
    """A softened line, thick above the nose and thin towards the temple."""
    line = line if line[0, 0].abs() < line[-1, 0].abs() else line.flip(0)
    steps = torch.linspace(0.45, len(line) - 1.001, 40, device=line.device)
    low = steps.floor().long()
    points = line[low] + (steps - low)[:, None] * (line[low + 1] - line[low])
    padded = torch.cat([points[:1].expand(5, 3), points, points[-1:].expand(5, 3)])
    points = padded.unfold(0, 11, 1).mean(-1)
    width = (5.0 - 2.9 * torch.linspace(0, 1, 40, device=line.device) ** 1.5) * millimetre
    return _field(vertices, points, width)


def _blush(vertices: Tensor, place: Mapping[str, Tensor], millimetre: Tensor) -> Tensor:
    """Where blood shows: cheeks, tip of the nose, ears."""
    face = place["ibug68"]
    spots = [((0.55 * face[36] + 0.45 * face[48]), 17.0, 0.75), ((0.55 * face[45] + 0.45 * face[54]), 17.0, 0.75)]
    spots.append((face[30], 9.0, 0.7))
    spots += [(place[name].mean(0), 20.0, 0.8) for name in ("ear_left", "ear_right") if name in place]
    total = vertices.new_zeros(len(vertices))
    for middle, radius, strength in spots:
        total += strength * torch.exp(-(((vertices - middle).norm(dim=1) / (radius * millimetre)) ** 2))
    return total
