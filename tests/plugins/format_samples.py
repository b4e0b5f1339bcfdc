"""Meshes that formats are tried on, and writing them by suffix."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lego_cli.api import Mesh
from lego_cli.mesh.read import read_mesh
from lego_formats.glb import GlbExporter
from lego_formats.obj import ObjExporter
from lego_formats.off import OffExporter
from lego_formats.ply import PlyExporter
from lego_formats.stl import StlExporter

ODD = (
    b"\xef\xbb\xbf# made by hand \xe9\r\n"
    b"mtllib odd.mtl\r\n\r\n"
    b"o Head\n"
    b"v  0.000   0 0  # origin\n"
    b"\tv 1.0 0.0 0.0 0.5 0.5 0.5\r\n"
    b"v 1 \\\r\n  1e0 \\\n0 1\r\n"
    b"v -0 1 0\n"
    b"vt 0 0 0\nvt 1 0 0\nvt 1 1\nvt 0 1\n"
    b"vn 0 0 1\n vn\t0 0 1.000\nvn 0.0 0.0 -1.0\n"
    b"g  skin   lips\nusemtl Wet skin\ns off\n"
    b"f -4/1/1   -3/2/1 \\\n-2/3/2 4/4/2\n"
    b"curv2 something unknown\n"
    b"s 1\ng\nf 4//3 3//3 2//3\r\n"
    b"l 1 2\n   \n#EOF"
)


def write(mesh: Mesh, path: Path) -> Path:
    exporters = (ObjExporter(), PlyExporter(), StlExporter(), GlbExporter(), OffExporter())
    next(exporter for exporter in exporters if path.suffix in exporter.suffixes).write(mesh, path)
    return path


def odd(folder: Path, data: bytes = ODD) -> Mesh:
    (folder / "odd.obj").write_bytes(data)
    return read_mesh(folder / "odd.obj")


def ball(**kept) -> Mesh:
    """A sphere of quads closed by triangles, of 20 units, with its own UVs at a seam."""
    rings, sides = 8, 12
    polar, round_ = np.linspace(0, np.pi, rings + 1)[1:-1], np.linspace(0, 2 * np.pi, sides, endpoint=False)
    body = [[np.sin(p) * np.cos(r), np.cos(p), np.sin(p) * np.sin(r)] for p in polar for r in round_]
    vertices = np.array([*body, [0, 1, 0], [0, -1, 0]]) * 10 + [3, 150, -2]
    last, faces, uvs, corner_uv = len(body), [], [], []
    for ring in range(rings - 2):
        for side in range(sides):
            a, b = ring * sides + side, ring * sides + (side + 1) % sides
            faces.append([a, b, b + sides, a + sides])
            corner_uv += range(len(uvs), len(uvs) + 4)
            uvs += [
                [u / sides, v / rings]
                for u, v in ((side, ring), (side + 1, ring), (side + 1, ring + 1), (side, ring + 1))
            ]
    for side in range(sides):
        following = (side + 1) % sides
        faces += [[following, side, last], [last - sides + side, last - sides + following, last + 1]]
        corner_uv += [-1] * 6
    corners = np.array([corner for face in faces for corner in face])
    return Mesh(vertices, np.array([len(face) for face in faces]), corners, np.array(uvs), np.array(corner_uv), **kept)
