"""What a file may take of the memory: about what its mesh needs, however it is written, and no more where refused.

Each file is read in a process of its own, which says how much it took at most. Margins are wide: what is caught here
took ten times as much.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mesh_samples as samples
import numpy as np
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell"),
]

MB = 1 << 20
SIZE = 16 * MB
CHILD = """
import sys
from pathlib import Path
from lego_cli.api import LegoError
from lego_cli.mesh import gltf, obj, off, ply, soundness, stl
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.rigged_gltf import read_rigged

def most():
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0])

before, words = most(), "sound"
try:
    (read_rigged if sys.argv[2] == "rigged" else read_mesh)(Path(sys.argv[1]))
except LegoError as error:
    words = error.message
print((most() - before) // 1024)
print(words)
"""
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
PLY = b"ply\nformat %s 1.0\nelement vertex %d\nproperty float x\nproperty float y\nproperty float z\n%send_header\n"
OFF = b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n"
FACET = b"facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
FACES = b"element face %d\nproperty list uchar uchar vertex_indices\n"
LISTS = b"element junk %d\nproperty list uchar uchar a\n"


def many(unit: bytes) -> bytes:
    return unit * (SIZE // len(unit))


def scene(**changes) -> bytes:
    return samples.glb(*samples.triangle_tree(**changes))


def objects() -> bytes:
    tree, binary = samples.triangle_tree(extras="@")
    text = json.dumps(tree).replace('"@"', "[" + "{}," * (SIZE // 3) + "0]").encode()
    return _glb(text, binary)


def _glb(text: bytes, binary: bytes) -> bytes:
    made = samples.glb({"@": 0}, binary)
    text += b" " * (-len(text) % 4)
    rest = made[20 + int.from_bytes(made[12:16], "little") :]
    body = len(text).to_bytes(4, "little") + made[16:20] + text + rest
    return made[:8] + (12 + len(body)).to_bytes(4, "little") + body


def zeros(count: int, targets: int, corners: int = 0) -> bytes:
    """Accessors without bytes are zeros: a kilobyte declares gigabytes."""
    accessors = [
        {"componentType": 5126, "count": count, "type": "VEC3"},
        {"componentType": 5125, "count": corners, "type": "SCALAR"},
    ]
    part = {"attributes": {"POSITION": 0}, "indices": 1, "targets": [{"POSITION": 0}] * targets}
    return scene(accessors=accessors, meshes=[{"primitives": [part]}])


def own_targets() -> bytes:
    """Shapes are a table of all names by all vertices, though each part has one."""
    parts = [
        {
            "primitives": [{"attributes": {"POSITION": 0}, "targets": [{"POSITION": 0}]}],
            "extras": {"targetNames": [f"{k}"]},
        }
        for k in range(6000)
    ]
    return scene(meshes=parts, nodes=[{"mesh": k} for k in range(6000)], scenes=[{"nodes": list(range(6000))}])


def same_image() -> bytes:
    tree, _ = samples.triangle_tree()
    picture = b"\x89PNG\r\n\x1a\n" + bytes(SIZE // 2)
    views = [{"buffer": 0, "byteLength": 36}, {"buffer": 0, "byteOffset": 36, "byteLength": 6}]
    tree["bufferViews"] = views + [{"buffer": 0, "byteOffset": 44, "byteLength": len(picture)}] * 100
    tree["buffers"] = [{"byteLength": 44 + len(picture)}]
    tree["images"] = [{"bufferView": 2 + k} for k in range(100)]
    tree["textures"] = [{"source": k} for k in range(100)]
    tree["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": k}}} for k in range(100)]
    return samples.glb(tree, samples.triangle_tree()[1] + b"\0\0" + picture)


def triangles() -> bytes:
    rows = np.zeros(SIZE // 50, np.dtype([("n", "<f4", 3), ("c", "<f4", (3, 3)), ("k", "<u2")]))
    rows["c"] = np.random.default_rng(0).integers(0, 300, (len(rows), 3, 3))
    return bytes(80) + len(rows).to_bytes(4, "little") + rows.tobytes()


BOMBS: dict[str, tuple[str, Callable[[], bytes], int, str]] = {
    # what: (file name, content, most MB, words of the outcome)
    "OBJ of vertices": ("a.obj", lambda: many(b"v 1.5 2.5 3.5\n") + b"f 1 2 3\n", 130, "sound"),
    "OBJ of faces": ("a.obj", lambda: TRIANGLE + many(b"f 1 2 3\n"), 230, "sound"),
    "OBJ of one face": ("a.obj", lambda: TRIANGLE + b"f " + many(b"1 2 3 "), 60, "line 5: a line of 17 MB"),
    "OBJ of blanks": ("a.obj", lambda: TRIANGLE + many(b" "), 60, "sound"),
    "OBJ of empty lines": ("a.obj", lambda: TRIANGLE + many(b"\n"), 130, "sound"),
    "OBJ of comments": ("a.obj", lambda: TRIANGLE + many(b"#\n"), 130, "sound"),
    "OBJ of one comment": ("a.obj", lambda: TRIANGLE + b"#" + many(b"x"), 60, "sound"),
    "OBJ of groups": ("a.obj", lambda: TRIANGLE + many(b"g a\n"), 150, "sound"),
    "OBJ of one long name": ("a.obj", lambda: TRIANGLE + b"g " + many(b"x"), 60, "a line of 17 MB"),
    "OBJ that goes on": ("a.obj", lambda: TRIANGLE + b"g " + many(b"\\\n") + b"a\n", 60, "a line of 17 MB"),
    "PLY of numbers": ("a.ply", lambda: PLY % (b"ascii", 3, b"") + many(b"1 "), 100, "sound"),
    "PLY of vertices": ("a.ply", lambda: PLY % (b"ascii", SIZE // 16, b"") + many(b"1.25 2.25 3.125\n"), 130, "sound"),
    "PLY of columns": (
        "a.ply",
        lambda: PLY % (b"ascii", SIZE // 200, b"".join(b"property float c%d\n" % k for k in range(97))) + many(b"1 "),
        100,
        "sound",
    ),
    "PLY of one word": ("a.ply", lambda: PLY % (b"ascii", 3, b"") + many(b"1"), 60, "no number among"),
    "PLY of lists": (
        "a.ply",
        lambda: PLY % (b"binary_little_endian", 3, LISTS % (SIZE // 6)) + bytes(36) + many(b"\0\1\0"),
        60,
        "sound",
    ),
    "PLY of long faces": (
        "a.ply",
        lambda: PLY % (b"binary_little_endian", 3, FACES % (SIZE // 256)) + bytes(36) + many(b"\xff" + b"\0" * 255),
        290,
        "more than the limit",
    ),
    "OFF of numbers": ("a.off", lambda: OFF + many(b"0 "), 60, "a line of 17 MB"),
    "OFF of faces": ("a.off", lambda: OFF.replace(b"3 1", b"3 %d" % (SIZE // 8)) + many(b"3 0 1 2\n"), 180, "sound"),
    "OFF of comments": ("a.off", lambda: OFF + many(b"#\n") + b"3 0 1 2\n", 150, "sound"),
    "STL of facets": ("a.stl", lambda: b"solid\n" + many(FACET) + b"endsolid\n", 150, "sound"),
    "STL of solids": ("a.stl", lambda: b"solid\n" + FACET + many(b"solid\n") + b"endsolid\n", 130, "sound"),
    "binary STL": ("a.stl", triangles, 150, "sound"),
    "JSON of objects": ("a.glb", objects, 130, "too many values to hold"),
    "one image again": ("a.glb", same_image, 100, "sound"),
    "vertices without bytes": ("a.glb", lambda: zeros(10**9, 0), 30, "more than the limit"),
    "corners without bytes": ("a.glb", lambda: zeros(3, 0, 10**9), 30, "more than the limit"),
    "shapes without bytes": ("a.glb", lambda: zeros(20_000, 2000), 30, "more than the limit"),
    "shapes of each part": ("a.glb", own_targets, 150, "more than the limit"),
}


@pytest.mark.parametrize("what", BOMBS)
def test_memory_stays_near_what_the_mesh_needs(what, tmp_path):
    name, made, most, words = BOMBS[what]
    path = tmp_path / name
    path.write_bytes(made())
    how = "rigged" if "shapes" in what else "mesh"
    done = subprocess.run([sys.executable, "-c", CHILD, str(path), how], capture_output=True, text=True, check=True)
    took, outcome = done.stdout.splitlines()
    assert words in outcome
    assert int(took) < most, f"{took} MB"
