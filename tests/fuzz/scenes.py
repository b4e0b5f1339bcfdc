"""Small glTF scenes: one with all that ours have, one as other programs write them."""

from __future__ import annotations

import base64
import json
from random import Random
from typing import Any

import numpy as np

from lego_cli.api import Clip, Corrective, Mesh, RiggedHead, Surface, Texture

from .mutators.scene import joined
from .pictures import picture
from .sample import Sample, alone

_JSON, _BIN = 0x4E4F534A, 0x004E4942
SQUARE = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]


def small_head() -> RiggedHead:
    """Two quads and a triangle in two groups, with shapes, a corrective, an eye, a texture and a clip."""
    vertices = np.array([[x, y, 0.1 * x * y] for y in range(3) for x in range(3)], float) / 10
    mesh = Mesh(
        vertices, np.array([4, 4, 3]), np.array([0, 1, 4, 3, 1, 2, 5, 4, 3, 4, 7]),
        uvs=vertices[:, :2] * 4, corner_uv=np.array([0, 1, 4, 3, 1, 2, 5, 4, 3, 4, 7]),
        groups=("skin", "eye_left"), face_group=np.array([0, 0, 1]), materials=("Wet",), face_material=np.zeros(3, int),
        surfaces={"Wet": Surface((1.0, 0.5, 0.2), 0.5, Texture(picture("PNG")))},
    )  # fmt: skip
    names = ("jawOpen", "wave")
    shapes = np.zeros((2, 9, 3), np.float32)
    shapes[0, 4], shapes[1, :, 2] = 0.01, 0.02
    clip = Clip("go", np.arange(3) / 24, np.array([[0, 1], [1, 0], [0, 0.5]]), np.full((3, 3), 0.1))
    return RiggedHead(
        "small", mesh, names, shapes, (Corrective("both", names),), shapes[:1] / 2, plain=vertices * 1.01,
        eyes={"eye_left": vertices[7]}, mixes={"happy": {"wave": 0.5}}, clips=(clip,), placement=np.eye(4),
        licence="CC0",
    )  # fmt: skip


class _Buffer:
    """The accessors of a scene, and the bytes that they mean."""

    def __init__(self) -> None:
        self.accessors: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.data = b""

    def view(self, data: bytes) -> int:
        """Add bytes; returns the number of their view."""
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)})
        self.data += data + b"\0" * (-len(data) % 4)
        return len(self.views) - 1

    def accessor(self, values: Any, kind: str, form: str = "<f4", code: int = 5126, **more: Any) -> int:
        """Add numbers; returns the number of their accessor."""
        view = self.view(np.asarray(values, form).tobytes())
        count = np.size(values) // {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}[kind]
        return self.add({"bufferView": view, "componentType": code, "count": count, "type": kind, **more})

    def add(self, accessor: dict[str, Any]) -> int:
        """Add an accessor as it is; returns its number."""
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def foreign() -> tuple[dict[str, Any], bytes]:
    """Turned nodes, sparse targets, moved UVs, strips, quantised numbers, and clips of all kinds."""
    buffer = _Buffer()
    tree = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "Armature", "scale": [2, 2, 2], "rotation": [0, 0.6, 0, 0.8], "children": [1]},
                  {"name": "Head", "matrix": np.eye(4).ravel().tolist(), "mesh": 0}],
        "meshes": [{"weights": [0.25], "extras": {"targetNames": ["jawOpen"]}, "primitives": [_square(buffer)]}],
        "animations": [_clip(buffer)],
        "images": [{"bufferView": buffer.view(picture("JPEG")), "mimeType": "image/jpeg"}],
        "accessors": buffer.accessors, "bufferViews": buffer.views, "buffers": [{"byteLength": len(buffer.data)}],
    }  # fmt: skip
    return tree | _looks(), buffer.data


def _square(buffer: _Buffer) -> dict[str, Any]:
    """A strip of two triangles with one target that is sparse."""
    rows, move = buffer.view(np.array([2, 0], "<u2").tobytes()), buffer.view(np.ones(6, "<f4").tobytes())
    held = {"indices": {"bufferView": rows, "componentType": 5123}, "values": {"bufferView": move}}
    target = buffer.add({"componentType": 5126, "count": 4, "type": "VEC3", "sparse": {"count": 2, **held}})
    uvs = [[0, 0], [255, 0], [255, 255], [0, 255]]
    attributes = {
        "POSITION": buffer.accessor(SQUARE, "VEC3"), "NORMAL": buffer.accessor([[0, 0, 1]] * 4, "VEC3"),
        "TEXCOORD_0": buffer.accessor(uvs, "VEC2", "u1", 5121, normalized=True),
    }  # fmt: skip
    index = buffer.accessor([0, 1, 3, 2], "SCALAR", "<u2", 5123)
    return {"attributes": attributes, "indices": index, "mode": 5, "material": 0, "targets": [{"POSITION": target}]}


def _clip(buffer: _Buffer) -> dict[str, Any]:
    """A weight in straight lines, and a turn in curves."""
    times, weights = buffer.accessor([0, 1, 3], "SCALAR"), buffer.accessor([0, 0.5, 1], "SCALAR")
    turns = buffer.accessor([[0, 0, 0, 1]] * 9, "VEC4")
    curves = {"input": times, "output": turns, "interpolation": "CUBICSPLINE"}
    paths = [{"sampler": k, "target": {"node": 1, "path": path}} for k, path in enumerate(("weights", "rotation"))]
    return {"name": "all", "samplers": [{"input": times, "output": weights}, curves], "channels": paths}


def _looks() -> dict[str, Any]:
    moved = {"offset": [0.1, 0.2], "scale": [2, 2], "rotation": 0.3, "texCoord": 0}
    texture = {"index": 0, "extensions": {"KHR_texture_transform": moved}}
    look = {"baseColorTexture": texture, "baseColorFactor": [1, 0.5, 0.5, 1], "roughnessFactor": 0.4}
    return {"textures": [{"source": 0, "sampler": 0}], "samplers": [{"wrapS": 10497}],
            "materials": [{"name": "Wet", "pbrMetallicRoughness": look, "alphaMode": "MASK"}],
            "extensionsUsed": ["KHR_texture_transform"]}  # fmt: skip


def foreign_files(suffix: str) -> list[Sample]:
    """The foreign scene as one binary file, or as text with its buffer beside it and within."""
    tree, binary = foreign()
    if suffix != ".gltf":
        text = json.dumps(tree).encode()
        return [alone(f"scene{suffix}", joined([(_JSON, text), (_BIN, binary)]))]
    beside = tree | {"buffers": [{"byteLength": len(binary), "uri": "a.bin"}], "images": [{"uri": "skin.png"}]}
    within = "data:application/octet-stream;base64," + base64.b64encode(binary).decode()
    text = json.dumps(tree | {"buffers": [{"byteLength": len(binary), "uri": within}]})
    files = {"a.gltf": json.dumps(beside).encode(), "a.bin": binary, "skin.png": picture("PNG")}
    return [Sample("a.gltf", files), alone("b.gltf", text)]


def nested(depth: int = 12) -> Sample:
    """A scene whose node hangs deep, shown twice."""
    tree, binary = foreign()
    node = tree["nodes"][1]
    chain = [{"children": [k + 1], "translation": [0, 0.1, 0]} for k in range(depth)]
    tree["nodes"] = [*chain, node, {"mesh": 0, "rotation": [0, 0, 1, 0]}]
    tree["scenes"] = [{"nodes": [0, depth + 1]}]
    tree.pop("animations")
    Random(0).shuffle(tree["samplers"])
    return alone("deep.glb", joined([(_JSON, json.dumps(tree).encode()), (_BIN, binary)]))
