"""Eyes painted without a texture: iris, pupil and sclera by the angle from the gaze axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

IRIS, PUPIL = 0.44, 0.18
"""Radii of iris and pupil, in eyeball radii."""

IRIS_COLOUR = (0.105, 0.20, 0.26)
SCLERA_COLOUR = (0.71, 0.68, 0.655)
CLEAR_AXIS = 1.3
"""Least ratio of the two largest variances of an eyeball's vertices for its long axis to be the gaze."""

CORNEA = 0.66
"""Radius of curvature of the cornea, in eyeball radii."""


@dataclass(frozen=True)
class Eyeballs:
    """Centre, radius and gaze of every eyeball in a mesh: ``(E, 3)``, ``(E,)``, ``(E, 3)``."""

    centre: Tensor
    radius: Tensor
    gaze: Tensor

    @staticmethod
    def fit(balls: Mapping[str, Tensor], gaze: Mapping[str, tuple[float, float, float]], like: Tensor) -> Eyeballs:
        """Eyeballs from the vertices ``(V, 3)`` of each, by side; with none, empty tensors ``like`` the given one.

        ``gaze`` overrides what the bulge of the cornea says.
        """
        fits = [_fit(vertices, gaze.get(name)) for name, vertices in balls.items()]
        if not fits:
            return Eyeballs(like.new_zeros(0, 3), like.new_zeros(0), like.new_zeros(0, 3))
        return Eyeballs(*(torch.stack(values) for values in zip(*fits, strict=True)))


def _fit(vertices: Tensor, gaze: tuple[float, float, float] | None) -> tuple[Tensor, Tensor, Tensor]:
    """Least-squares sphere, fitted again without the bulge. The gaze is the ball's long axis, through the cornea and
    the poles of its mesh; without a clear one it is where the bulge lies, else +Z."""
    keep = torch.ones(len(vertices), dtype=torch.bool, device=vertices.device)
    for _ in range(4):
        centre, radius = _sphere(vertices[keep])
        away = (vertices - centre).norm(dim=1) / radius - 1
        keep = away < 0.015
        if int(keep.sum()) < 8:
            break
    forward = vertices.new_tensor([0.0, 0.0, 1.0])
    if gaze is not None:
        return centre, radius, normalize(vertices.new_tensor(gaze), dim=0)
    spread, axes = torch.linalg.eigh(torch.cov(vertices.double().T))
    if float(spread[2]) > CLEAR_AXIS * float(spread[1]):
        return centre, radius, axes[:, 2].to(vertices) * torch.sign(axes[2, 2].to(vertices) + 1e-12)
    bulge = ((away - 0.02).clamp_min(0)[:, None] * normalize(vertices - centre, dim=1)).sum(0)
    axis = normalize(bulge, dim=0) if float(away.max()) > 0.03 else forward
    return centre, radius, axis if float(axis @ forward) > 0 else forward


def _sphere(vertices: Tensor) -> tuple[Tensor, Tensor]:
    middle = vertices.mean(0)
    local = (vertices - middle).double()
    system = torch.cat([2 * local, local.new_ones(len(local), 1)], dim=1)
    solution = torch.linalg.lstsq(system, (local**2).sum(1, keepdim=True)).solution[:, 0]
    offset = solution[:3]
    radius = (solution[3] + offset @ offset).clamp_min(1e-18).sqrt()
    return middle + offset.to(vertices), radius.to(vertices)


@dataclass(frozen=True)
class EyeSurface:
    """Painted eye pixels: colour, the normals for soft light and for the wet highlight, and how glossy."""

    colour: Tensor  # (P, 3) linear
    normal: Tensor  # (P, 3)
    gloss_normal: Tensor  # (P, 3)


def paint_eyes(eyes: Eyeballs, which: Tensor, position: Tensor, light: Tensor) -> EyeSurface:
    """Paint eye pixels at ``position (P, 3)`` on eyeball ``which (P,)`` with the key light from ``light (P, 3)``."""
    gaze = eyes.gaze[which]
    outward = normalize(position - eyes.centre[which], dim=1)
    along = (outward * gaze).sum(1, keepdim=True)
    across = outward - along * gaze
    reach = torch.where(along[:, 0] > 0, across.norm(dim=1), 2.0)
    rim = normalize(across, dim=1)
    colour = _iris_colour(reach, rim, gaze, light)
    sclera = _sclera_colour(reach)
    inside = 1 - _ramp(reach, IRIS - 0.03, IRIS + 0.035)[:, None]
    colour = sclera + inside * (colour - sclera)
    lean = (reach / CORNEA).clamp_max(0.95)[:, None]
    cornea = normalize((1 - lean**2).sqrt() * gaze + lean * rim, dim=1)
    gloss = normalize(outward + (1 - _ramp(reach, 0.36, 0.6)[:, None]) * (cornea - outward), dim=1)
    bowl = normalize(gaze - 0.35 * across, dim=1)
    return EyeSurface(colour, normalize(outward + inside * (bowl - outward), dim=1), gloss)


def _iris_colour(reach: Tensor, rim: Tensor, gaze: Tensor, light: Tensor) -> Tensor:
    """Fibres, a dark ring, a light collar round the pupil, and the glow opposite to the light."""
    side = normalize(torch.linalg.cross(gaze.new_tensor([[0.0, 1.0, 0.0]]).expand_as(gaze), gaze), dim=1)
    turn = torch.atan2((rim * torch.linalg.cross(gaze, side)).sum(1), (rim * side).sum(1))
    fibres = 0.5 + 0.2 * torch.sin(37 * turn + 9 * reach) + 0.17 * torch.sin(61 * turn - 14 * reach + 1)
    fibres = fibres + 0.13 * torch.sin(23 * turn + 2)
    glow = (1 - (rim * light).sum(1)) / 2
    share = ((reach - PUPIL) / (IRIS - PUPIL)).clamp(0, 1)
    brightness = (0.62 + 0.55 * fibres) * (0.55 + 1.15 * glow * glow)
    colour = reach.new_tensor(IRIS_COLOUR) * brightness[:, None]
    collar = torch.exp(-(((share - 0.12) / 0.2) ** 2))[:, None]
    colour = colour + collar * reach.new_tensor([0.10, 0.065, 0.02]) * (0.4 + glow[:, None])
    colour = colour * (1 - 0.82 * _ramp(share, 0.7, 1.0))[:, None]
    return colour * _ramp(reach, PUPIL - 0.02, PUPIL + 0.02)[:, None] + 0.004


def _sclera_colour(reach: Tensor) -> Tensor:
    """White that reddens towards the back of the ball."""
    white, back = reach.new_tensor(SCLERA_COLOUR), reach.new_tensor([0.60, 0.40, 0.36])
    return white + _ramp(reach, 0.62, 1.05)[:, None] * (back - white)


def _ramp(x: Tensor, low: float, high: float) -> Tensor:
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)
