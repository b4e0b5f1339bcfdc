"""Small mesh files of every kind, with what lies beside them."""

from __future__ import annotations

import struct

import numpy as np

from lego_formats.glb import GlbExporter
from lego_formats.obj import ObjExporter
from lego_formats.off import OffExporter
from lego_formats.ply import PlyExporter
from lego_formats.stl import StlExporter
from lego_formats.vrm import VrmExporter

from .pictures import picture
from .sample import Sample, alone, written
from .scenes import foreign_files, nested, small_head

OBJ = """# a small head
mtllib cube.mtl
o head
v 0 0 0 1 0 0
v 1 0 0 0 1 0
v 1 1 0 0 0 1
v 0 1 0 1 1 1
v 0.5 0.5 1e0 0 0 0
vt 0 0
vt 1 0
vt 1 1
vn 0 0 1
vn 0 1 0
g skin upper
usemtl Wet
s 1
f 4/1/1 3/2/1 2/3/1 1/1/1
f 1//1 2//1 5//2
g
usemtl Matt
s off
f -4/-3 -3/-2 \\
 -1/-1
l 1 2 3
f 3 4 5
f 4 1 5
"""
MTL = """newmtl Wet
Kd 0.8 0.5 0.4
Ns 60
map_Kd -s 1 1 1 -o 0 0 skin.png
newmtl Matt
Kd 0.2 0.2 0.2
Pr 0.9
map_bump -bm 0.3 rough.bmp
"""
PLY = """ply
format ascii 1.0
comment TextureFile skin.png
obj_info made by hand
element vertex 5
property float x
property float y
property double z
property uchar red
property uchar green
property uchar blue
property float s
property float t
element face 4
property list uchar int vertex_indices
property list uchar float texcoord
property int texnumber
element edge 1
property int vertex1
property int vertex2
end_header
0 0 0 255 0 0 0 0
1 0 0 0 255 0 1 0
1 1 0 0 0 255 1 1
0 1 0 255 255 255 0 1
0.5 0.5 1 0 0 0 0.5 0.5
4 3 2 1 0 8 0 0 1 0 1 1 0 1 0
3 0 1 4 6 0 0 1 0 1 1 0
3 1 2 4 6 0 0 1 0 1 1 0
3 2 3 4 6 0 0 1 0 1 1 0
0 1
"""
STL = """solid left
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
    vertex 0 0 1e0
  endloop
endfacet
endsolid left
"""
OFFS = (
    "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0.5\n4 0 1 2 3\n3 2 1 0 255 0 0\n",
    "# a comment\nSTCNOFF\n3 1 3\n" + "0 0 0 0 0 1 255 0 0 255 0.5 0.5\n" * 2 + "1 1 1 0 0 1 0 1 0 1 0 0\n3 0 1 2\n",
    "COFF 3 1 0\n0 0 0 1 0 0 1\n1 0 0 0 1 0 1\n0 1 0 0 0 1 1\n3 0 1 2 0.5 0.5 0.5\n",
    "NOFF\n3 1 0\n0 0 0 0 0 1\n1 0 0 0 0 1\n0 1 0 0 0 1\n3 0 1 2\n",
)


def objs() -> list[Sample]:
    """One by hand with its materials and pictures, one of ours, one of lines alone."""
    beside = {"cube.mtl": MTL.encode(), "skin.png": picture("PNG"), "rough.bmp": picture("BMP")}
    mesh = small_head().mesh
    return [
        Sample("cube.obj", {"cube.obj": OBJ.encode(), **beside}),
        written("head.obj", lambda path: ObjExporter().write(mesh, path)),
        alone("plain.obj", "v 0 0 0\r\nv 1 0 0\r\nv 0 1 0\r\nf 1 2 3\r\n"),
        alone("points.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\np 1 2\nl 1 2\n"),
    ]


def plys() -> list[Sample]:
    """By hand in text; ours; both byte orders; a cloud of points, and strips."""
    mesh = small_head().mesh
    return [
        Sample("a.ply", {"a.ply": PLY.encode(), "skin.png": picture("PNG")}),
        written("ours.ply", lambda path: PlyExporter().write(mesh, path)),
        alone("big.ply", binary_ply(">")),
        alone("little.ply", binary_ply("<")),
        alone("cloud.ply", "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\n"
                           "property float z\nend_header\n0 0 0\n1 1 1\n"),
        alone("strips.ply", "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
                            "property float z\nelement tristrips 1\nproperty list int int vertex_indices\n"
                            "end_header\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n4 0 1 2 3\n"),
    ]  # fmt: skip


def binary_ply(order: str) -> bytes:
    """A square of a quad and a triangle with colours, in either byte order."""
    word = "big" if order == ">" else "little"
    head = (
        f"ply\nformat binary_{word}_endian 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
        "property float z\nproperty uchar red\nproperty uchar green\nproperty uchar blue\nelement face 2\n"
        "property list uchar uint vertex_indices\nproperty short flag\nend_header\n"
    )
    rows = [struct.pack(f"{order}3f3B", x, y, 0, 9, 99, 200) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    faces = struct.pack(f"{order}B4Ih", 4, 0, 1, 2, 3, 1) + struct.pack(f"{order}B3Ih", 3, 0, 1, 2, -1)
    return head.encode() + b"".join(rows) + faces


def stls() -> list[Sample]:
    """Text and binary; one whose header begins as text does, one with colours."""
    mesh = small_head().mesh
    ours = written("ours.stl", lambda path: StlExporter().write(mesh, path))
    coloured = np.zeros(2, [("n", "<f4", 3), ("v", "<f4", (3, 3)), ("c", "<u2")])
    coloured["v"] = np.random.default_rng(0).random((2, 3, 3))
    coloured["c"] = 0x801F
    data = b"solid COLOR=\xff\0\0\xff".ljust(80, b" ") + struct.pack("<I", 2) + coloured.tobytes()
    return [alone("a.stl", STL), ours, alone("colours.stl", data)]


def offs() -> list[Sample]:
    """Ours, and headers of each kind."""
    mesh = small_head().mesh
    ours = written("ours.off", lambda path: OffExporter().write(mesh, path))
    return [ours, *(alone(f"{k}.off", text) for k, text in enumerate(OFFS))]


def glbs() -> list[Sample]:
    """Ours with shapes and without, dense and sparse, and foreign ones."""
    head, exporter = small_head(), GlbExporter()
    return [
        written("ours.glb", lambda path: exporter.write_rigged(head, path)),
        written("dense.glb", lambda path: exporter.write_rigged(head, path, dense=True)),
        written("still.glb", lambda path: exporter.write(head.mesh, path)),
        *foreign_files(".glb"),
        nested(),
    ]


def vrms() -> list[Sample]:
    """Ours with its stub body, and a scene that only calls itself one."""
    head = small_head()
    return [written("ours.vrm", lambda path: VrmExporter().write_rigged(head, path)), *foreign_files(".vrm")]
