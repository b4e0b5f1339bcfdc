"""Studio light on skin and the rest: a key, a fill and a rim light over a soft room, in linear colour."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

LIGHTS: tuple[tuple[tuple[float, float, float], tuple[float, float, float], float], ...] = (
    ((-0.70, 0.62, 0.72), (1.72, 1.60, 1.45), 9.0),
    ((0.90, 0.05, 0.50), (0.25, 0.25, 0.27), 4.0),
    ((0.80, 0.45, -0.75), (1.30, 1.35, 1.44), 6.0),
)
"""Direction (camera right, up, towards the camera), linear colour, sharpness of each area light: key, fill, rim."""

SKY, GROUND = (0.42, 0.43, 0.455), (0.19, 0.160, 0.145)
_BLEED = (0.26, 0.13, 0.09)  # how far light travels under skin, by colour


@dataclass(frozen=True)
class Surface:
    """What the shading knows of every visible pixel (P of them)."""

    colour: Tensor  # (P, 3) linear
    normal: Tensor  # (P, 3) for soft light
    gloss_normal: Tensor  # (P, 3) for highlights
    view: Tensor  # (P, 3) towards the camera
    roughness: Tensor  # (P, 1)
    shine: Tensor  # (P, 1)
    scatter: Tensor  # (P, 1)
    openness: Tensor  # (P, 1) to the room
    seen: Tensor  # (P, 3) share of each light
    wet: Tensor | None = None  # (P, 1) eyes: 1 where softboxes mirror sharply


def shade(surface: Surface, lights: Tensor) -> Tensor:
    """Light leaving each pixel, ``(P, 3)`` linear; ``lights (3, P or 1, 3)`` are unit directions in the world."""
    bleed = surface.scatter * surface.colour.new_tensor(_BLEED)
    up = (surface.normal[:, 1:2] + 1) / 2
    room = surface.colour.new_tensor(GROUND) + up * (surface.colour.new_tensor(SKY) - surface.colour.new_tensor(GROUND))
    total = surface.colour * room * _bounced(surface.openness, surface.colour)
    for index, (_, colour, _) in enumerate(LIGHTS):
        light, tint = lights[index], surface.colour.new_tensor(colour)
        facing = (surface.normal * light).sum(1, keepdim=True)
        wrap = bleed if index == 0 else 0.4 * bleed  # the rim light would bleed into a red seam
        soft = ((facing + wrap) / (1 + wrap)).clamp_min(0)
        reach = surface.seen[:, index : index + 1].clamp(1e-4, 1) ** (1 - 0.8 * wrap)
        total = total + tint * reach * (surface.colour * soft + _highlight(surface, light))
    total = total + _sheen(surface, room)
    return total if surface.wet is None else total + surface.wet * _catchlights(surface, lights)


def tone(light: Tensor, exposure: float = 0.82) -> Tensor:
    """Linear light to linear display values in 0..1 with a soft shoulder."""
    x = light * exposure
    knee = 0.62
    return torch.where(x < knee, x, knee + (1 - knee) * (1 - torch.exp(-(x - knee) / (1 - knee))))


def to_srgb(linear: Tensor) -> Tensor:
    """The sRGB transfer curve."""
    linear = linear.clamp(0, 1)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(1e-6) ** (1 / 2.4) - 0.055)


def to_linear(srgb: Tensor) -> Tensor:
    """The inverse of :func:`to_srgb`."""
    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb.clamp_min(0) + 0.055) / 1.055) ** 2.4)


def _bounced(openness: Tensor, colour: Tensor) -> Tensor:
    """Ambient occlusion with the light that bounces in crevices, per colour (Jimenez et al. 2016)."""
    a, b, c = 2.0404 * colour - 0.3324, -4.7951 * colour + 0.6417, 2.7552 * colour + 0.6903
    return torch.maximum(openness, ((openness * a + b) * openness + c) * openness)


def _highlight(surface: Surface, light: Tensor) -> Tensor:
    """Specular reflection of a light (GGX with Schlick's Fresnel term), ``(P, 1)``."""
    half = normalize(surface.view + light, dim=1)
    n_h = (surface.gloss_normal * half).sum(1, keepdim=True).clamp(0, 1)
    n_l = (surface.gloss_normal * light).sum(1, keepdim=True).clamp_min(0)
    v_h = (surface.view * half).sum(1, keepdim=True).clamp(0, 1)
    alpha = (surface.roughness**2) ** 2
    spread = alpha / (torch.pi * (n_h * n_h * (alpha - 1) + 1) ** 2)
    fresnel = 0.035 + 0.965 * (1 - v_h) ** 5
    n_v = (surface.gloss_normal * surface.view).sum(1, keepdim=True).clamp_min(0.05)
    k = surface.roughness**2 / 2
    masking = 4 * (n_v * (1 - k) + k) * (n_l * (1 - k) + k)
    return (surface.shine * spread * fresnel * n_l / masking).clamp_max(6.0)


def _catchlights(surface: Surface, lights: Tensor) -> Tensor:
    """Mirror images of key and fill in a wet eye, ``(P, 1)``; the key a little lower, clear of the upper lid."""
    facing = (surface.gloss_normal * surface.view).sum(1, keepdim=True)
    mirrored = 2 * facing * surface.gloss_normal - surface.view
    total = torch.zeros_like(facing)
    for index, lowered, radius, strength in ((0, 0.18, 0.33, 1.5), (1, 0.0, 0.24, 0.30)):
        middle = normalize(lights[index] - surface.view.new_tensor([0.0, lowered, 0.0]), dim=1)
        off = (mirrored - middle).norm(dim=1, keepdim=True)
        total = total + strength * ((radius - off) / 0.12 + 0.5).clamp(0, 1)
    return total


def _sheen(surface: Surface, room: Tensor) -> Tensor:
    """The room reflected at grazing angles."""
    facing = (surface.gloss_normal * surface.view).sum(1, keepdim=True).clamp(0, 1)
    amount = 0.02 + 0.35 * (1 - facing) ** 5 * (1 - surface.roughness)
    return surface.shine * amount * room * surface.openness
