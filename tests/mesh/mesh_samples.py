"""Small meshes and files that the mesh tests share."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np

from lego_cli.api import Mesh
from lego_formats.glb import GlbExporter
from lego_formats.obj import ObjExporter
from lego_formats.off import OffExporter
from lego_formats.ply import PlyExporter
from lego_formats.stl import StlExporter

EXPORTERS = {
    "obj": ObjExporter(),
    "ply": PlyExporter(),
    "stl": StlExporter(),
    "glb": GlbExporter(),
    "off": OffExporter(),
}

CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
QUADS = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])


def cube(**kept) -> Mesh:
    """A closed cube of six quads that look outwards."""
    return Mesh.from_faces(CORNERS, QUADS, **kept)


def painted_cube() -> Mesh:
    """A cube with everything a mesh can have; one face is a pentagon-free mix of quads and two triangles."""
    sizes = np.array([4, 4, 4, 4, 4, 3, 3])
    corners = np.concatenate([QUADS[:5].reshape(-1), [1, 3, 7], [1, 7, 5]])
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    corner_uv = np.concatenate([np.tile(np.arange(4), 5), [0, 1, 2], [0, 2, 3]])
    mesh = Mesh(
        CORNERS * 20.0 + 3.0,
        sizes,
        corners,
        uvs=square,
        corner_uv=corner_uv,
        colours=np.linspace(0, 1, 24).reshape(8, 3),
        groups=("skin", "left eye"),
        face_group=np.array([0, 0, 0, 1, 1, -1, -1]),
        materials=("Wet", "Matt"),
        face_material=np.array([0, 1, 1, 1, 0, 0, -1]),
        smoothing=np.array([1, 1, 0, 0, 2, 2, 1]),
    )
    normals = np.array([[0, 0, -1], [0, 0, 1], [0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0]], dtype=float)
    corner_normal = np.repeat([0, 1, 2, 3, 4, 5, 5], sizes)
    return replace(mesh, normals=normals, corner_normal=corner_normal)


ASCII_PLY = """ply
format ascii 1.0
comment a pyramid
element vertex 5
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face 5
property list uchar int vertex_indices
end_header
0 0 0 255 0 0
1 0 0 0 255 0
1 1 0 0 0 255
0 1 0 255 255 255
0.5 0.5 1 0 0 0
4 3 2 1 0
3 0 1 4
3 1 2 4
3 2 3 4
3 3 0 4
"""

ASCII_STL = """solid left vertex normal
facet normal 0 0 -1
  outer loop
    vertex 0 0 0
    vertex 0 1 0
    vertex 1 0 0
  endloop
endfacet
facet normal 0 0 1
  outer loop
    vertex 0 0 0
    vertex 1 0 0
    vertex 0 0 1
  endloop
endfacet
endsolid left vertex normal
solid
endsolid
"""

ASCII_OFF = """# a comment
OFF
4 2 0
0 0 0
1 0 0
1 1 0
0 1 0.5
4 0 1 2 3
3 2 1 0 255 0 0
"""


def glb(tree: dict, binary: bytes = b"") -> bytes:
    """A .glb file of a JSON tree and its buffer."""
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    if binary:
        chunks += struct.pack("<II", len(binary), 0x004E4942) + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def triangle_tree(**changes) -> tuple[dict, bytes]:
    """The JSON and buffer of a one-triangle scene, with top-level entries replaced."""
    binary = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype="<f4").tobytes() + struct.pack("<3H", 0, 1, 2)
    tree = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "tri"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 6},
        ],
        "buffers": [{"byteLength": 42}],
    }
    return {**tree, **changes}, binary


def written(mesh: Mesh, suffix: str, folder: Path) -> bytes:
    """The bytes that our own exporter makes of ``mesh``."""
    path = folder / f"written{suffix}"
    EXPORTERS[suffix[1:]].write(mesh, path)
    return path.read_bytes()


def every_format(folder: Path) -> dict[str, bytes]:
    """One sound file of each kind that can be read, by file name."""
    mesh = painted_cube()
    files = {f"cube.{name}": written(mesh, f".{name}", folder) for name in EXPORTERS}
    tree, binary = triangle_tree()
    return files | {
        "ascii.ply": ASCII_PLY.encode(),
        "ascii.stl": ASCII_STL.encode(),
        "ascii.off": ASCII_OFF.encode(),
        "tri.glb": glb(tree, binary),
    }
