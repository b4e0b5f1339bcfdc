"""The buffers of a glTF scene (section 3.6.1): in the .glb, in its text, or in files beside it."""

from __future__ import annotations

import binascii
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lego_cli.api import LegoError
from lego_cli.files.inputs import note_input
from lego_cli.mesh.gltf_json import Embedded, embedded_bytes, is_count
from lego_cli.mesh.limits import ReadLimits

_DAMAGED = "the file is damaged or was cut short: export the scene again"


def read_buffers(
    path: Path, declared: list[dict[str, Any]], embedded: Embedded, binary: memoryview | None, limits: ReadLimits
) -> list[bytes | memoryview]:
    """The bytes of each buffer that is declared; ``binary`` is the chunk of a .glb. Raises :class:`LegoError`.

    What several buffers name is read once, and all together within the limit on bytes.
    """
    read: dict[str, bytes] = {}
    total = 0
    found: list[bytes | memoryview] = []
    for number, buffer in enumerate(declared):
        uri = buffer.get("uri")
        content: bytes | memoryview | None = binary if number == 0 and "uri" not in buffer else None
        if isinstance(uri, str):
            if uri not in read:
                read[uri] = _content(path, uri, embedded, limits, total)
                total += len(read[uri])
            content = read[uri]
        length = buffer.get("byteLength")
        if content is None or not is_count(length) or length > len(content):
            held = 0 if content is None else len(content)
            raise LegoError(f"{path.name}: buffer {number} declares {length} bytes, but has {held}", _DAMAGED)
        found.append(content)
    return found


def _content(path: Path, uri: str, embedded: Embedded, limits: ReadLimits, before: int) -> bytes:
    if not uri.startswith("data:"):
        return _file(path, uri, limits, before)
    try:
        return embedded_bytes(embedded, uri)
    except (binascii.Error, ValueError) as error:
        raise LegoError(f"{path.name} has an embedded buffer that is no base64", _DAMAGED) from error


def _file(path: Path, uri: str, limits: ReadLimits, before: int) -> bytes:
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
    limits.require_bytes(f"{path.name} with its buffers", before + size)
    try:
        return note_input(target).read_bytes()
    except OSError as error:
        raise LegoError(f"cannot read {uri[:80]}: {error.strerror}", "check its permissions and the disk") from error
