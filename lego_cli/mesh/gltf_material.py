"""Materials of glTF (section 3.9): base colour, its texture and where its UVs are."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Surface, Texture
from lego_cli.mesh.gltf_container import GltfContainer, is_count
from lego_cli.mesh.side_files import SideFileError, side_bytes, side_file
from lego_cli.mesh.texture import texture_of

if TYPE_CHECKING:
    from lego_cli.api import Floats

_TRANSFORM = "KHR_texture_transform"
_SOURCES = ("EXT_texture_webp",)  # extensions that name another image


def material_name(container: GltfContainer, index: Any) -> str:
    """The name of a material, made distinct where several have the same or none."""
    entry = container.item("materials", index)
    name = str(entry.get("name") or f"material_{index}")
    earlier = [str(other.get("name", "")) for other in container.items("materials")[:index]]
    return f"{name}_{index}" if name in earlier else name


def base_uvs(container: GltfContainer, primitive: dict[str, Any], most: int) -> tuple[str, Floats | None]:
    """The attribute that holds the UVs of a primitive's base colour texture, and how they are moved ``(2, 3)``."""
    texture = _base_texture(container, primitive.get("material"))
    extension = _object(_object(texture.get("extensions")).get(_TRANSFORM))
    channel = extension.get("texCoord", texture.get("texCoord", 0))
    name = f"TEXCOORD_{channel}" if is_count(channel) and channel < most else "TEXCOORD_0"
    return name, _matrix(extension) if extension else None


def _matrix(extension: dict[str, Any]) -> Floats:
    """``(2, 3)`` scale, turn counter-clockwise and offset, for UVs whose origin is at the upper left."""
    offset, scale = (
        np.asarray(extension.get(key, other), np.float64)
        for key, other in (("offset", (0.0, 0.0)), ("scale", (1.0, 1.0)))
    )
    turn = float(extension.get("rotation", 0.0))
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    matrix = np.column_stack([turned * scale, offset])
    return matrix if matrix.shape == (2, 3) and np.isfinite(matrix).all() else np.eye(2, 3)


def read_surfaces(container: GltfContainer, path: Path) -> tuple[dict[str, Surface], list[str]]:
    """How each material looks, by name, and notes on pictures that are missing, broken or of an unknown kind."""
    notes: list[str] = []
    images: dict[int, Texture | None] = {}
    surfaces = {}
    for index, entry in enumerate(container.items("materials")):
        look = _object(entry.get("pbrMetallicRoughness"))
        red, green, blue = _numbers(look.get("baseColorFactor"), (1.0, 1.0, 1.0, 1.0))[:3]
        roughness = _numbers([look.get("roughnessFactor", 1.0)], (1.0,))[0]
        image = _image_of(container, _base_texture(container, index))
        if image is not None and image not in images:
            images[image] = _picture(container, path, image, notes)
        texture = None if image is None else images[image]
        cutout = texture is not None and entry.get("alphaMode") == "MASK"
        surfaces[material_name(container, index)] = Surface((red, green, blue), roughness, texture, cutout)
    return surfaces, notes


def _base_texture(container: GltfContainer, material: Any) -> dict[str, Any]:
    if not is_count(material):
        return {}
    look = _object(container.item("materials", material).get("pbrMetallicRoughness"))
    return _object(look.get("baseColorTexture"))


def _image_of(container: GltfContainer, texture: dict[str, Any]) -> int | None:
    """Index of the image that a texture shows."""
    index, textures = texture.get("index"), container.items("textures")
    if not is_count(index) or index >= len(textures):
        return None
    extensions = _object(textures[index].get("extensions"))
    others = [_object(extensions.get(name)).get("source") for name in _SOURCES]
    found = next((source for source in (*others, textures[index].get("source")) if is_count(source)), None)
    return found if found is not None and found < len(container.items("images")) else None


def _picture(container: GltfContainer, path: Path, index: int, notes: list[str]) -> Texture | None:
    image = container.item("images", index)
    uri = image.get("uri")
    name = str(image.get("name") or (uri if isinstance(uri, str) and uri[:5] != "data:" else "") or f"image {index}")
    try:
        return texture_of(_bytes(container, path, image), name[:80])
    except SideFileError as error:
        notes.append(f"{name[:80]} {error}")
    except LegoError as error:
        notes.append(error.message)
    return None


def _bytes(container: GltfContainer, path: Path, image: dict[str, Any]) -> bytes:
    """The picture's file: in a buffer, in the text, or beside the scene. Raises SideFileError."""
    uri = image.get("uri")
    if isinstance(uri, str) and uri.startswith("data:"):
        try:
            return base64.b64decode(uri.partition(",")[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise SideFileError("is no base64") from error
    if isinstance(uri, str):
        return side_bytes(side_file(path.parent, uri))
    view = container.item("bufferViews", image.get("bufferView"))
    start, length, buffer = view.get("byteOffset", 0), view.get("byteLength"), view.get("buffer")
    if not (is_count(start) and is_count(length) and is_count(buffer)) or buffer >= len(container.buffers):
        raise SideFileError("is not in the file")
    return container.buffers[buffer][start : start + length]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _numbers(values: Any, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    """Numbers from 0 to 1, as many as ``otherwise`` has, or those."""
    if not isinstance(values, list) or len(values) != len(otherwise):
        return otherwise
    if not all(isinstance(value, int | float) and np.isfinite(value) for value in values):
        return otherwise
    return tuple(min(max(float(value), 0.0), 1.0) for value in values)
