"""GLB without shapes: what viewers need, seams, hard edges, round trips."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
from format_samples import ball, write

from lego_cli.mesh.normals import face_normals, vertex_normals
from lego_cli.mesh.read import read_mesh


def tree_of(path: Path) -> tuple[dict, bytes]:
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def test_glb_splits_vertices_at_seams_only(tmp_path):
    mesh = ball()
    without = replace(mesh, uvs=None, corner_uv=None)
    tree, _ = tree_of(write(without, tmp_path / "out.glb"))
    assert tree["accessors"][0]["count"] == len(mesh.vertices)
    square = replace(mesh, uvs=mesh.vertices[:, :2] / 200, corner_uv=mesh.corner_vertex)
    tree, _ = tree_of(write(square, tmp_path / "out.glb"))
    assert tree["accessors"][0]["count"] == len(mesh.vertices)
    tree, _ = tree_of(write(mesh, tmp_path / "out.glb"))
    rings = 7  # the seam doubles one vertex of each ring, the caps have no UVs
    assert tree["accessors"][0]["count"] == len(mesh.vertices) + rings + 24


def test_glb_has_what_viewers_need(tmp_path):
    """NORMAL always, bounds that are exact, aligned views with targets: without them viewers split, clip or refuse."""
    mesh = replace(ball(), groups=("skin", "eye"), materials=("Wet",))
    faces = len(mesh.face_sizes)
    mesh = replace(
        mesh,
        face_group=np.arange(faces) % 2,
        face_material=np.where(np.arange(faces) < faces // 2, 0, -1),
        colours=np.random.default_rng(0).random((len(mesh.vertices), 4)),
    )
    tree, binary = tree_of(write(mesh, tmp_path / "out.glb"))
    assert [node["name"] for node in tree["nodes"]] == ["skin", "eye"]
    assert [entry["name"] for entry in tree["materials"]] == ["default", "Wet"]
    assert all(entry["pbrMetallicRoughness"]["metallicFactor"] == 0 for entry in tree["materials"])
    for view in tree["bufferViews"]:
        assert view["byteOffset"] % 4 == 0
        assert view["target"] in (34962, 34963)
        assert view["byteOffset"] + view["byteLength"] <= len(binary)
    for entry in tree["meshes"]:
        assert len(entry["primitives"]) == 2
        for primitive in entry["primitives"]:
            assert set(primitive["attributes"]) == {"POSITION", "NORMAL", "TEXCOORD_0", "COLOR_0"}
            position = tree["accessors"][primitive["attributes"]["POSITION"]]
            view = tree["bufferViews"][position["bufferView"]]
            table = np.frombuffer(binary, "<f4", position["count"] * 3, view["byteOffset"]).reshape(-1, 3)
            assert position["min"] == table.min(axis=0).tolist()
            assert position["max"] == table.max(axis=0).tolist()
            normal = tree["accessors"][primitive["attributes"]["NORMAL"]]
            view = tree["bufferViews"][normal["bufferView"]]
            length = np.linalg.norm(
                np.frombuffer(binary, "<f4", normal["count"] * 3, view["byteOffset"]).reshape(-1, 3), axis=1
            )
            np.testing.assert_allclose(length, 1, atol=1e-6)


def test_glb_round_trip(tmp_path):
    mesh = ball()
    mesh = replace(mesh, colours=np.random.default_rng(0).random((len(mesh.vertices), 4)))
    back = read_mesh(write(mesh, tmp_path / "out.glb"))
    order = np.lexsort(np.round(mesh.vertices, 4).T)
    found = np.lexsort(np.round(back.vertices, 4).T)
    np.testing.assert_allclose(back.vertices[found], mesh.vertices[order], atol=2e-5)
    np.testing.assert_allclose(back.colours[found], mesh.colours[order], atol=0.002)
    np.testing.assert_allclose(back.vertices[back.triangles()], mesh.vertices[mesh.triangles()], atol=2e-5)
    np.testing.assert_allclose(vertex_normals(back)[found], vertex_normals(mesh)[order], atol=1e-4)


def test_glb_keeps_hard_edges(tmp_path):
    mesh = ball()
    flat = replace(
        mesh, normals=face_normals(mesh), corner_normal=np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    )
    back = read_mesh(write(flat, tmp_path / "flat.glb"))
    np.testing.assert_allclose(
        back.normals[back.corner_normal[::3]], face_normals(mesh)[mesh.triangle_face()], atol=1e-6
    )
