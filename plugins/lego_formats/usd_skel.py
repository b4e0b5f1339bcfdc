"""The rig of a USD stage (UsdSkel): a joint for the head and each eye, blend shapes, and animations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Clip, RiggedHead
from lego_formats.glb_clips import head_turns, rising_keys
from lego_formats.usd_mesh import UsdPart
from lego_formats.usd_names import UsdNames

if TYPE_CHECKING:
    from lego_cli.api import Floats

FRAMES = 60  # time codes per second; keys lie between them where they must


def add_skeleton(stage: Any, root: Any, head: RiggedHead, joints: Mapping[str, str]) -> Any:
    """Joints: the head at its pivot, and an eye for each group of ``joints``, a name of a joint."""
    from pxr import Gf, UsdSkel, Vt

    skeleton = UsdSkel.Skeleton.Define(stage, root.GetPath().AppendChild("Skeleton"))
    places = _places(head, joints)
    skeleton.CreateJointsAttr(["head", *joints.values()])
    whole = [Gf.Matrix4d(1.0).SetTranslate(Gf.Vec3d(*place.tolist())) for place in places]
    local = [
        whole[0],
        *(Gf.Matrix4d(1.0).SetTranslate(Gf.Vec3d(*(place - places[0]).tolist())) for place in places[1:]),
    ]
    skeleton.CreateBindTransformsAttr(Vt.Matrix4dArray(whole))
    skeleton.CreateRestTransformsAttr(Vt.Matrix4dArray(local))
    return skeleton


def bind(prim: Any, skeleton: Any, joint: int) -> None:
    """Let a whole mesh follow one joint."""
    from pxr import Gf, UsdGeom, UsdSkel

    binding = UsdSkel.BindingAPI.Apply(prim)
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))
    for primvar, value in (
        (binding.CreateJointIndicesPrimvar(True, 1), joint),
        (binding.CreateJointWeightsPrimvar(True, 1), 1.0),
    ):
        primvar.SetInterpolation(UsdGeom.Tokens.constant)
        primvar.Set([value])


def add_blend_shapes(
    stage: Any,
    prim: Any,
    shapes: Mapping[str, Floats],
    normals: Mapping[str, Floats],
    part: UsdPart,
    still: float,
    whole: bool,
) -> None:
    """The shapes that move a part, on the points that they move by more than ``still`` metres; below 0 on all.

    With ``whole`` also those that do not move it, so that tools find every name in one place.
    """
    from pxr import UsdSkel, Vt

    names, found, targets = UsdNames(), [], []
    for name, shape in shapes.items():
        move = shape[part.used].astype(np.float32)
        kept = np.flatnonzero(np.abs(move).max(axis=1) > still)
        if not move.any() or not len(kept):
            if not whole:
                continue
            kept = np.zeros(1, np.int64)
        made = UsdSkel.BlendShape.Define(stage, prim.GetPath().AppendChild(names.valid(name)))
        made.CreateOffsetsAttr(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(move[kept])))
        if name in normals:
            turned = normals[name][part.used][kept].astype(np.float32)
            made.CreateNormalOffsetsAttr(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(turned)))
        if len(kept) < len(move):
            made.CreatePointIndicesAttr(Vt.IntArray.FromNumpy(kept.astype(np.int32)))
        found.append(name)
        targets.append(made.GetPath())
    if found:
        binding = UsdSkel.BindingAPI(prim)
        binding.CreateBlendShapesAttr(found)
        binding.CreateBlendShapeTargetsRel().SetTargets(targets)


def add_animations(stage: Any, skeleton: Any, head: RiggedHead, joints: Mapping[str, str]) -> None:
    """One animation for each clip, the first of which plays, or one that holds the pose."""
    from pxr import UsdSkel

    names = UsdNames()
    pose = np.zeros(len(head.controls)) if head.pose is None else np.asarray(head.pose, dtype=np.float64)
    clips = head.clips or (Clip("Pose", np.zeros(1), pose[None]),)
    paths = []
    for clip in clips:
        made = UsdSkel.Animation.Define(stage, skeleton.GetPath().AppendChild(names.valid(clip.name)))
        made.CreateBlendShapesAttr(list(head.all_shapes()))
        made.CreateJointsAttr(["head", *joints.values()])
        _fill(made, head, clip, _places(head, joints), still=not head.clips)
        paths.append(made.GetPath())
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets(paths[:1])
    if head.clips:
        stage.SetTimeCodesPerSecond(FRAMES)
        stage.SetStartTimeCode(0)
        stage.SetEndTimeCode(float(max(clip.times[-1] for clip in head.clips if len(clip.times))) * FRAMES)


def _fill(made: Any, head: RiggedHead, clip: Clip, places: Floats, still: bool) -> None:
    from pxr import Gf, Usd, Vt

    count = len(places)
    local = np.concatenate([places[:1], places[1:] - places[0]]).astype(np.float32)
    made.CreateTranslationsAttr(Vt.Vec3fArray.FromNumpy(local))
    made.CreateScalesAttr(Vt.Vec3hArray([Gf.Vec3h(1, 1, 1)] * count))
    made.CreateRotationsAttr(Vt.QuatfArray([Gf.Quatf(1.0)] * count))
    weights = made.CreateBlendShapeWeightsAttr()
    keys = rising_keys(clip)
    rows = head.all_weights(np.asarray(clip.values)[keys]).astype(np.float32)
    turns = None if clip.head is None else head_turns(np.asarray(clip.head)[keys])
    for place, time in enumerate(np.asarray(clip.times, dtype=np.float64)[keys].tolist()):
        code = Usd.TimeCode.Default() if still else Usd.TimeCode(time * FRAMES)
        weights.Set(Vt.FloatArray.FromNumpy(rows[place]), code)
        if turns is not None:
            x, y, z, w = turns[place].tolist()
            made.GetRotationsAttr().Set(Vt.QuatfArray([Gf.Quatf(w, x, y, z), *[Gf.Quatf(1.0)] * (count - 1)]), code)


def _places(head: RiggedHead, joints: Mapping[str, str]) -> Floats:
    return np.stack([np.asarray(head.pivot, dtype=np.float64), *(np.asarray(head.eyes[group]) for group in joints)])
