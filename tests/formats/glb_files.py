"""GLB files of the tests: written, taken apart and put together."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from lego_cli.api import RiggedHead
from lego_cli.mesh.write import write_rigged
from lego_formats.glb import GlbExporter

EXPORTERS = {".glb": GlbExporter()}


def written(head: RiggedHead, path: Path, dense: bool = False) -> Path:
    write_rigged(head, path, EXPORTERS, force=True, dense=dense)
    return path


def chunks(path: Path) -> tuple[dict, bytes]:
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def glb(path: Path, tree: dict, binary: bytes) -> Path:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    path.write_bytes(b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body)
    return path
