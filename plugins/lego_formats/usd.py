"""Writing USD: UsdSkel blend shapes, clips and joints, through the usd-core package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh, RiggedHead
from lego_formats.glb_scene import MAIN_GROUP
from lego_formats.glb_vertices import posed_normals, split_vertices
from lego_formats.usd_mesh import add_mesh, usd_parts
from lego_formats.usd_names import UsdNames
from lego_formats.usd_skel import add_animations, add_blend_shapes, add_skeleton, bind

if TYPE_CHECKING:
    from lego_cli.api import Floats


_STILL = 1e-6  # of the extent: what moves less does not move


class UsdExporter:
    """Writes .usd, .usda and .usdc in metres with +Y up: quads stay, one mesh for each group, no textures."""

    suffixes = (".usd", ".usda", ".usdc")

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write a still mesh."""
        still = RiggedHead(path.stem, mesh, (), np.zeros((0, len(mesh.vertices), 3), np.float32))
        self.write_rigged(still, path)

    def write_rigged(self, head: RiggedHead, path: Path, dense: bool = False) -> None:
        """Write ``head``: blend shapes on the meshes that they move, an animation for each clip, joints for the eyes.

        The first clip plays, or else the head shows its pose; the others lie beside it.
        """
        from pxr import Gf, Usd, UsdGeom, UsdSkel

        stage = Usd.Stage.CreateInMemory()
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        names = UsdNames("Skeleton", "Looks")
        rigged = bool(head.controls or head.clips)
        root = (UsdSkel.Root if rigged else UsdGeom.Xform).Define(stage, f"/{UsdNames().valid(head.name or 'head')}")
        stage.SetDefaultPrim(root.GetPrim())
        if head.placement is not None:
            root.AddTransformOp().Set(Gf.Matrix4d(np.asarray(head.placement, np.float64).T.tolist()))
        if head.licence:
            stage.GetRootLayer().customLayerData = {"copyright": head.licence}
        parts = usd_parts(head.mesh)
        rest, moved = _normals(head) if len(head.mesh.face_sizes) else (None, {})
        joint_names = UsdNames()
        joints = {part.group: f"head/{joint_names.valid(part.group)}" for part in parts if part.group in head.eyes}
        still = -1.0 if dense else _STILL * float(np.ptp(head.mesh.vertices, axis=0).max())
        main = max(parts, key=lambda part: (part.group == MAIN_GROUP, len(part.used)))
        skeleton = add_skeleton(stage, root, head, joints) if rigged else None
        for part in parts:
            prim = add_mesh(stage, root, head.mesh, part, rest, names)
            if skeleton is not None:
                bind(prim, skeleton, ("head", *joints.values()).index(joints.get(part.group, "head")))
                add_blend_shapes(stage, prim, head.all_shapes(), moved, part, still, part is main)
        if skeleton is not None:
            add_animations(stage, skeleton, head, joints)
        stage.GetRootLayer().Export(str(path))


def _normals(head: RiggedHead) -> tuple[Floats, dict[str, Floats]]:
    """Normals of the vertices ``(V, 3)`` or of the corners ``(C, 3)``, and how shapes move them, of vertices only."""
    mesh = replace(head.mesh, uvs=None, corner_uv=None)
    split = split_vertices(mesh)
    if len(np.unique(split.vertex)) != len(split.vertex):  # hard edges
        return split.normals[split.corner], {}
    rest = np.zeros((len(mesh.vertices), 3))
    rest[split.vertex] = split.normals
    moved: dict[str, Floats] = {}
    for name, shape in head.all_shapes().items():
        moved[name] = np.zeros_like(rest)
        moved[name][split.vertex] = posed_normals(mesh, split, mesh.vertices + shape) - split.normals
    return rest, moved
