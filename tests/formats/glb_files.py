"""GLB files of the tests: written, taken apart and put together."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

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


def foreign(path: Path, **changes) -> Path:
    """Ready-Player-Me style: head and teeth share names, hang under a scaled and turned node, none of our notes."""
    parts: list[np.ndarray] = []
    tree: dict = {
        "asset": {"version": "2.0", "generator": "other"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [
            {"name": "Armature", "scale": [2, 2, 2], "rotation": [0, np.sqrt(0.5), 0, np.sqrt(0.5)], "children": [1]},
            {"name": "Head", "translation": [0, 1, 0], "children": [2, 3]},
            {"name": "Wolf3D_Head", "mesh": 0}, {"name": "Wolf3D_Teeth", "mesh": 1},
        ],
        "meshes": [], "accessors": [], "bufferViews": [],
    }  # fmt: skip

    def view(values: np.ndarray) -> int:
        tree["bufferViews"].append(
            {"buffer": 0, "byteOffset": sum(p.nbytes for p in parts), "byteLength": values.nbytes}
        )
        parts.append(values)
        return len(tree["bufferViews"]) - 1

    def accessor(values: np.ndarray, kind: str, code: int = 5126) -> int:
        tree["accessors"].append(
            {"bufferView": view(values), "componentType": code, "count": len(values), "type": kind}
        )
        return len(tree["accessors"]) - 1

    def vec3(*rows) -> int:
        return accessor(np.array(rows, "<f4"), "VEC3")

    sparse = {
        "componentType": 5126, "count": 4, "type": "VEC3",
        "sparse": {
            "count": 1, "indices": {"bufferView": view(np.array([2, 0], "<u2")), "componentType": 5123},
            "values": {"bufferView": view(np.array([[0, 0, 0.5]], "<f4"))},
        },
    }  # fmt: skip
    tree["accessors"].append(sparse)
    square = vec3([0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0])  # two corners at one place, as lips that touch
    index = accessor(np.array([0, 1, 2, 1, 3, 0, 0, 0], "<u2")[:6], "SCALAR", 5123)
    smile = vec3([0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0])
    one = {"attributes": {"POSITION": square}, "indices": index}
    tree["meshes"] = [
        {
            "primitives": [one | {"targets": [{"POSITION": 0}, {"POSITION": smile}]}], "weights": [0, 0.25],
            "extras": {"targetNames": ["jawOpen", "mouthSmile"]},
        },
        {
            "primitives": [one | {"targets": [{"POSITION": smile}, {"POSITION": smile}]}],
            "extras": {"targetNames": ["mouthSmile", "teethOnly"]},
        },
    ]  # fmt: skip
    times = accessor(np.array([0, 1, 3], "<f4"), "SCALAR")
    two = accessor(np.array([1, 2], "<f4"), "SCALAR")
    tree["animations"] = [
        {
            "name": "all kinds",
            "samplers": [
                {"input": times, "output": accessor(np.array([0, 0, 1, 0.5, 0, 1], "<f4"), "SCALAR")},
                {
                    "input": two, "interpolation": "STEP",
                    "output": accessor(np.array([0.7, 0.1, 0.9, 0.3], "<f4"), "SCALAR"),
                },
                {
                    "input": two, "interpolation": "CUBICSPLINE",
                    "output": accessor(np.array([[0, 0, 0, 0], [0, 0, 0, 1], [0] * 4] * 2, "<f4"), "VEC4"),
                },
                {"input": two, "output": vec3([2, 2, 2], [2, 2, 2])},
            ],
            "channels": [
                {"sampler": 0, "target": {"node": 2, "path": "weights"}},
                {"sampler": 1, "target": {"node": 3, "path": "weights"}},
                {"sampler": 2, "target": {"node": 1, "path": "rotation"}},
                {"sampler": 3, "target": {"node": 0, "path": "scale"}},
            ],
        }
    ]  # fmt: skip
    binary = b"".join(part.tobytes() for part in parts)
    tree["buffers"] = [{"byteLength": len(binary)}]
    return glb(path, tree | changes, binary)
