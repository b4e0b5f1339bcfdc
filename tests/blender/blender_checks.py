"""Blender sees the head that was written, and hands it on: run by ``make test-blender``, not by ``make test``."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rigged_heads
from glb_files import foreign

from lego_cli.api import ARKIT
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_formats.glb import GlbExporter

CLOSE = 1e-6  # metres


@pytest.fixture(scope="module")
def head():
    """The real head where it was made, so that single precision is not spent on a place far away."""
    return replace(rigged_heads.real_head(), placement=None)


@pytest.fixture(scope="module", params=["sparse", "dense"])
def seen(request, head, blender, tmp_path_factory):
    path = tmp_path_factory.mktemp("in") / "head.glb"
    GlbExporter().write_rigged(head, path, dense=request.param == "dense")
    return blender(path)


def meshes(seen):
    return {name: item for name, item in seen.objects.items() if item["type"] == "MESH"}


def test_every_part_and_the_52_names_are_there_in_order(head, seen):
    assert set(meshes(seen)) == set(head.mesh.groups)
    keys = seen.objects["skin"]["keys"]
    assert keys[0] == "Basis"
    assert tuple(keys[1:53]) == ARKIT
    assert keys[1:] == list(head.all_shapes())


def test_a_file_without_clips_opens_in_its_pose(head, blender, tmp_path):
    posed = replace(head, clips=(), pose=np.linspace(0, 1, 52))
    GlbExporter().write_rigged(posed, tmp_path / "posed.glb")
    np.testing.assert_allclose(blender(tmp_path / "posed.glb").objects["skin"]["values"][1:53], posed.pose, atol=1e-6)


def test_positions_are_exact(head, seen):
    shapes = head.all_shapes()
    for name, item in meshes(seen).items():
        vertex = seen.arrays[f"{name}|vertex"].astype(int)
        assert np.abs(seen.arrays[f"{name}|rest"] - head.mesh.vertices[vertex]).max() < CLOSE
        for key in item["keys"][1:]:
            truth = head.mesh.vertices[vertex] + shapes[key][vertex]
            assert np.abs(seen.arrays[f"{name}|{key}"] - truth).max() < CLOSE, (name, key)


def test_head_and_eyes_turn_about_what_they_should(head, seen):
    places = {"head": head.pivot} | {f"{eye}_pivot": centre for eye, centre in head.eyes.items()}
    for name, place in places.items():
        x, y, z = seen.objects[name]["place"]
        np.testing.assert_allclose([x, z, -y], place, atol=CLOSE)
    for eye in head.eyes:
        assert seen.objects[eye]["parent"] == f"{eye}_pivot"
        assert seen.objects[f"{eye}_pivot"]["parent"] == "head"
    assert seen.objects["skin"]["parent"] == "head"


def test_clips_have_their_keys(head, seen):
    assert set(seen.clips) == {clip.name for clip in head.clips}
    for clip, moved in zip(head.clips, ("jawOpen", "eyeBlinkLeft"), strict=True):
        points = np.unique(np.round(seen.clips[clip.name][f'key_blocks["{moved}"].value[0]'], 4), axis=0)
        np.testing.assert_allclose(points[:, 0], clip.times, atol=1e-3)
        np.testing.assert_allclose(points[:, 1], clip.values[:, ARKIT.index(moved)], atol=1e-3)
    turning = [path for path in seen.clips["nod"] if path.startswith("rotation_quaternion")]
    assert len(turning) == 4
    assert not [path for path in seen.clips["talk"] if path.startswith("rotation")]


def test_what_blender_exports_has_no_more_vertices(head, seen, tmp_path):
    """Without stored normals it would have six times as many."""
    data = seen.again.read_bytes()
    tree = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    counts = {
        mesh["name"]: tree["accessors"][mesh["primitives"][0]["attributes"]["POSITION"]]["count"]
        for mesh in tree["meshes"]
    }
    assert counts == {name: item["vertices"] for name, item in meshes(seen).items()}
    back = read_rigged(seen.again)
    assert back.controls == head.controls
    assert [c.name for c in back.correctives] == [c.name for c in head.correctives]
    assert set(back.eyes) == set(head.eyes)
    np.testing.assert_allclose(back.pivot, head.pivot, atol=CLOSE)
    extent = [np.ptp(h.posed(np.eye(52)[[ARKIT.index("jawOpen")]])[0], axis=0) for h in (back, head)]
    np.testing.assert_allclose(*extent, atol=1e-5)


def test_usd_brings_quads_and_shapes(head, blender, tmp_path):
    pytest.importorskip("pxr", reason="usd-core is not installed")
    from lego_formats.usd import UsdExporter

    UsdExporter().write_rigged(head, tmp_path / "head.usdc")
    seen = blender(tmp_path / "head.usdc")
    found = meshes(seen)
    assert set(found) == set(head.mesh.groups)
    assert all(item["corners"] == [4] for item in found.values())
    assert found["skin"]["keys"][1:] == list(head.all_shapes())
    used = np.unique(head.mesh.corner_vertex[np.repeat(head.mesh.face_group, 4) == head.mesh.groups.index("skin")])
    for name in ("jawOpen", "mouthSmileLeft"):
        truth = head.mesh.vertices[used] + head.all_shapes()[name][used]
        assert np.abs(seen.arrays[f"skin|{name}"] - truth).max() < CLOSE


def test_odd_and_still_files_come_in(blender, tmp_path):
    odd = rigged_heads.odd_head()
    GlbExporter().write_rigged(odd, tmp_path / "odd.glb")
    found = meshes(blender(tmp_path / "odd.glb"))
    assert set(found) == {"skin_face", "skin_lips", "hat", "eye_left"}
    assert max((item["keys"] for item in found.values()), key=len)[1:] == list(odd.controls)
    assert found["hat"]["keys"] == []
    assert found["hat"]["materials"] == ["glass"]
    GlbExporter().write(odd.mesh, tmp_path / "still.glb")
    assert set(meshes(blender(tmp_path / "still.glb"))) == set(odd.mesh.groups)


def test_a_foreign_file_after_blender_is_read(blender, tmp_path):
    """A head of another maker, with shared names and no notes of ours, through Blender and back."""
    source: Path = foreign(tmp_path / "rpm.glb")
    before, after = read_rigged(source), read_rigged(blender(source).again)
    assert after.controls == before.controls
    np.testing.assert_allclose(np.ptp(after.mesh.vertices, axis=0), np.ptp(before.mesh.vertices, axis=0), atol=1e-6)
    for one, other in zip(before.shapes, after.shapes, strict=True):
        np.testing.assert_allclose(np.abs(one).max(axis=0), np.abs(other).max(axis=0), atol=1e-6)
