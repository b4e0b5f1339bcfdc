"""Materials of glTF (section 3.9): base colour, its texture and where its UVs are."""

from __future__ import annotations

import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Surface, Texture
from lego_cli.mesh.gltf_container import GltfContainer, is_count
from lego_cli.mesh.gltf_json import embedded_bytes
from lego_cli.mesh.notes import Notes
from lego_cli.mesh.picture_shelf import PictureShelf
from lego_cli.mesh.side_files import SideFileError, SideFiles, side_bytes

if TYPE_CHECKING:
    from lego_cli.api import Floats

_TRANSFORM = "KHR_texture_transform"
_SOURCES = ("EXT_texture_webp",)  # extensions that name another image


def material_name(container: GltfContainer, index: Any) -> str:
    """The name of a material, made distinct where several have the same or none."""
    container.item("materials", index)
    return container.once("material names", lambda: _names(container.items("materials")))[index]


def _names(materials: list[dict[str, Any]]) -> list[str]:
    names, earlier = [], set[str]()
    for index, entry in enumerate(materials):
        name = str(entry.get("name") or f"material_{index}")
        names.append(f"{name}_{index}" if name in earlier else name)
        earlier.add(str(entry.get("name", "")))
    return names


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
    notes, files = Notes(), SideFiles()
    shelf = PictureShelf(notes)
    surfaces = {}
    for index, entry in enumerate(container.items("materials")):
        look = _object(entry.get("pbrMetallicRoughness"))
        red, green, blue = _numbers(look.get("baseColorFactor"), (1.0, 1.0, 1.0, 1.0))[:3]
        roughness = _numbers([look.get("roughnessFactor", 1.0)], (1.0,))[0]
        image = _image_of(container, _base_texture(container, index))
        texture = None if image is None else _picture(container, path, image, shelf, files)
        cutout = texture is not None and entry.get("alphaMode") == "MASK"
        surfaces[material_name(container, index)] = Surface((red, green, blue), roughness, texture, cutout)
    return surfaces, list(notes.lines())


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


def _picture(container: GltfContainer, path: Path, index: int, shelf: PictureShelf, files: SideFiles) -> Texture | None:
    image = container.item("images", index)
    uri = image.get("uri")
    name = str(image.get("name") or (uri if isinstance(uri, str) and uri[:5] != "data:" else "") or f"image {index}")
    view = _view(container, image)
    place = uri if isinstance(uri, str) else str([view.get(key) for key in ("buffer", "byteOffset", "byteLength")])
    return shelf.texture(place, name[:80], lambda: _bytes(container, path, uri, view, files))


def _view(container: GltfContainer, image: dict[str, Any]) -> dict[str, Any]:
    """The buffer view of an image, empty where there is none."""
    index, views = image.get("bufferView"), container.items("bufferViews")
    return views[index] if is_count(index) and index < len(views) else {}


def _bytes(container: GltfContainer, path: Path, uri: Any, view: dict[str, Any], files: SideFiles) -> bytes:
    """The picture's file: in the text, beside the scene, or in a buffer. Raises SideFileError."""
    if isinstance(uri, str) and uri.startswith("data:"):
        try:
            return embedded_bytes(container.embedded, uri)
        except (binascii.Error, ValueError) as error:
            raise SideFileError("is no base64") from error
    if isinstance(uri, str):
        return side_bytes(files.find(path.parent, uri))
    start, length, buffer = view.get("byteOffset", 0), view.get("byteLength"), view.get("buffer")
    if not (is_count(start) and is_count(length) and is_count(buffer)) or buffer >= len(container.buffers):
        raise SideFileError("is not in the file")
    return bytes(container.buffers[buffer][start : start + length])


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _numbers(values: Any, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    """Numbers from 0 to 1, as many as ``otherwise`` has, or those."""
    if not isinstance(values, list) or len(values) != len(otherwise):
        return otherwise
    if not all(isinstance(value, int | float) and np.isfinite(value) for value in values):
        return otherwise
    return tuple(min(max(float(value), 0.0), 1.0) for value in values)
