"""Files of very many small things: twice as many are twice the work, never four times."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import mesh_samples as samples
import numpy as np
import pytest

from lego_cli.api import LegoError
from lego_cli.mesh import gltf, gltf_nodes, side_files
from lego_cli.mesh.components import mesh_report
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.rigged_gltf import read_rigged

TRIANGLE = {"attributes": {"POSITION": 0}, "indices": 1}
SHOWN = {"attributes": {"POSITION": 0}, "targets": [{"POSITION": 0}]}
PLY_HEAD = "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n"
FACET = "facet normal 0 0 1\nouter loop\nvertex {0} 0 0\nvertex {0} 1 0\nvertex {0} 0 1\nendloop\nendfacet\n"


def scene(**changes) -> bytes:
    return samples.glb(*samples.triangle_tree(**changes))


def roots(nodes: list[dict]) -> bytes:
    return scene(nodes=nodes, scenes=[{"nodes": list(range(len(nodes)))}])


def flat(n: int) -> bytes:
    return scene(nodes=[{"mesh": 0, "children": list(range(1, n))}, *({"name": f"n{k}"} for k in range(1, n))])


def chain(n: int) -> bytes:
    return scene(nodes=[*({"mesh": 0, "children": [k + 1]} for k in range(n - 1)), {"mesh": 0}])


def shown_again(n: int) -> bytes:
    nodes = [{"mesh": 0, "children": list(range(1, n))}, *({} for _ in range(1, n))]
    return scene(nodes=nodes, scenes=[{"nodes": [0] * n}])


def meshes(n: int) -> bytes:
    nodes = [{"mesh": k} for k in range(n)]
    return scene(nodes=nodes, scenes=[{"nodes": list(range(n))}], meshes=[{"primitives": [TRIANGLE]}] * n)


def materials(n: int) -> bytes:
    parts = [TRIANGLE | {"material": k} for k in range(n)]
    return scene(materials=[{"name": f"m{k % 7}"} for k in range(n)], meshes=[{"primitives": parts}])


def pictures(n: int) -> bytes:
    looks = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": k}}} for k in range(n)]
    images, textures = [{"uri": f"gone{k}.png"} for k in range(n)], [{"source": k} for k in range(n)]
    return scene(materials=looks, images=images, textures=textures)


def targets(n: int) -> bytes:
    part = TRIANGLE | {"targets": [{"POSITION": 0}] * n}
    return scene(meshes=[{"primitives": [part], "extras": {"targetNames": ["smile"] * n}}])


def moved_parts(n: int) -> bytes:
    return scene(meshes=[{"primitives": [SHOWN] * n, "extras": {"targetNames": ["smile"]}}])


def clips(n: int) -> bytes:
    tree, binary = samples.triangle_tree(meshes=[{"primitives": [SHOWN]}])
    keys = np.array([0, 1], "<f4").tobytes()
    tree["bufferViews"].append({"buffer": 0, "byteOffset": 44, "byteLength": 8})
    tree["accessors"].append({"bufferView": 2, "componentType": 5126, "count": 2, "type": "SCALAR"})
    tree["buffers"] = [{"byteLength": 52}]
    channel = {"sampler": 0, "target": {"node": 0, "path": "weights"}}
    tree["animations"] = [{"samplers": [{"input": 2, "output": 2}], "channels": [channel, channel]}] * n
    return samples.glb(tree, binary + b"\0\0" + keys)


def obj(statement: str) -> Callable[[int], bytes]:
    def made(n: int) -> bytes:
        faces = (f"v {k} 0 0\nv {k} 1 0\nv {k} 0 1\n{statement.format(k)}\nf -3 -2 -1\n" for k in range(n))
        return "".join(faces).encode()

    return made


MANY: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "nodes under one": (".glb", flat),
    "nodes under one another": (".glb", chain),
    "nodes without parents": (".glb", lambda n: roots([{"mesh": 0, "name": f"n{k}"} for k in range(n)])),
    "nodes of one name": (".glb", lambda n: roots([{"mesh": 0, "name": "n", "scale": [1, 2, 1]}] * n)),
    "a scene that names a node again": (".glb", shown_again),
    "meshes": (".glb", meshes),
    "primitives": (".glb", lambda n: scene(meshes=[{"primitives": [TRIANGLE] * n}])),
    "materials": (".glb", materials),
    "pictures that are not there": (".glb", pictures),
    "targets of one name": (".glb", targets),
    "parts that move": (".glb", moved_parts),
    "clips": (".glb", clips),
    "groups": (".obj", obj("g part {}")),
    "objects": (".obj", obj("o part {}")),
    "materials of an OBJ": (".obj", obj("usemtl m{}")),
    "smoothing groups": (".obj", obj("s {}")),
    "libraries": (".obj", obj("mtllib gone{}.mtl")),
    "one library again": (".obj", obj("mtllib gone.mtl")),
    "elements": (".ply", lambda n: (PLY_HEAD + "".join(f"element e{k} 1\nproperty float a\n" for k in range(n))
                                    + "end_header\n" + "0 " * (3 + n)).encode()),
    "properties": (".ply", lambda n: (PLY_HEAD + "".join(f"property list uchar int p{k}\n" for k in range(n))
                                      + "end_header\n0 0 0 " + "1 5 " * n).encode()),
    "solids": (".stl", lambda n: "".join(f"solid s{k}\n{FACET.format(k)}endsolid\n" for k in range(n)).encode()),
    "faces of different sizes": (".off", lambda n: (f"OFF\n4 {2 * n} 0\n0 0 0\n1 0 0\n0 1 0\n0 1 1\n"
                                                    + "3 0 1 2\n4 0 1 2 3\n" * n).encode()),
}  # fmt: skip


def work(path: Path) -> int:
    """Calls and lines that reading takes, whatever the machine."""
    count = 0

    def counted(_frame, _event, _argument):
        nonlocal count
        count += 1
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        mesh_report(read_mesh(path))
        if path.suffix == ".glb":
            read_rigged(path)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("what", MANY)
def test_twice_as_many_are_twice_the_work(what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    suffix, made = MANY[what]
    counts = []
    for number in (20, 150, 300, 600):  # the first time, modules are imported and caches filled
        path = tmp_path / f"a{suffix}"
        path.write_bytes(made(number))
        counts.append(work(path))
    assert counts[3] - counts[2] < 2.3 * (counts[2] - counts[1]), counts


@pytest.mark.parametrize("what", MANY)
def test_what_many_small_things_are_read_as(what, tmp_path):
    """Thousands are no error: a scene of engines or CAD may have so many."""
    suffix, made = MANY[what]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(made(3000))
    assert len(read_mesh(path).vertices)


def test_one_mesh_shown_without_end(tmp_path, monkeypatch):
    """Nodes times primitives: a few kilobytes could ask for millions of parts, even empty ones."""
    monkeypatch.setattr(gltf, "MOST_PARTS", 999)
    path = tmp_path / "a.glb"
    for mode in (1, 4):
        parts = [{"attributes": {"POSITION": 0}, "mode": mode}] * 40
        path.write_bytes(
            scene(nodes=[{"mesh": 0}] * 40, scenes=[{"nodes": list(range(40))}], meshes=[{"primitives": parts}])
        )
        with pytest.raises(LegoError, match="shows more than 999 meshes"):
            read_mesh(path)
    monkeypatch.setattr(gltf_nodes, "MOST_NODES", 39)
    with pytest.raises(LegoError, match="has 40 nodes"):
        read_mesh(path)


def test_names_beyond_reason_are_refused_and_notes_end(tmp_path, monkeypatch):
    (tmp_path / "a.obj").write_bytes(obj("g part {}")(300))
    monkeypatch.setattr("lego_cli.mesh.names.MOST", 200)
    with pytest.raises(LegoError, match="more groups than can be held"):
        read_mesh(tmp_path / "a.obj")
    (tmp_path / "b.obj").write_bytes(obj("mtllib gone{}.mtl")(190))
    monkeypatch.setattr(side_files, "MOST_NAMES", 150)
    notes = read_mesh(tmp_path / "b.obj").notes
    assert len(notes) == 101
    assert notes[0] == "gone0.mtl is not there"
    assert notes[-1] == "and 90 more such notes"
