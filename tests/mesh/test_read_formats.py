"""PLY, STL, OFF and glTF files of other programs come in whole: polygons, colours, UVs, nodes in place."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

import mesh_samples as samples
import numpy as np
import pytest
import trimesh

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.normals import face_normals
from lego_cli.mesh.read import ReadLimits, read_mesh


def read(data: bytes | str, folder: Path, name: str) -> Mesh:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_mesh(path)


def binary_ply(order: str) -> bytes:
    """The pyramid of ASCII_PLY in binary, with a quad among triangles."""
    head, body = samples.ASCII_PLY.split("end_header\n")
    word = {"<": "binary_little_endian", ">": "binary_big_endian"}[order]
    rows = [list(map(float, line.split())) for line in body.splitlines()]
    data = b"".join(struct.pack(f"{order}3f3B", *row[:3], *map(int, row[3:])) for row in rows[:5])
    data += b"".join(struct.pack(f"{order}B{int(row[0])}i", *map(int, row)) for row in rows[5:])
    return (head.replace("ascii", word) + "end_header\n").encode() + data


def test_ply_ascii_and_both_byte_orders_agree(tmp_path):
    meshes = [
        read(samples.ASCII_PLY, tmp_path, "a.ply"),
        read(samples.ASCII_PLY.replace("\n", "\r\n"), tmp_path, "w.ply"),
    ]
    meshes += [read(binary_ply(order), tmp_path, "b.ply") for order in "<>"]
    for mesh in meshes:
        assert mesh.face_sizes.tolist() == [4, 3, 3, 3, 3]
        assert mesh.corner_vertex[:4].tolist() == [3, 2, 1, 0]
        assert mesh.vertices[4].tolist() == [0.5, 0.5, 1]
        np.testing.assert_allclose(mesh.colours[:2], [[1, 0, 0], [0, 1, 0]])


def test_ply_of_trimesh_comes_back(tmp_path):
    sphere = trimesh.creation.icosphere(subdivisions=2)
    sphere.export(tmp_path / "t.ply")
    mesh = read_mesh(tmp_path / "t.ply")
    np.testing.assert_allclose(mesh.vertices, sphere.vertices, atol=1e-7)
    np.testing.assert_array_equal(mesh.triangles(), sphere.faces)


def test_ply_point_cloud_and_other_elements(tmp_path):
    text = """ply\nformat ascii 1.0\nelement camera 1\nproperty float f\nproperty list uchar float k\nelement vertex 2
property double x\nproperty double y\nproperty double z\nproperty float nx\nproperty float ny\nproperty float nz
end_header\n50 2 0.1 0.2\n0 0 1 0 0 1\n2 3 4 0 1 0\n"""
    mesh = read(text, tmp_path, "cloud.ply")
    assert mesh.vertices.tolist() == [[0, 0, 1], [2, 3, 4]]
    assert len(mesh.face_sizes) == 0


def test_ply_uvs_of_vertices(tmp_path):
    text = samples.ASCII_PLY.replace("uchar red", "float s").replace("uchar green", "float t")
    mesh = read(text, tmp_path, "uv.ply")
    assert mesh.uvs[mesh.corner_uv][:2].tolist() == [[255, 255], [0, 0]]


def test_stl_soup_is_welded(tmp_path):
    """Without welding nothing that needs neighbours (normals, fitting) can work."""
    box = trimesh.creation.box()
    box.export(tmp_path / "binary.stl")
    (tmp_path / "ascii.stl").write_text(box.export(file_type="stl_ascii"))
    for name in ("binary.stl", "ascii.stl"):
        mesh = read_mesh(tmp_path / name)
        assert mesh.vertices.shape == (8, 3)
        np.testing.assert_allclose(mesh.vertices[mesh.triangles()], box.triangles)


def test_stl_solids_are_groups_whatever_their_names(tmp_path):
    mesh = read(samples.ASCII_STL, tmp_path, "two.stl")
    assert mesh.groups == ("left vertex normal",)
    assert mesh.face_sizes.tolist() == [3, 3]
    assert len(mesh.vertices) == 4


def test_binary_stl_whose_header_says_solid(tmp_path):
    data = samples.written(samples.cube(), ".stl", tmp_path)
    mesh = read(b"solid facet".ljust(80) + data[80:], tmp_path, "solid.stl")
    assert len(mesh.vertices) == 8


def test_negative_zero_is_zero_when_welding(tmp_path):
    mesh = read(samples.ASCII_STL.replace("vertex 0 0 0", "vertex -0 0.0 -0.0", 1), tmp_path, "zero.stl")
    assert len(mesh.vertices) == 4


def test_off_keeps_polygons(tmp_path):
    mesh = read(samples.ASCII_OFF, tmp_path, "a.off")
    assert mesh.face_sizes.tolist() == [4, 3]
    assert mesh.vertices[3].tolist() == [0, 1, 0.5]
    coloured = read("COFF 3 1 0\n0 0 0 255 0 0 255\n1 0 0 0 255 0 255\n0 1 0 0 0 51 255\n3 0 1 2\n", tmp_path, "c.off")
    np.testing.assert_allclose(coloured.colours[2], [0, 0, 0.2, 1])
    normals = read("NOFF\n3 1 0\n0 0 0 0 0 1\n1 0 0 0 0 1\n0 1 0 0 0 1\n3 0 1 2\n", tmp_path, "n.off")
    assert normals.normals.tolist() == [[0, 0, 1]] * 3


def test_glb_of_trimesh_stands_where_its_nodes_put_it(tmp_path):
    scene = trimesh.Scene()
    eye = trimesh.creation.icosphere(subdivisions=1)
    turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [0.1, 0, 0])
    mirror = turn @ np.diag([-1.0, 1, 1, 1])
    scene.add_geometry(eye, node_name="left", geom_name="eye", transform=turn)
    scene.add_geometry(eye, node_name="right", geom_name="eye", transform=mirror)
    (tmp_path / "scene.glb").write_bytes(scene.export(file_type="glb"))
    mesh = read_mesh(tmp_path / "scene.glb")
    assert set(mesh.groups) == {"left", "right"}
    for number, name in enumerate(mesh.groups):
        faces = mesh.triangles()[mesh.face_group == number]
        placed = trimesh.Trimesh(mesh.vertices, faces, process=False)
        expected = eye.copy().apply_transform(turn if name == "left" else mirror)
        np.testing.assert_allclose(
            np.sort(placed.triangles_center, axis=0), np.sort(expected.triangles_center, axis=0), atol=1e-6
        )
        assert placed.volume == pytest.approx(eye.volume, rel=1e-5)  # negative: the mirrored eye is inside out


def test_normals_stay_square_to_a_stretched_node(tmp_path):
    """A head squeezed by its node: normals that were squeezed along would light and fit it wrongly."""
    slope = np.array([1.0, 0, 1.0]) / np.sqrt(2)
    binary = np.array([[0, 0, 0], [1, 0, -1], [0, 1, 0], *[slope] * 3], dtype="<f4").tobytes()
    tree, _ = samples.triangle_tree(
        nodes=[{"mesh": 0, "scale": [1, 1, 3]}],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}}]}],
        accessors=[
            {"bufferView": 0, "byteOffset": 36 * k, "componentType": 5126, "count": 3, "type": "VEC3"} for k in (0, 1)
        ],
        bufferViews=[{"buffer": 0, "byteLength": 72}],
        buffers=[{"byteLength": 72}],
    )
    mesh = read(samples.glb(tree, binary), tmp_path, "stretched.glb")
    np.testing.assert_allclose(mesh.normals[mesh.corner_normal], np.repeat(face_normals(mesh), 3, axis=0), atol=1e-6)


def test_glb_seams_are_welded_and_uvs_kept(tmp_path):
    """A GLB cuts a head open along its UV seams; a fit to the pieces would tear it."""
    mesh = samples.painted_cube()
    back = read(samples.written(mesh, ".glb", tmp_path), tmp_path, "seams.glb")
    one = [back.groups[number] if number >= 0 else "" for number in back.face_group]
    assert one.count("skin") == 6
    for name in ("skin", "left eye", "mesh"):  # each node is one piece: no vertex twice
        faces = back.triangles()[[group == name for group in one]]
        used = np.unique(faces)
        assert len(np.unique(back.vertices[used], axis=0)) == len(used)
    triangle_uv = back.uvs[back.corner_uv].reshape(-1, 3, 2)
    expected = mesh.uvs[mesh.corner_uv[mesh.triangle_corners()]]
    assert sorted(triangle_uv.tolist()) == sorted(expected.tolist())


def test_gltf_with_embedded_and_with_neighbouring_buffer(tmp_path):
    tree, binary = samples.triangle_tree()
    embedded = json.loads(json.dumps(tree))
    embedded["buffers"][0]["uri"] = "data:application/octet-stream;base64," + base64.b64encode(binary).decode()
    assert len(read(json.dumps(embedded), tmp_path, "e.gltf").vertices) == 3
    tree["buffers"][0]["uri"] = "my%20buffer.bin"
    (tmp_path / "my buffer.bin").write_bytes(binary)
    assert len(read(json.dumps(tree), tmp_path, "n.gltf").vertices) == 3


def test_gltf_accessors_that_other_exporters_write(tmp_path):
    """Interleaved, normalised and sparse data: read wrongly, the head is noise without any error."""
    stride = b"".join(
        struct.pack("<3f2Hf", *position, *uv, 7.0)
        for position, uv in [((0, 0, 0), (0, 0)), ((1, 0, 0), (65535, 0)), ((0, 1, 0), (0, 65535))]
    )
    sparse = struct.pack("<Bxxx3f", 1, 5.0, 6.0, 7.0)
    tree, _ = samples.triangle_tree(
        meshes=[{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}}]}],
        accessors=[
            {
                "bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                "sparse": {
                    "count": 1,
                    "indices": {"bufferView": 1, "componentType": 5121},
                    "values": {"bufferView": 1, "byteOffset": 4},
                },
            },
            {"bufferView": 0, "byteOffset": 12, "componentType": 5123, "normalized": True, "count": 3, "type": "VEC2"},
        ],
        bufferViews=[
            {"buffer": 0, "byteLength": 60, "byteStride": 20},
            {"buffer": 0, "byteOffset": 60, "byteLength": 16},
        ],
        buffers=[{"byteLength": 76}],
    )  # fmt: skip
    mesh = read(samples.glb(tree, stride + sparse), tmp_path, "odd.glb")
    assert mesh.vertices.tolist() == [[0, 0, 0], [5, 6, 7], [0, 1, 0]]
    assert mesh.uvs.tolist() == [[0, 1], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("mode", "faces"), [(4, [[0, 1, 2]]), (5, [[0, 1, 2], [2, 1, 3]]), (6, [[0, 1, 2], [0, 2, 3]])]
)
def test_gltf_strips_and_fans(mode, faces, tmp_path):
    binary = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype="<f4").tobytes()
    tree, _ = samples.triangle_tree(
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "mode": mode}]}],
        accessors=[{"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}],
        bufferViews=[{"buffer": 0, "byteLength": 48}],
        buffers=[{"byteLength": 48}],
    )
    assert read(samples.glb(tree, binary), tmp_path, "m.glb").triangles().tolist() == faces


def test_gltf_skin_in_its_stored_pose(tmp_path):
    """Avatars of game engines hang on joints; without them the head lies on its back or is a hundred times too big."""
    tree, binary = samples.triangle_tree()
    matrices = np.eye(4)[None].repeat(2, axis=0)
    matrices[:, 3, 0] = [1.0, 2.0]  # column-major: translations along x
    extra = struct.pack("<12B", 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0)
    extra += np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [1, 0, 0, 0]], dtype="<f4").tobytes()
    extra += matrices.astype("<f4").tobytes()
    start = len(binary) + 2
    tree["nodes"] = [
        {"mesh": 0, "skin": 0, "translation": [100, 0, 0]},
        {"translation": [0, 10, 0]},
        {"scale": [2, 2, 2]},
    ]
    tree["scenes"] = [{"nodes": [0, 1, 2]}]
    tree["skins"] = [{"joints": [1, 2], "inverseBindMatrices": 4}]
    tree["meshes"][0]["primitives"][0]["attributes"] |= {"JOINTS_0": 2, "WEIGHTS_0": 3}
    tree["accessors"] += [
        {"bufferView": 2, "componentType": 5121, "count": 3, "type": "VEC4"},
        {"bufferView": 2, "byteOffset": 12, "componentType": 5126, "count": 3, "type": "VEC4"},
        {"bufferView": 2, "byteOffset": 60, "componentType": 5126, "count": 2, "type": "MAT4"},
    ]
    tree["bufferViews"].append({"buffer": 0, "byteOffset": start, "byteLength": len(extra)})
    tree["buffers"] = [{"byteLength": start + len(extra)}]
    mesh = read(samples.glb(tree, binary + b"\0\0" + extra), tmp_path, "skin.glb")
    first, second = np.array([0 + 1, 10, 0]), np.array([2 * (1 + 2), 0, 0])
    np.testing.assert_allclose(mesh.vertices[0], first)
    np.testing.assert_allclose(mesh.vertices[1], 0.5 * (np.array([1 + 1, 10, 0]) + second))
    np.testing.assert_allclose(mesh.vertices[2], [2 * (0 + 2), 2, 0])


def test_limits_are_the_callers(tmp_path):
    path = tmp_path / "cube.obj"
    path.write_bytes(samples.written(samples.cube(), ".obj", tmp_path))
    read_mesh(path, ReadLimits(max_vertices=8))
    with pytest.raises(LegoError, match="8 vertices, more than the limit of 7"):
        read_mesh(path, ReadLimits(max_vertices=7))
    with pytest.raises(LegoError, match="more than the limit"):
        read_mesh(path, ReadLimits(max_bytes=50))
