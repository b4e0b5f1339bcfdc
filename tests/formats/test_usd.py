"""USD: Pixar's own evaluation of the file gives the poses of the head, quads and all."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rigged_heads import odd_head

from lego_cli.api import RiggedHead
from lego_cli.cli.application import run
from lego_formats.glb import GlbExporter
from lego_formats.usd import UsdExporter

pxr = pytest.importorskip("pxr", reason="usd-core is not installed")
from pxr import Gf, Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation  # noqa: E402


def stage_of(head: RiggedHead, path: Path, dense: bool = False) -> Usd.Stage:
    UsdExporter().write_rigged(head, path, dense)
    return Usd.Stage.Open(str(path))


def turn(yaw: float, pitch: float, roll: float) -> np.ndarray:
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    return about_y @ about_x @ np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])


def posed(stage: Usd.Stage, code: Usd.TimeCode) -> dict[str, np.ndarray]:
    """World positions of every mesh, skinned and blended by UsdSkel."""
    root = UsdSkel.Root(stage.GetDefaultPrim())
    assert UsdSkel.BakeSkinning(root, Gf.Interval(code.GetValue(), code.GetValue()))
    found = {}
    for prim in stage.Traverse():
        if prim.IsA(UsdGeom.Mesh):
            mesh = UsdGeom.Mesh(prim)
            matrix = np.array(mesh.ComputeLocalToWorldTransform(code))
            points = np.array(mesh.GetPointsAttr().Get(code), dtype=np.float64)
            found[prim.GetName()] = points @ matrix[:3, :3] + matrix[3, :3]
    return found


def part_vertices(head: RiggedHead, group: str) -> np.ndarray:
    of_corner = np.repeat(head.mesh.face_group, head.mesh.face_sizes)
    return np.unique(head.mesh.corner_vertex[of_corner == head.mesh.groups.index(group)])


@pytest.mark.parametrize(("suffix", "dense"), [(".usda", False), (".usdc", True), (".usd", False)])
def test_pixar_sees_the_clip(real, suffix, dense, tmp_path):
    nod = replace(real, clips=real.clips[1:])
    stage = stage_of(nod, tmp_path / f"a{suffix}", dense)
    code = Usd.TimeCode(30.0)  # half a second
    rotation = turn(*nod.clips[0].head[12])
    pivot, place = np.array(nod.pivot), nod.placement
    truth = (nod.posed(nod.clips[0].values[12:13])[0] - pivot) @ rotation.T + pivot
    truth = truth @ place[:3, :3].T + place[:3, 3]
    found = posed(stage, code)
    assert set(found) == set(nod.mesh.groups)
    for group, points in found.items():
        # the scene is in cm; joints are half and single precision
        assert np.abs(points - truth[part_vertices(nod, group)]).max() < 2e-3, group


def test_names_order_and_quads_stay(real, tmp_path):
    stage = stage_of(real, tmp_path / "a.usda")
    assert UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    animations = [UsdSkel.Animation(prim) for prim in stage.Traverse() if prim.IsA(UsdSkel.Animation)]
    assert [animation.GetPrim().GetName() for animation in animations] == ["talk", "nod"]
    assert list(animations[0].GetBlendShapesAttr().Get()) == list(real.all_shapes())
    skin = UsdGeom.Mesh(stage.GetPrimAtPath("/Anna/skin"))
    assert set(skin.GetFaceVertexCountsAttr().Get()) == {4}
    used = part_vertices(real, "skin")
    shapes = UsdSkel.BindingAPI(skin.GetPrim())
    assert list(shapes.GetBlendShapesAttr().Get()) == list(real.all_shapes()), "every name in one place"
    jaw = UsdSkel.BlendShape(stage.GetPrimAtPath("/Anna/skin/jawOpen"))
    offsets = np.zeros((len(used), 3))
    offsets[np.array(jaw.GetPointIndicesAttr().Get())] = np.array(jaw.GetOffsetsAttr().Get())
    np.testing.assert_allclose(offsets, real.shapes[real.controls.index("jawOpen")][used], atol=1e-6)
    st = UsdGeom.PrimvarsAPI(skin).GetPrimvar("st")
    of_corner = np.repeat(real.mesh.face_group, real.mesh.face_sizes) == real.mesh.groups.index("skin")
    np.testing.assert_allclose(
        np.array(st.ComputeFlattened()), real.mesh.uvs[real.mesh.corner_uv[of_corner]], atol=1e-6
    )
    assert len(skin.GetDisplayColorAttr().Get()) == len(used)
    assert (tmp_path / "a.usda").read_text().startswith("#usda 1.0")


def test_eyes_have_joints_and_the_pose_holds(real, tmp_path):
    pose = np.zeros(52)
    pose[real.controls.index("jawOpen")] = 0.5
    still = replace(real, clips=(), pose=pose, placement=None)
    stage = stage_of(still, tmp_path / "a.usdc")
    skeleton = UsdSkel.Skeleton(stage.GetPrimAtPath("/Anna/Skeleton"))
    assert list(skeleton.GetJointsAttr().Get()) == ["head", "head/eye_left", "head/eye_right"]
    centre = np.array(skeleton.GetBindTransformsAttr().Get()[1])[3, :3]
    np.testing.assert_allclose(centre, real.eyes["eye_left"], atol=1e-9)
    found = posed(stage, Usd.TimeCode(0.0))
    truth = still.posed(pose[None])[0]
    for group, points in found.items():
        assert np.abs(points - truth[part_vertices(still, group)]).max() < 2e-6, group


def test_odd_heads_pass_the_validators_of_usd(tmp_path):
    registry = UsdValidation.ValidationRegistry()
    context = UsdValidation.ValidationContext(registry.GetOrLoadAllValidators())
    head = odd_head()
    odd_names = replace(head, name="1 Kopf / Müller", controls=("a b", "a-b", "7"), clips=())
    flat = replace(head.mesh, normals=np.eye(3), corner_normal=np.arange(len(head.mesh.corner_vertex)) % 3)
    for number, other in enumerate((head, odd_names, replace(head, mesh=flat))):
        stage = stage_of(other, tmp_path / f"{number}.usda")
        skin = UsdSkel.BindingAPI(next(p for p in stage.Traverse() if p.GetName() == "skin"))
        assert list(skin.GetBlendShapesAttr().Get()) == list(other.controls)
        subsets = UsdShade.MaterialBindingAPI(skin.GetPrim()).GetMaterialBindSubsets()
        assert sorted(len(s.GetIndicesAttr().Get()) for s in subsets) == [13, 13]
        assert not [fault.GetMessage() for fault in context.Validate(stage)]


def test_still_meshes_and_clouds(tmp_path):
    mesh = odd_head().mesh
    UsdExporter().write(mesh, tmp_path / "still.usda")
    stage = Usd.Stage.Open(str(tmp_path / "still.usda"))
    assert not stage.GetDefaultPrim().IsA(UsdSkel.Root)
    assert sum(len(UsdGeom.Mesh(p).GetPointsAttr().Get()) for p in stage.Traverse() if p.IsA(UsdGeom.Mesh)) == 54
    none = np.zeros(0, np.int64)
    UsdExporter().write(replace(mesh, face_sizes=none, corner_vertex=none, corner_uv=none), tmp_path / "cloud.usda")
    cloud = Usd.Stage.Open(str(tmp_path / "cloud.usda"))
    assert [len(UsdGeom.Points(p).GetPointsAttr().Get()) for p in cloud.Traverse() if p.IsA(UsdGeom.Points)] == [54]


def test_convert_and_a_missing_package(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    GlbExporter().write_rigged(odd_head(), Path("in.glb"))
    assert run(["convert", "in.glb", "out.usdz"]) == 2
    assert run(["convert", "in.glb", "out.usdc", "-q"]) == 0
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "pxr", None)
    assert run(["convert", "in.glb", "other.usda", "-q"]) == 3
    assert "pip install usd-core" in capsys.readouterr().err
    assert not Path("other.usda").exists()
    assert run(["convert", "in.glb", "out.obj", "-q"]) == 0, "the other formats do not need it"
