"""Writing VRM 1.0: the head as an avatar with a stub body, for VTuber tools and games."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lego_cli.api import Mesh, RiggedHead
from lego_formats.glb_file import GlbFile
from lego_formats.glb_scene import HeadNodes, add_head, add_licence, scene_notes
from lego_formats.vrm_body import add_body, head_offset
from lego_formats.vrm_expressions import expressions

LICENCE_URL = "https://vrm.dev/licenses/1.0/"
GAZE = {"HorizontalInner": 20.0, "HorizontalOuter": 20.0, "VerticalDown": 15.0, "VerticalUp": 10.0}
"""Degrees that the eyeLook shapes turn an eyeball."""


class VrmExporter:
    """Writes .vrm: presets and the 52 ARKit expressions, in metres, facing +Z, neutral; clips have no place in it."""

    suffixes = (".vrm",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write a still avatar."""
        still = RiggedHead(path.stem, mesh, (), np.zeros((0, len(mesh.vertices), 3), np.float32))
        self.write_rigged(still, path)

    def write_rigged(self, head: RiggedHead, path: Path, dense: bool = False) -> None:
        """Write ``head`` on a stub body, whatever its placement; VRM is in metres and starts neutral."""
        file = GlbFile()
        added = add_head(file, head, head_offset(), dense, neutral=True)
        bones = add_body(file, added.head)
        root = file.add("nodes", {"name": head.name, "children": [bones["hips"]], "extras": {"lego": "root"}})
        file.tree |= {"scene": 0, "scenes": [{"nodes": [root], "extras": scene_notes(head)}]}
        file.tree |= {"extensionsUsed": ["VRMC_vrm"], "extensions": {"VRMC_vrm": _avatar(head, added, bones)}}
        add_licence(file, head)
        file.write(path)


def _avatar(head: RiggedHead, added: HeadNodes, bones: dict[str, int]) -> dict[str, Any]:
    return {
        "specVersion": "1.0",
        "meta": _meta(head),
        "humanoid": {"humanBones": {name: {"node": node} for name, node in bones.items()}},
        "firstPerson": {"meshAnnotations": [{"node": node, "type": "auto"} for node in added.meshes]},
        "lookAt": _look_at(head),
        "expressions": expressions(head, added.morphing),
    }


def _meta(head: RiggedHead) -> dict[str, Any]:
    """Nothing is allowed that the maker has not allowed; these are the defaults of the specification (meta.md)."""
    meta: dict[str, Any] = {
        "name": head.name or "head",
        "version": "1.0",
        "authors": ["made with lego"],
        "licenseUrl": LICENCE_URL,
        "avatarPermission": "onlyAuthor",
        "allowExcessivelyViolentUsage": False,
        "allowExcessivelySexualUsage": False,
        "commercialUsage": "personalNonProfit",
        "allowPoliticalOrReligiousUsage": False,
        "allowAntisocialOrHateUsage": False,
        "creditNotation": "required",
        "allowRedistribution": False,
        "modification": "prohibited",
    }
    if head.licence:
        meta |= {"copyrightInformation": head.licence, "thirdPartyLicenses": head.licence}
    return meta


def _look_at(head: RiggedHead) -> dict[str, Any]:
    """From between the eyes: the origin of the canonical frame, where eyes are not known."""
    between = np.mean(list(head.eyes.values()), axis=0) if head.eyes else np.zeros(3)
    offset = np.round(between - np.asarray(head.pivot, dtype=np.float64), 6)
    ranges = {f"rangeMap{name}": {"inputMaxValue": angle, "outputScale": 1.0} for name, angle in GAZE.items()}
    return {"type": "expression", "offsetFromHeadBone": offset.tolist(), **ranges}
