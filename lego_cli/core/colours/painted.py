"""The colours of a mesh, wherever they come from: textures, material colours, vertex colours, in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.mesh.texture import texture_pixels, texture_strips
from lego_cli.mesh.texture_share import halvings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import Floats, Ints, Mesh, Surface, Texture

    Bytes = NDArray[np.uint8]

GREY = 0.02  # a material whose red, green and blue differ by less says nothing about a face
LEVELS = np.arange(256) / 255
LINEAR = np.where(LEVELS <= 0.04045, LEVELS / 12.92, ((LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""Linear light of each of 256 sRGB values."""


def to_srgb(linear: Floats) -> Floats:
    """The sRGB transfer curve of values 0..1."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def to_linear(srgb: Floats) -> Floats:
    """The inverse of :func:`to_srgb`."""
    srgb = np.clip(srgb, 0, 1)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def srgb_bytes(linear: Floats) -> Bytes:
    """8-bit sRGB of linear light."""
    return np.round(to_srgb(linear) * 255).astype(np.uint8)


def telling_surfaces(mesh: Mesh) -> dict[int, Surface]:
    """Material number to its looks; none of them where all are grey without texture, as programs write by default."""
    known = {k: mesh.surfaces[name] for k, name in enumerate(mesh.materials) if name in mesh.surfaces}
    if mesh.face_material is None:
        return {}
    used = set(np.unique(mesh.face_material).tolist())
    told = any(s.texture is not None or max(s.colour) - min(s.colour) > GREY for k, s in known.items() if k in used)
    return {k: s for k, s in known.items() if k in used} if told else {}


def has_vertex_colours(mesh: Mesh) -> bool:
    """Whether the vertices have colours that are not all the same."""
    if mesh.colours is None or not len(mesh.colours):
        return False
    return float(np.ptp(mesh.colours[:, :3], axis=0).max()) > GREY


def has_looks(mesh: Mesh) -> bool:
    """Whether a mesh has colours worth carrying over: a texture, coloured materials or vertex colours."""
    return has_vertex_colours(mesh) or bool(telling_surfaces(mesh))


@dataclass(frozen=True, eq=False)
class MipMap:
    """A picture and its smaller copies, each half as large, averaged in linear light."""

    levels: tuple[Bytes, ...]  # (h, w, 3) sRGB, the largest first

    @staticmethod
    def of(texture: Texture, name: str = "a texture", halvings: int = 0) -> MipMap:
        """All copies, the largest being the texture halved so often. Raises :class:`LegoError` where it is broken."""
        levels = [_reduced(texture, name, halvings) if halvings else texture_pixels(texture, name)]
        while max(levels[-1].shape[:2]) > 1:
            levels.append(_halved(levels[-1]))
        return MipMap(tuple(levels))

    def __call__(self, uv: Floats, level: Ints) -> Floats:
        """Linear light ``(n, 3)`` at UVs ``(n, 2)``, v upwards and repeating, each from its level, bilinearly."""
        result = np.empty((len(uv), 3), np.float32)
        level = np.clip(level, 0, len(self.levels) - 1)
        for number in np.unique(level):
            chosen = np.flatnonzero(level == number)
            result[chosen] = _bilinear(self.levels[number], uv[chosen])
        return result


def _reduced(texture: Texture, name: str, halvings: int) -> Bytes:
    """The picture halved so often, without ever holding all of its pixels."""
    strips = []
    for strip in texture_strips(texture.data, name):
        smaller = strip
        for _ in range(halvings):
            smaller = _halved(smaller)
        strips.append(smaller)
    return np.concatenate(strips)


def _halved(pixels: Bytes) -> Bytes:
    """Means of squares of four; an odd last row or column stands twice."""
    high, wide = pixels.shape[:2]
    even = np.pad(pixels, ((0, high % 2), (0, wide % 2), (0, 0)), "edge") if high % 2 or wide % 2 else pixels
    result = np.empty((len(even) // 2, even.shape[1] // 2, 3), np.uint8)
    for start in range(0, len(result), 64):  # a strip at a time: pictures are large
        light = LINEAR[even[2 * start : 2 * start + 128]]
        total = light[::2, ::2] + light[::2, 1::2]
        total += light[1::2, ::2]
        total += light[1::2, 1::2]
        result[start : start + 64] = srgb_bytes(total / 4)
    return result


def _bilinear(pixels: Bytes, uv: Floats) -> Floats:
    high, wide = pixels.shape[:2]
    x, y = uv[:, 0] * wide - 0.5, (1 - uv[:, 1]) * high - 0.5
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    right_share, low_share = (x - left).astype(np.float32)[:, None], (y - top).astype(np.float32)[:, None]
    columns, rows = (left % wide, (left + 1) % wide), (top % high, (top + 1) % high)
    upper, lower = (
        LINEAR[pixels[row, columns[0]]] * (1 - right_share) + LINEAR[pixels[row, columns[1]]] * right_share
        for row in rows
    )
    mixed: Floats = upper * (1 - low_share) + lower * low_share
    return mixed


@dataclass(frozen=True, eq=False)
class PaintedMesh:
    """A mesh that can be asked for its colour at places on its fan triangles."""

    mesh: Mesh
    scale: float = 1.0  # of the mesh's unit to the unit in which widths are asked

    @cached_property
    def surfaces(self) -> dict[int, Surface]:
        """See :func:`telling_surfaces`."""
        return telling_surfaces(self.mesh)

    @cached_property
    def material(self) -> Ints:
        """(T,) material of each triangle, -1 where nothing is known of it."""
        if self.mesh.face_material is None:
            return np.full(len(self.mesh.triangles()), -1)
        own = self.mesh.face_material[self.mesh.triangle_face()]
        return np.where(np.isin(own, list(self.surfaces)), own, -1)

    @cached_property
    def painted(self) -> np.ndarray:
        """(T,) bool: triangles whose colour means something."""
        every: np.ndarray = np.full(len(self.material), has_vertex_colours(self.mesh))
        return every | (self.material >= 0)

    @cached_property
    def _uv(self) -> Floats:
        """(T, 3, 2) UVs of the corners, NaN where there are none."""
        index, uvs = self.mesh.corner_uv, self.mesh.uvs
        corner = self.mesh.triangle_corners()
        if index is None or uvs is None:
            return np.full((len(corner), 3, 2), np.nan)
        return np.where((index[corner] >= 0)[..., None], uvs[np.maximum(index[corner], 0)], np.nan)

    @cached_property
    def _density(self) -> Floats:
        """(T,) lengths in UV to the length of one unit on the surface."""
        a, b, c = (self.mesh.vertices[self.mesh.triangles()[:, k]] * self.scale for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        u, v = self._uv[:, 1] - self._uv[:, 0], self._uv[:, 2] - self._uv[:, 0]
        return np.sqrt(np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / np.maximum(area, 1e-300))

    @cached_property
    def _pictures(self) -> dict[int, MipMap]:
        """By material; a texture of several materials is decoded once."""
        textures = {id(s.texture): s.texture for s in self.surfaces.values() if s.texture is not None}
        times = halvings(list(textures.values()))
        made = {
            key: MipMap.of(texture, "the texture of the input", count)
            for (key, texture), count in zip(textures.items(), times, strict=True)
        }
        return {k: made[id(s.texture)] for k, s in self.surfaces.items() if s.texture is not None}

    @property
    def largest(self) -> int:
        """Longer side of the largest texture in pixels, 0 for none."""
        return max((max(p.levels[0].shape[:2]) for p in self._pictures.values()), default=0)

    def __call__(self, triangle: Ints, weights: Floats, width: Floats) -> Floats:
        """Linear light ``(n, 3)`` at barycentric places, averaged over about ``width (n,)`` of the surface."""
        return self.spread(triangle, weights, [], width)

    def spread(self, triangle: Ints, weights: Floats, steps: list[Floats], width: Floats) -> Floats:
        """The mean of places to both sides of ``weights`` by each of two ``steps (n, 3)``, four in all.

        Together they are averaged over about ``width (n,)``.
        """
        colour = np.ones((len(triangle), 3), np.float32)
        if has_vertex_colours(self.mesh) and self.mesh.colours is not None:
            corner = self.mesh.triangles()[triangle]
            colour *= np.einsum("nk,nkc->nc", weights, to_linear(self.mesh.colours[:, :3])[corner])
        material = self.material[triangle]
        for number, surface in self.surfaces.items():
            chosen = np.flatnonzero(material == number)
            if len(chosen):
                colour[chosen] *= np.array(surface.colour, np.float32)
            if len(chosen) and number in self._pictures:
                own = [step[chosen] for step in steps]
                colour[chosen] *= self._textured(number, triangle[chosen], weights[chosen], own, width[chosen])
        return colour

    def _textured(self, material: int, triangle: Ints, weights: Floats, steps: list[Floats], width: Floats) -> Floats:
        picture = self._pictures[material]
        corners = self._uv[triangle]
        uv = _at(corners, weights)
        known = np.isfinite(uv).all(1)
        side = np.sqrt(np.prod(picture.levels[0].shape[:2]))
        share = 1.0 if len(steps) < 2 else 0.5
        texels = np.maximum(np.nan_to_num(self._density[triangle]) * width * side * share, 1e-6)
        level = np.round(np.log2(texels)).clip(0, 30).astype(np.int64)[known]
        moves = [_at(corners, step)[known] for step in steps]
        places = [uv[known] + i * moves[0] + j * moves[1] for i in (-1, 1) for j in (-1, 1)] if moves else [uv[known]]
        result = np.ones((len(triangle), 3), np.float32)
        result[known] = sum(picture(place, level) for place in places) / len(places)
        return result


def _at(corners: Floats, weights: Floats) -> Floats:
    """``(n, 2)`` of values at corners ``(n, 3, 2)``."""
    result: Floats = np.einsum("nk,nkc->nc", weights, corners)
    return result
