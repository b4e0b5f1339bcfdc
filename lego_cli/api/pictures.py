"""Cameras, light and what draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Cameras:
    """A batch of perspective look-at cameras; all arrays are float tensors."""

    eye: torch.Tensor  # (B, 3) metres
    target: torch.Tensor  # (B, 3) metres
    up: torch.Tensor  # (B, 3)
    fov: torch.Tensor  # (B,) vertical field of view, degrees


class Light(Protocol):
    """Light from far away. Directions are the world's, so that a light stays with the head when the camera moves."""

    @property
    def views(self) -> int:
        """1 when all views share the light, else the number of views that have one of their own."""
        ...

    def falling_on(self, normals: torch.Tensor, view: int = 0) -> torch.Tensor:
        """Unit normals ``(P, 3)`` to what a white surface shows, ``(P, 1 or 3)``, linear."""
        ...


@dataclass(frozen=True)
class HarmonicLight:
    """Light of any shape, as nine spherical harmonics of the normal (Ramamoorthi and Hanrahan 2001).

    The real harmonics in the usual order, 1, y, z, x, xy, yz, 3zz - 1, xz, xx - yy, each with its normalisation and
    without alternating signs; ``(1, 0, 0, ...) / 0.2821`` is an even white.
    """

    coefficients: torch.Tensor  # (1 or B, 9, 1 or 3)

    @property
    def views(self) -> int:
        """See :class:`Light`."""
        return len(self.coefficients)

    def falling_on(self, normals: torch.Tensor, view: int = 0) -> torch.Tensor:
        """See :class:`Light`."""
        import torch

        x, y, z = normals.unbind(-1)
        terms = [0.282095 + 0 * x, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z]
        terms += [0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y)]
        return torch.stack(terms, dim=-1) @ self.coefficients[view].to(normals)


@dataclass(frozen=True)
class DirectionalLight:
    """A distant lamp and an even light from all round."""

    direction: torch.Tensor  # (1 or B, 3) towards the lamp, any length
    colour: torch.Tensor  # (1 or B, 1 or 3)
    ambient: float = 0.0

    @property
    def views(self) -> int:
        """See :class:`Light`."""
        return max(len(self.direction), len(self.colour))

    def falling_on(self, normals: torch.Tensor, view: int = 0) -> torch.Tensor:
        """See :class:`Light`."""
        direction, colour = (x[view % len(x)].to(normals) for x in (self.direction, self.colour))
        facing = (normals @ (direction / direction.norm())).clamp_min(0)
        return self.ambient + facing[:, None] * colour


@dataclass(frozen=True)
class Shading:
    """How a renderer colours a surface: light times vertex colour times texture, each white when not given."""

    light: Light
    colour: torch.Tensor | None = None  # (H or B, V, 3) vertex colours
    texture: torch.Tensor | None = None  # (1 or B, 3, h, w), row 0 on top; read bilinearly, without mip levels
    uv: torch.Tensor | None = None  # (F, 3, 2) of each face corner, v upwards; what lies outside 0..1 gets the border


class Renderer(Protocol):
    """Draws triangles. Everything that needs a picture goes through this, so back-ends are interchangeable."""

    name: str

    def render(
        self,
        vertices: torch.Tensor,
        faces: torch.Tensor,
        cameras: Cameras,
        size: tuple[int, int],
        attributes: torch.Tensor | None = None,
        shading: Shading | None = None,
    ) -> dict[str, torch.Tensor]:
        """Draw heads ``(H, V, 3)`` with ``(F, 3)`` int64 faces from ``B`` cameras, as many for each head, at ``size``.

        The cameras of the first head come first; with one head all cameras see it, with ``B`` heads each has its
        own. ``size`` is (height, width). Returns ``mask (B, 1, ...)``, ``depth (B, 1, ...)`` (metres along the view
        axis, 0 outside), ``normal (B, 3, ...)`` (world frame, smooth), ``face (B, ...)`` int64 (-1 outside); with
        ``attributes (H or B, V, C)`` also ``attributes (B, C, ...)``, with ``shading`` also ``colour (B, 3, ...)``.
        All but ``depth`` and ``face`` are antialiased against black: ``colour + (1 - mask) * background`` is the
        picture on a background. Gradients reach vertices and values everywhere, through outlines too.
        """
        ...
