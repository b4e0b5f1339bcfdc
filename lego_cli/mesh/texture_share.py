"""How large the textures of a mesh can be looked at: all of them together within what the memory bears."""

from __future__ import annotations

import heapq
import struct
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.texture import MOST_PIXELS, texture_size

if TYPE_CHECKING:
    from lego_cli.api import Mesh, Texture

MOST_TOGETHER = 100_000_000  # pixels: one texture of 8192 x 8192, or six of 4096 x 4096


def shown_textures(mesh: Mesh) -> list[Texture]:
    """The textures that faces wear, each once."""
    if mesh.face_material is None or not len(mesh.face_material):
        return []
    worn = [mesh.materials[k] for k in np.unique(mesh.face_material).tolist() if k >= 0]
    found = [mesh.surfaces[name].texture for name in worn if name in mesh.surfaces]
    return list({id(texture): texture for texture in found if texture is not None}.values())


def halvings(textures: list[Texture]) -> list[int]:
    """How often each is to be halved: the largest first, until all together are within :data:`MOST_TOGETHER` pixels.

    A texture that cannot be read counts for nothing here.
    """
    sizes = [_size(texture) for texture in textures]
    times = [0] * len(textures)
    total = sum(wide * high for wide, high in sizes)
    largest = [(-wide * high, number) for number, (wide, high) in enumerate(sizes)]
    heapq.heapify(largest)
    while total > MOST_TOGETHER:
        before, number = heapq.heappop(largest)
        wide, high = sizes[number]
        sizes[number] = ((wide + 1) // 2, (high + 1) // 2)
        after = sizes[number][0] * sizes[number][1]
        if after == -before:  # a single pixel each: more textures than pixels
            break
        times[number] += 1
        total += before + after
        heapq.heappush(largest, (-after, number))
    return times


def share_note(mesh: Mesh) -> str | None:
    """A line about textures whose colours are looked up at a smaller size than they have; None where none is."""
    textures = shown_textures(mesh)
    times = [count for count in halvings(textures) if count]
    if not times:
        return None
    return (
        f"the {len(textures)} textures have more than {MOST_TOGETHER / 1e6:.0f} million pixels together: "
        f"colours are taken from {len(times)} of them as from pictures 1/{2 ** max(times)} as wide and high"
    )


def _size(texture: Texture) -> tuple[int, int]:
    if texture.data[12:16] == b"IHDR" and len(texture.data) > 24:  # without the weight of a picture library
        wide, high = struct.unpack_from(">II", texture.data, 16)
        return (wide, high) if wide * high <= MOST_PIXELS else (0, 0)
    try:
        return texture_size(texture)
    except LegoError:
        return 0, 0
