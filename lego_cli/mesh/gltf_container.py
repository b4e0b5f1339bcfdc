"""The container of a glTF scene: the JSON and the buffers of a .glb or .gltf, with every length checked."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_buffers import read_buffers
from lego_cli.mesh.gltf_json import Embedded, is_count, read_gltf_json
from lego_cli.mesh.limits import ReadLimits

__all__ = ["GltfContainer", "is_count", "read_gltf_container"]

Made = TypeVar("Made")

MOST_CHUNKS = 100  # of a .glb: files have two, and a few of vendors
MOST_NUMBERS = 250_000_000  # that one scene may ask accessors and skins for, all requests together
_DAMAGED = "the file is damaged or was cut short: export the scene again"
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")


@dataclass(frozen=True, eq=False)
class GltfContainer:
    """The JSON tree of a scene, and its binary buffers."""

    name: str
    tree: dict[str, Any]
    buffers: list[bytes | memoryview]
    embedded: Embedded = field(default_factory=dict)  # see gltf_json
    _known: dict[str, Any] = field(default_factory=dict, repr=False)  # what was worked out before
    _asked: list[int] = field(default_factory=lambda: [0], repr=False)  # numbers so far

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, worked out at the first call only."""
        if key not in self._known:
            self._known[key] = make()
        found: Made = self._known[key]
        return found

    def items(self, key: str) -> list[dict[str, Any]]:
        """The objects of a top-level array of the tree."""
        return self.once(f"items {key}", lambda: self._objects(key))

    def _objects(self, key: str) -> list[dict[str, Any]]:
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

    def with_nodes(self, nodes: list[dict[str, Any]]) -> GltfContainer:
        """The same scene with other nodes."""
        return GltfContainer(self.name, {**self.tree, "nodes": nodes}, self.buffers, self.embedded, {}, self._asked)

    def ask(self, numbers: int) -> None:
        """Note that so many numbers are wanted. Raises :class:`LegoError` where that makes too many: a small file can
        name the same bytes again and again."""
        self._asked[0] += numbers
        if self._asked[0] > MOST_NUMBERS:
            raise LegoError(f"{self.name} asks for more than {MOST_NUMBERS} numbers", "export only the head")


def read_gltf_container(path: Path, data: bytes, limits: ReadLimits) -> GltfContainer:
    """The JSON and buffers of a glTF file's bytes; buffers in other files must lie in the same folder."""
    text, binary = _chunks(path.name, data) if data[:4] == b"glTF" else (memoryview(data), None)
    tree, embedded = read_gltf_json(path.name, text)
    container = GltfContainer(path.name, tree, [], embedded)
    _require_version(container)
    container.buffers.extend(read_buffers(path, container.items("buffers"), embedded, binary, limits))
    return container


def _chunks(name: str, data: bytes) -> tuple[memoryview, memoryview | None]:
    """The JSON chunk and the first binary chunk of a .glb."""
    if len(data) < 20:
        raise LegoError(f"{name} is shorter than the header of a binary glTF", _DAMAGED)
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise LegoError(f"{name} is glTF version {version}", "export it as glTF 2.0")
    if length > len(data):
        raise LegoError(f"{name} declares {length} bytes, but has {len(data)}", _DAMAGED)
    chunks: dict[int, memoryview] = {}
    at = 12
    for _ in range(MOST_CHUNKS):
        if at + 8 > length:
            break
        size, kind = struct.unpack_from("<II", data, at)
        if at + 8 + size > length:
            raise LegoError(f"{name} has a chunk of {size} bytes where {length - at - 8} are left", _DAMAGED)
        chunks.setdefault(kind, memoryview(data)[at + 8 : at + 8 + size])
        at += 8 + size
    else:
        raise LegoError(f"{name} has more than {MOST_CHUNKS} chunks", _DAMAGED)
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
