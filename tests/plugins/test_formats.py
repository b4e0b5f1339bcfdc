"""What goes out is what came in: the exporters against our readers, against trimesh, and byte against byte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from format_samples import ODD, ball, odd, write
from hypothesis import given, settings
from hypothesis import strategies as st

from lego_cli.api import Mesh
from lego_cli.mesh.normals import face_normals, vertex_normals
from lego_cli.mesh.read import read_mesh
from lego_formats import hooks


def test_hooks_offer_every_format():
    offered = {}
    hooks.register_exporters(lambda name, factory, summary="", needs=(), hint="": offered.update({name: factory}))
    assert offered == {
        "obj": "lego_formats.obj:ObjExporter",
        "ply": "lego_formats.ply:PlyExporter",
        "stl": "lego_formats.stl:StlExporter",
        "glb": "lego_formats.glb:GlbExporter",
        "vrm": "lego_formats.vrm:VrmExporter",
        **dict.fromkeys(("usd", "usda", "usdc"), "lego_formats.usd:UsdExporter"),
        "off": "lego_formats.off:OffExporter",
    }


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_unchanged_obj_is_the_same_file(line_end, tmp_path):
    for data in (ODD, ODD.replace(b"\r\n", b"\n").replace(b"\n", line_end)):
        mesh = odd(tmp_path, data)
        assert write(mesh, tmp_path / "out.obj").read_bytes() == data
        again = mesh.with_vertices(mesh.vertices.copy())
        assert write(again, tmp_path / "out.obj").read_bytes() == data


def test_moving_one_vertex_changes_its_line_only(tmp_path):
    """An artist's diff shows the vertex that moved and the normals of the faces round it, nothing else."""
    mesh = odd(tmp_path)
    vertices = mesh.vertices.copy()
    vertices[0] += [0.25, 0, 0]
    out = write(mesh.with_vertices(vertices), tmp_path / "out.obj").read_bytes()
    assert out == ODD.replace(b"v  0.000   0 0  # origin", b"v  0.2500000   0 0  # origin")
    vertices[2] += [0, 0, 1]
    out = write(mesh.with_vertices(vertices), tmp_path / "out.obj").read_bytes()
    changed = [(old, new) for old, new in zip(ODD.split(b"\n"), out.split(b"\n"), strict=True) if old != new]
    assert len(changed) == 5  # two vertices, one of them continued on its third line, and three normals
    assert changed[1] == (b"0 1\r", b"1.0000000 1\r")
    assert all(old.split()[0] in (b"v", b"vn", b"0") for old, _ in changed)
    back = read_mesh(tmp_path / "out.obj")
    np.testing.assert_allclose(back.vertices, vertices, atol=1e-7)
    for name in ("corner_vertex", "corner_uv", "corner_normal", "uvs", "colours", "face_group", "smoothing"):
        np.testing.assert_array_equal(getattr(back, name), getattr(mesh, name))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 250.0, 1e7])
@pytest.mark.parametrize("fresh", [True, False])
def test_positions_keep_a_millionth_of_the_head(scale, fresh, tmp_path):
    mesh = ball()
    write(mesh, tmp_path / "in.obj")
    base = mesh if fresh else read_mesh(tmp_path / "in.obj")
    moved = base.with_vertices((base.vertices + np.random.default_rng(1).normal(size=base.vertices.shape)) * scale)
    back = read_mesh(write(moved, tmp_path / "out.obj"))
    assert np.abs(back.vertices - moved.vertices).max() < 1e-6 * np.ptp(moved.vertices, axis=0).max()


def test_normals_turn_with_the_surface(tmp_path):
    """Smooth, flat and hand-made normals stay what they are when a head is turned."""
    mesh = ball()
    rng = np.random.default_rng(5)
    smooth = replace(mesh, normals=vertex_normals(mesh), corner_normal=mesh.corner_vertex)
    flat = replace(
        mesh, normals=face_normals(mesh), corner_normal=np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    )
    by_hand = rng.normal(size=mesh.vertices.shape)
    by_hand /= np.linalg.norm(by_hand, axis=1, keepdims=True)
    turn = trimesh.transformations.random_rotation_matrix(np.array([0.3, 0.6, 0.9]))[:3, :3]
    for painted in (smooth, flat, replace(smooth, normals=by_hand)):
        read = read_mesh(write(painted, tmp_path / "in.obj"))
        turned = read.with_vertices(read.vertices @ turn.T)
        back = read_mesh(write(turned, tmp_path / "out.obj"))
        np.testing.assert_allclose(back.normals, painted.normals @ turn.T, atol=5e-6)


def test_normals_follow_a_stretched_surface(tmp_path):
    mesh = ball()
    flat = replace(
        mesh, normals=face_normals(mesh), corner_normal=np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    )
    read = read_mesh(write(flat, tmp_path / "in.obj"))
    stretched = read.with_vertices(read.vertices * [1, 3, 1])
    back = read_mesh(write(stretched, tmp_path / "out.obj"))
    np.testing.assert_allclose(back.normals, face_normals(stretched), atol=3e-6)


def test_new_normals_are_written_as_given(tmp_path):
    mesh = odd(tmp_path)
    tilted = replace(mesh, normals=np.array([[0, 0, 1], [0, 0.6, 0.8], [0, 0, -1]], dtype=float))
    out = write(tilted, tmp_path / "out.obj").read_bytes()
    assert out == ODD.replace(b" vn\t0 0 1.000\n", b" vn\t0 0.600000 0.800000\n")


def test_other_faces_make_a_fresh_file(tmp_path):
    """The text of the input must not come back for a mesh that is no longer that of the input."""
    mesh = odd(tmp_path)
    fewer = replace(
        mesh,
        face_sizes=mesh.face_sizes[:1],
        corner_vertex=mesh.corner_vertex[:4],
        corner_uv=mesh.corner_uv[:4],
        corner_normal=mesh.corner_normal[:4],
        face_group=mesh.face_group[:1],
        face_material=mesh.face_material[:1],
        smoothing=mesh.smoothing[:1],
    )
    text = write(fewer, tmp_path / "out.obj").read_text()
    assert text.count("\nf ") == 1
    assert text.startswith("mtllib odd.mtl\n")
    for changed in ({"groups": ("skin lips", "Jaw")}, {"uvs": mesh.uvs * 0.5}, {"colours": mesh.colours * 0.5}):
        back = read_mesh(write(replace(mesh, **changed), tmp_path / "out.obj"))
        for name, value in changed.items():
            found = getattr(back, name)
            assert set(found) <= set(value) if name == "groups" else np.allclose(found, value, atol=1e-6)


@st.composite
def meshes(draw) -> Mesh:
    """Small meshes with anything that OBJ can hold."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(draw(st.integers(3, 9)), 3)) * 10.0 ** draw(st.integers(-4, 4))
    sizes = np.array(draw(st.lists(st.integers(3, 6), min_size=1, max_size=6)))
    corners, faces = int(sizes.sum()), len(sizes)
    kept: dict = {}
    if draw(st.booleans()):
        kept |= {"uvs": rng.random((5, 2)), "corner_uv": rng.integers(-1, 5, corners)}
        kept["corner_uv"][0] = 0
    if draw(st.booleans()):
        normals = rng.normal(size=(4, 3))
        kept |= {"normals": normals, "corner_normal": rng.integers(-1, 4, corners)}
        kept["corner_normal"][-1] = 3
    if draw(st.booleans()):
        kept["colours"] = rng.random((len(vertices), draw(st.sampled_from([3, 4]))))
    for names, index in (("groups", "face_group"), ("materials", "face_material")):
        if draw(st.booleans()):
            kept |= {names: ("left eye", "#2", "Zähne"), index: rng.integers(-1, 3, faces)}
    if draw(st.booleans()):
        kept["smoothing"] = rng.integers(0, 3, faces)
    return Mesh(vertices, sizes, rng.integers(0, len(vertices), corners), **kept)


def names_of(names: tuple[str, ...], index: np.ndarray | None, faces: int) -> list[str]:
    return [""] * faces if index is None else [names[number] if number >= 0 else "" for number in index.tolist()]


@settings(max_examples=100, deadline=None)
@given(mesh=meshes())
def test_obj_round_trip(mesh, tmp_path_factory):
    path = write(mesh, tmp_path_factory.getbasetemp() / "trip.obj")
    back = read_mesh(path)
    np.testing.assert_allclose(back.vertices, mesh.vertices, atol=1e-6 * np.ptp(mesh.vertices, axis=0).max())
    for name in ("face_sizes", "corner_vertex", "corner_uv", "corner_normal"):
        np.testing.assert_array_equal(getattr(back, name), getattr(mesh, name), err_msg=name)
    for name in ("uvs", "normals", "colours"):
        if getattr(mesh, name) is None:
            assert getattr(back, name) is None
        else:
            np.testing.assert_allclose(getattr(back, name), getattr(mesh, name), atol=2e-6)
    faces = len(mesh.face_sizes)
    assert names_of(back.groups, back.face_group, faces) == names_of(mesh.groups, mesh.face_group, faces)
    assert names_of(back.materials, back.face_material, faces) == names_of(mesh.materials, mesh.face_material, faces)
    if mesh.smoothing is not None:
        assert back.smoothing.tolist() == mesh.smoothing.tolist()
    first = path.read_bytes()
    assert write(back, path).read_bytes() == first


@pytest.mark.parametrize("suffix", [".ply", ".off"])
def test_polygons_and_colours_survive(suffix, tmp_path):
    mesh = ball(colours=None)
    mesh = replace(mesh, colours=np.random.default_rng(0).random((len(mesh.vertices), 3)))
    back = read_mesh(write(mesh, tmp_path / f"out{suffix}"))
    np.testing.assert_array_equal(back.face_sizes, mesh.face_sizes)
    np.testing.assert_array_equal(back.corner_vertex, mesh.corner_vertex)
    np.testing.assert_allclose(back.vertices, mesh.vertices, atol=2e-5)
    np.testing.assert_allclose(back.colours[:, :3], mesh.colours, atol=0.5 / 255 + 1e-6)


def test_ply_keeps_uvs_of_corners_and_of_vertices(tmp_path):
    seam = ball()
    back = read_mesh(write(seam, tmp_path / "seam.ply"))
    expected = np.where(seam.corner_uv[:, None] >= 0, seam.uvs[seam.corner_uv], 0)
    np.testing.assert_allclose(back.uvs[back.corner_uv], expected, atol=1e-7)
    whole = replace(seam, uvs=seam.vertices[:, :2] / 200, corner_uv=seam.corner_vertex)
    data = write(whole, tmp_path / "whole.ply").read_bytes()
    assert b"property float s\nproperty float t\n" in data
    back = read_mesh(tmp_path / "whole.ply")
    np.testing.assert_allclose(back.uvs[back.corner_uv], whole.uvs[whole.corner_uv], atol=1e-7)


def test_ply_far_from_the_origin_is_written_in_double(tmp_path):
    mesh = ball()
    far = mesh.with_vertices(mesh.vertices * 1e-3 + 1e4)
    back = read_mesh(write(far, tmp_path / "far.ply"))
    np.testing.assert_allclose(back.vertices, far.vertices, rtol=0, atol=1e-9)
    assert b"property float x" in write(mesh, tmp_path / "near.ply").read_bytes()


def test_ply_with_very_large_faces(tmp_path):
    turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    disc = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    back = read_mesh(write(Mesh.from_faces(disc, np.arange(300)[None]), tmp_path / "disc.ply"))
    assert back.face_sizes.tolist() == [300]


@pytest.mark.parametrize("suffix", [".obj", ".stl", ".off", ".glb", ".ply"])
def test_trimesh_reads_the_same_surface(suffix, tmp_path):
    """Another program's reader sees the same shape: area, volume and bounds."""
    mesh = ball()
    if suffix == ".ply":  # trimesh reads no PLY that mixes quads and triangles
        mesh = Mesh.from_faces(mesh.vertices, mesh.triangles())
    expected = trimesh.Trimesh(mesh.vertices, mesh.triangles(), process=False)
    other = trimesh.load_mesh(write(mesh, tmp_path / f"out{suffix}"))
    assert other.volume == pytest.approx(expected.volume, rel=1e-2 if suffix in (".obj", ".off") else 1e-5)
    np.testing.assert_allclose(other.bounds, expected.bounds, atol=2e-5)


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".off", ".glb"])
def test_point_clouds(suffix, tmp_path):
    cloud = Mesh.from_faces(np.random.default_rng(0).normal(size=(20, 3)), np.zeros((0, 3), np.int64))
    cloud = replace(cloud, colours=np.random.default_rng(1).random((20, 3)))
    back = read_mesh(write(cloud, tmp_path / f"cloud{suffix}"))
    np.testing.assert_allclose(back.vertices, cloud.vertices, atol=1e-6)
    np.testing.assert_allclose(back.colours[:, :3], cloud.colours, atol=0.003)
    assert len(back.face_sizes) == 0
