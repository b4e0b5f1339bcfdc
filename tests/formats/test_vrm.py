"""VRM 1.0: what the specification asks for, and that three-vrm, which many apps are built on, moves the face."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rigged_heads import odd_head

from lego_cli.api import ARKIT, RiggedHead
from lego_cli.cli.application import run
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_formats.glb import GlbExporter
from lego_formats.vrm import VrmExporter

# VRMC_vrm-1.0: humanoid.md (required bones and their parents), expressions.md, meta.md, lookAt.md
PARENTS = {"spine": "hips", "head": "spine"} | {
    side + bone: parent if parent in ("hips", "spine") else side + parent
    for side in ("left", "right")
    for bone, parent in (
        ("UpperLeg", "hips"), ("LowerLeg", "UpperLeg"), ("Foot", "LowerLeg"),
        ("UpperArm", "spine"), ("LowerArm", "UpperArm"), ("Hand", "LowerArm"),
    )
}  # fmt: skip
PRESETS = set(
    "happy angry sad relaxed surprised aa ih ou ee oh blink blinkLeft blinkRight lookUp lookDown lookLeft lookRight "
    "neutral".split()
)
CHOICES = {
    "avatarPermission": {"onlyAuthor", "onlySeparatelyLicensedPerson", "everyone"},
    "commercialUsage": {"personalNonProfit", "personalProfit", "corporation"},
    "creditNotation": {"required", "unnecessary"},
    "modification": {"prohibited", "allowModification", "allowModificationRedistribution"},
}
TEXTS = {"name", "version", "copyrightInformation", "thirdPartyLicenses", "licenseUrl"}
RANGES = {f"rangeMap{name}" for name in ("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp")}


def written(head: RiggedHead, path: Path) -> dict:
    VrmExporter().write_rigged(head, path)
    return tree_of(path)


def tree_of(path: Path) -> dict:
    data = path.read_bytes()
    return json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])


def conforms(tree: dict) -> None:
    """The constraints of the JSON schema of VRMC_vrm 1.0, on what we write."""
    vrm = tree["extensions"]["VRMC_vrm"]
    assert tree["extensionsUsed"] == ["VRMC_vrm"]
    assert set(vrm) == {"specVersion", "meta", "humanoid", "firstPerson", "lookAt", "expressions"}
    assert vrm["specVersion"] == "1.0"
    nodes = tree["nodes"]
    bones = {name: bone["node"] for name, bone in vrm["humanoid"]["humanBones"].items()}
    assert set(bones) >= {"hips", *PARENTS}
    assert len(set(bones.values())) == len(bones), "each bone is a node of its own"
    parent_of = {child: index for index, node in enumerate(nodes) for child in node.get("children", [])}
    for bone, parent in PARENTS.items():
        above, chain = bones[bone], []
        while above in parent_of:
            above = parent_of[above]
            chain.append(above)
        assert bones[parent] in chain, f"{bone} hangs below {parent}"
    assert all("scale" not in nodes[node] and "rotation" not in nodes[node] for node in bones.values())
    meta = vrm["meta"]
    assert meta["licenseUrl"] == "https://vrm.dev/licenses/1.0/"
    assert meta["name"]
    assert meta["authors"]
    assert all(meta["authors"])
    for key, value in meta.items():
        known = key in TEXTS or key in CHOICES or key.startswith("allow") or key == "authors"
        assert known, f"meta has no {key}"
        assert not key.startswith("allow") or value is False, "nothing is allowed unasked"
        assert key not in CHOICES or value in CHOICES[key]
    assert vrm["lookAt"]["type"] == "expression"
    assert set(vrm["lookAt"]) == {"type", "offsetFromHeadBone", *RANGES}
    assert set(vrm["expressions"]["preset"]) == PRESETS
    assert not set(vrm["expressions"]["custom"]) & PRESETS
    for expression in (*vrm["expressions"]["preset"].values(), *vrm["expressions"]["custom"].values()):
        for bind in expression["morphTargetBinds"]:
            mesh = tree["meshes"][nodes[bind["node"]]["mesh"]]
            assert 0 <= bind["index"] < len(mesh["extras"]["targetNames"])
            assert 0 < bind["weight"] <= 1
    annotated = [entry["node"] for entry in vrm["firstPerson"]["meshAnnotations"]]
    assert sorted(annotated) == [index for index, node in enumerate(nodes) if "mesh" in node]
    assert "animations" not in tree, "VRM has no place for them"


def test_the_file_is_what_the_specification_asks_for(real, valid, tmp_path):
    for head in (real, odd_head(), replace(odd_head(), eyes={}, clips=(), name="")):
        conforms(written(head, tmp_path / "a.vrm"))
        valid(tmp_path / "a.vrm")


def test_every_preset_moves_a_real_face(real, tmp_path):
    vrm = written(replace(real, mixes={}), tmp_path / "a.vrm")["extensions"]["VRMC_vrm"]
    moving = {name for name, entry in vrm["expressions"]["preset"].items() if entry["morphTargetBinds"]}
    assert moving == PRESETS - {"neutral"}
    custom = vrm["expressions"]["custom"]
    assert {name[0].lower() + name[1:] for name in custom} == set(ARKIT)
    assert all(entry["morphTargetBinds"] for entry in custom.values())


def test_three_vrm_moves_the_face(real, node, tmp_path):
    written(real, tmp_path / "a.vrm")
    asked = [{}, {"happy": 1}, {"aa": 1}, {"EyeBlinkLeft": 1, "EyeSquintLeft": 1}, {"JawOpen": 0.5}]
    looks = [{"lookAt": [9, 1.55, 9]}, {"lookAt": [-9, 1.55, 9]}, {"lookAt": [0, 9, 9]}, {"lookAt": [0, -9, 9]}]
    seen = node("pose_vrm.mjs", tmp_path / "a.vrm", ask=asked + looks)
    assert seen["meta"]["metaVersion"] == "1"
    lift = np.array(seen["bones"]["head"]) - real.pivot
    mixes = [{}, real.mixes["happy"], real.mixes["vrm:aa"], {"eyeBlinkLeft": 1, "eyeSquintLeft": 1}, {"jawOpen": 0.5}]
    for mix, pose in zip(mixes, seen["poses"][: len(asked)], strict=True):
        shapes = real.all_shapes()
        truth = real.mesh.vertices + lift + sum(value * shapes[name] for name, value in mix.items())
        for entry in seen["nodes"]:
            found = np.reshape(pose[entry["name"]], (-1, 3))
            assert np.abs(found - truth[entry["vertex"]]).max() < 2e-6
    rest = np.reshape(seen["poses"][0]["eye_left"], (-1, 3))
    front = rest[:, 2] > np.quantile(rest[:, 2], 0.7)
    left, right, up, down = (
        (np.reshape(pose["eye_left"], (-1, 3)) - rest)[front].mean(axis=0) for pose in seen["poses"][len(asked) :]
    )
    assert left[0] > 0.001
    assert right[0] < -0.001
    assert up[1] > 0 > down[1]


def test_the_body_stands_below_the_head(real, tmp_path):
    tree = written(real, tmp_path / "a.vrm")
    mesh = read_mesh(tmp_path / "a.vrm")
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    assert 1.3 < low[1] < high[1] < 1.9, "metres above the ground"
    assert mesh.vertices[np.argmax(mesh.vertices[:, 2])][2] > 0.05, "faces +Z"
    head = next(node for node in tree["nodes"] if node["name"] == "head")
    assert len(head["children"]) == len(real.mesh.groups)


def test_an_avatar_comes_back_as_the_head(real, tmp_path):
    written(replace(real, pose=np.ones(52)), tmp_path / "a.vrm")
    back = read_rigged(tmp_path / "a.vrm")
    np.testing.assert_allclose(back.mesh.vertices, real.mesh.vertices, atol=1e-7)
    np.testing.assert_allclose(back.shapes, real.shapes, atol=1e-6)
    np.testing.assert_allclose(back.pivot, real.pivot, atol=1e-9)
    assert back.pose is None, "avatars start neutral"
    assert back.placement is None
    assert back.name == "Anna"


def test_presets_of_others_are_mixes(real, tmp_path):
    tree = written(real, tmp_path / "a.vrm")
    data = (tmp_path / "a.vrm").read_bytes()
    text = json.dumps(tree | {"scenes": [{"nodes": tree["scenes"][0]["nodes"]}]}).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + data[20 + struct.unpack_from("<I", data, 12)[0] :]
    (tmp_path / "b.vrm").write_bytes(b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body)
    head = read_rigged(tmp_path / "b.vrm")
    assert head.mixes["vrm:aa"] == pytest.approx({"jawOpen": 0.5})
    assert set(head.mixes) == {f"vrm:{name}" for name in PRESETS}


def test_convert_makes_avatars(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    GlbExporter().write_rigged(odd_head(), Path("in.glb"))
    assert run(["convert", "in.glb", "out.vrm"]) == 0
    assert "cannot hold clips" in capsys.readouterr().err
    assert run(["convert", "out.vrm", "still.obj", "-q"]) == 0
    assert run(["convert", "still.obj", "still.vrm", "-q"]) == 0
    conforms(tree_of(tmp_path / "still.vrm"))
