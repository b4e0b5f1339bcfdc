"""The container of a glTF scene: the JSON and the buffers of a .glb or .gltf, with every length checked."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import unquote

from lego_cli.api import LegoError
from lego_cli.files.inputs import note_input
from lego_cli.mesh.limits import ReadLimits

_DAMAGED = "the file is damaged or was cut short: export the scene again"
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")


@dataclass(frozen=True, eq=False)
class GltfContainer:
    """The JSON tree of a scene, and its binary buffers."""

    name: str
    tree: dict[str, Any]
    buffers: list[bytes]

    def items(self, key: str) -> list[dict[str, Any]]:
        """The objects of a top-level array of the tree."""
        found = self.tree.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise LegoError(f"{self.name}: {key!r} is no list of objects", _DAMAGED)
        return found

    def item(self, key: str, index: Any) -> dict[str, Any]:
        """One object of a top-level array. Raises :class:`LegoError` where the index does not exist."""
        found = self.items(key)
        if not is_count(index) or index >= len(found):
            raise LegoError(
                f"{self.name} asks for entry {str(index)[:20]!r} of {key!r}, but there are {len(found)}", _DAMAGED
            )
        return found[index]


def is_count(value: Any) -> TypeGuard[int]:
    """Whether a JSON value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def read_gltf_container(path: Path, data: bytes, limits: ReadLimits) -> GltfContainer:
    """The JSON and buffers of a glTF file's bytes; buffers in other files must lie in the same folder."""
    text, binary = _chunks(path.name, data) if data[:4] == b"glTF" else (data, None)
    try:
        tree = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LegoError(f"{path.name}: its JSON cannot be read ({error})"[:200], _DAMAGED) from error
    if not isinstance(tree, dict):
        raise LegoError(f"{path.name}: its JSON is no object", _DAMAGED)
    container = GltfContainer(path.name, tree, [])
    _require_version(container)
    for number, buffer in enumerate(container.items("buffers")):
        content = binary if number == 0 and "uri" not in buffer else _external(path, buffer.get("uri"), limits)
        length = buffer.get("byteLength")
        if content is None or not is_count(length) or length > len(content):
            held = 0 if content is None else len(content)
            raise LegoError(f"{path.name}: buffer {number} declares {length} bytes, but has {held}", _DAMAGED)
        container.buffers.append(content)
    return container


def _chunks(name: str, data: bytes) -> tuple[bytes, bytes | None]:
    """The JSON chunk and the first binary chunk of a .glb."""
    if len(data) < 20:
        raise LegoError(f"{name} is shorter than the header of a binary glTF", _DAMAGED)
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise LegoError(f"{name} is glTF version {version}", "export it as glTF 2.0")
    if length > len(data):
        raise LegoError(f"{name} declares {length} bytes, but has {len(data)}", _DAMAGED)
    chunks: dict[int, bytes] = {}
    at = 12
    while at + 8 <= length:
        size, kind = struct.unpack_from("<II", data, at)
        if at + 8 + size > length:
            raise LegoError(f"{name} has a chunk of {size} bytes where {length - at - 8} are left", _DAMAGED)
        chunks.setdefault(kind, data[at + 8 : at + 8 + size])
        at += 8 + size
    if _JSON not in chunks:
        raise LegoError(f"{name} has no JSON chunk", _DAMAGED)
    return chunks[_JSON], chunks.get(_BIN)


def _require_version(container: GltfContainer) -> None:
    asset = container.tree.get("asset")
    version = str(asset.get("version", "")) if isinstance(asset, dict) else ""
    if not version.startswith("2."):
        raise LegoError(f"{container.name} is glTF version {version[:20]!r}", "export it as glTF 2.0")
    required = container.tree.get("extensionsRequired", [])
    packed = [name for name in _COMPRESSED if isinstance(required, list) and name in required]
    if packed:
        raise LegoError(f"{container.name} is compressed ({packed[0]})", "export it without mesh compression")


def _external(path: Path, uri: Any, limits: ReadLimits) -> bytes | None:
    if not isinstance(uri, str):
        return None
    if uri.startswith("data:"):
        try:
            return base64.b64decode(uri.partition(",")[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise LegoError(f"{path.name} has an embedded buffer that is no base64", _DAMAGED) from error
    folder = path.parent.resolve()
    try:
        target = (folder / unquote(uri)).resolve()
        inside = "://" not in uri and target.is_relative_to(folder)
        size = target.stat().st_size if inside and target.is_file() else -1
    except (OSError, ValueError):
        inside, size = False, -1
    if not inside:
        raise LegoError(f"{path.name} refers to {uri[:80]!r}, outside its folder", "put the scene in one .glb file")
    if size < 0:
        raise LegoError(f"{path.name} needs {uri[:80]!r}, which is not beside it", "copy that file too, or use .glb")
    limits.require_bytes(uri[:80], size)
    return note_input(target).read_bytes()
