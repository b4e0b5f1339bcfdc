"""GLB files of rigged heads: the official validator finds nothing, and three.js sees the head that was written."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rigged_heads import clip, odd_head

from lego_cli.api import ARKIT, Clip, LegoError, Mesh, RiggedHead
from lego_cli.mesh.write import write_mesh, write_rigged
from lego_formats.glb import GlbExporter
from lego_formats.glb_clips import head_turns
from lego_formats.off import OffExporter

EXPORTERS = {".glb": GlbExporter(), ".off": OffExporter()}
MICROMETRE = 1e-4  # the scene of the real head is in cm


def written(head: RiggedHead, path: Path, dense: bool = False) -> dict:
    write_rigged(head, path, EXPORTERS, force=True, dense=dense)
    data = path.read_bytes()
    return json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])


def turn(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """R = Ry Rx Rz, as the contract of clips says."""
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


def expected(head: RiggedHead, weights: dict[str, float], rotation: np.ndarray | None = None) -> np.ndarray:
    """Where the vertices stand in the scene."""
    shapes = head.all_shapes()
    vertices = head.mesh.vertices + sum(value * shapes[name] for name, value in weights.items())
    pivot = np.array(head.pivot)
    if rotation is not None:
        vertices = (vertices - pivot) @ rotation.T + pivot
    place = np.eye(4) if head.placement is None else head.placement
    return vertices @ place[:3, :3].T + place[:3, 3]


@pytest.mark.parametrize("dense", [False, True])
def test_three_js_sees_every_pose(real, dense, node, valid, tmp_path):
    path = tmp_path / "real.glb"
    written(real, path, dense)
    report = valid(path)
    assert report["info"]["animationCount"] == 2
    names = list(real.all_shapes())
    asked = [{}, *({name: 1.0} for name in ("jawOpen", "eyeLookUpLeft", "tongueOut", "unstyled", names[52]))]
    seen = node("pose_gltf.mjs", path, ask=[{"weights": weights} for weights in asked])
    for weights, pose in zip(asked, seen["poses"], strict=True):
        truth = expected(real, weights)
        for entry in seen["nodes"]:
            found = np.reshape(pose[entry["name"]], (-1, 3))
            assert np.abs(found - truth[entry["vertex"]]).max() < MICROMETRE
    main = next(entry for entry in seen["nodes"] if entry["name"] == "skin")
    assert main["targets"][:52] == list(ARKIT)
    assert main["targets"] == names
    assert {entry["name"] for entry in seen["nodes"]} == set(real.mesh.groups)


def test_three_js_plays_the_clips(real, node, tmp_path):
    path = tmp_path / "real.glb"
    written(real, path)
    seen = node("pose_gltf.mjs", path, ask=[{"clip": "talk", "time": 0.5}, {"clip": "nod", "time": 0.5}])
    assert [(c["name"], round(c["seconds"], 5)) for c in seen["clips"]] == [("talk", 1.0), ("nod", 1.0)]
    nod = real.clips[1]
    truths = [
        expected(real, {"jawOpen": 1.0}),
        expected(real, {"eyeBlinkLeft": 1.0}, turn(*nod.head[12])),
    ]
    for truth, pose in zip(truths, seen["poses"], strict=True):
        for entry in seen["nodes"]:
            found = np.reshape(pose[entry["name"]], (-1, 3))
            assert np.abs(found - truth[entry["vertex"]]).max() < MICROMETRE


def test_the_file_is_small(real, tmp_path):
    """Sparse shapes and one copy of equal arrays: something that is sent by mail and loaded by a phone."""
    tree = written(real, tmp_path / "real.glb")
    assert (tmp_path / "real.glb").stat().st_size < 2.2e6
    starts = {animation["samplers"][0]["input"] for animation in tree["animations"]}
    assert len(starts) == 1, "both clips have the same times"
    assert len({s["input"] for animation in tree["animations"] for s in animation["samplers"]}) == 1


def test_importers_break_on_several_primitives_in_a_morphing_mesh(real, tmp_path):
    for head in (real, odd_head()):
        tree = written(head, tmp_path / "a.glb")
        for mesh in tree["meshes"]:
            assert len(mesh["primitives"]) == 1
            primitive = mesh["primitives"][0]
            assert {"POSITION", "NORMAL"} <= set(primitive["attributes"])
            assert len(mesh.get("weights", [])) == len(primitive.get("targets", []))
            # three.js takes the normals of the mesh itself for the deltas of a target that has none
            assert all(set(target) == {"POSITION", "NORMAL"} for target in primitive.get("targets", []))
        assert tree["asset"]["version"] == "2.0"


def test_only_the_main_mesh_carries_shapes_that_do_not_move_it(tmp_path):
    """A hat without shapes costs nothing; the skin has all of them, so that tools find every name in one place."""
    tree = written(odd_head(), tmp_path / "a.glb")
    names = {mesh["name"]: mesh.get("extras", {}).get("targetNames", []) for mesh in tree["meshes"]}
    main = next(name for name, targets in names.items() if len(targets) == 3)
    assert main.startswith("skin_")
    assert names["hat"] == []
    assert names["eye_left"] == ["wave"]
    other = next(name for name in names if name.startswith("skin_") and name != main)
    assert set(names[other]) <= {"one", "wave"}


def test_odd_heads_are_valid(valid, node, tmp_path):
    head = odd_head()
    for dense in (False, True):
        tree = written(head, tmp_path / "odd.glb", dense)
        valid(tmp_path / "odd.glb")
        assert len(tree["images"]) == 2, "equal pictures are embedded once"
        looks = {material["name"]: material["pbrMetallicRoughness"] for material in tree["materials"]}
        assert looks["face"]["baseColorFactor"] == [1.0, 0.9, 0.8, 1.0]
        assert looks["face"]["roughnessFactor"] == 0.5
        assert looks["face"]["baseColorTexture"] == looks["lips"]["baseColorTexture"]
        assert {image["mimeType"] for image in tree["images"]} == {"image/png", "image/jpeg"}
    bare = replace(head, mesh=replace(head.mesh, uvs=None, corner_uv=None), clips=())
    tree = written(bare, tmp_path / "bare.glb")
    valid(tmp_path / "bare.glb")
    assert "textures" not in tree, "a texture without UVs is an error"
    write_mesh(head.mesh, tmp_path / "still.glb", EXPORTERS)
    valid(tmp_path / "still.glb")
    flat = replace(
        head.mesh, normals=np.eye(3)[np.arange(30) % 3], corner_normal=np.arange(len(head.mesh.corner_vertex)) % 30
    )
    written(replace(head, mesh=flat), tmp_path / "flat.glb")
    valid(tmp_path / "flat.glb")


def test_hard_edges_stay_hard_in_every_shape(node, tmp_path):
    """Stored normals turn with the faces: a flat cube stays flat when it is turned by a shape."""
    corners = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
    faces = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    cube = Mesh.from_faces(corners, faces)
    area = cube.area_vectors()
    cube = replace(
        cube, normals=area / np.linalg.norm(area, axis=1, keepdims=True), corner_normal=np.repeat(range(6), 4)
    )
    turned = corners @ turn(0.4, 0.2, -0.3).T
    head = RiggedHead("cube", cube, ("turn",), (turned - corners)[None].astype(np.float32))
    tree = written(head, tmp_path / "cube.glb", dense=True)
    data = (tmp_path / "cube.glb").read_bytes()
    start = 28 + struct.unpack_from("<I", data, 12)[0]

    def floats(accessor: int) -> np.ndarray:
        entry = tree["accessors"][accessor]
        offset = start + tree["bufferViews"][entry["bufferView"]]["byteOffset"]
        return np.frombuffer(data, "<f4", entry["count"] * 3, offset).reshape(-1, 3)

    primitive = tree["meshes"][0]["primitives"][0]
    rest, delta = floats(primitive["attributes"]["NORMAL"]), floats(primitive["targets"][0]["NORMAL"])
    assert len(rest) == 24
    np.testing.assert_allclose(rest + delta, rest @ turn(0.4, 0.2, -0.3).T, atol=0.011)


def test_turns_follow_the_convention_and_take_the_short_way():
    rng = np.random.default_rng(0)
    angles = np.cumsum(rng.normal(size=(200, 3)) * 0.4, axis=0)
    quaternions = head_turns(angles)
    np.testing.assert_allclose(np.linalg.norm(quaternions, axis=1), 1, atol=1e-12)
    assert ((quaternions[1:] * quaternions[:-1]).sum(axis=1) >= 0).all()
    for (x, y, z, w), angle in zip(quaternions, angles, strict=True):
        matrix = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        np.testing.assert_allclose(matrix, turn(*angle), atol=1e-12)


def test_what_is_no_number_is_refused(tmp_path):
    head = odd_head()
    bad = head.shapes.copy()
    bad[1, 3] = np.nan
    late = Clip("late", np.array([0.0, np.inf]), np.zeros((2, 3)))
    back = Clip("back", np.array([0.0, 2.0, 1.0]), np.zeros((3, 3)))
    nan = replace(clip("nan", head.controls, "one"), values=np.full((25, 3), np.nan))
    wrong = [replace(head, shapes=bad), *(replace(head, clips=(c,)) for c in (late, back, nan))]
    for other in wrong:
        with pytest.raises(LegoError) as error:
            written(other, tmp_path / "bad.glb")
        assert error.value.hint
        assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_formats_without_shapes_say_so(tmp_path):
    with pytest.raises(LegoError, match="hold no shapes"):
        write_rigged(odd_head(), tmp_path / "a.off", EXPORTERS)


def test_keys_that_single_precision_makes_equal_are_written_once(valid, tmp_path):
    head = odd_head()
    times = np.array([0.0, 1000.0, 1000.0 + 1e-7, 1001.0])
    written(replace(head, clips=(Clip("long", times, np.zeros((4, 3))),)), tmp_path / "a.glb")
    valid(tmp_path / "a.glb")
