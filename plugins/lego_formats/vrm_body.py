"""A stub body for heads without one: VRM asks for 15 bones, standing in a T, that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_formats.glb_file import GlbFile

if TYPE_CHECKING:
    from lego_cli.api import Floats

HEAD = "head"
LIMB = {
    "UpperLeg": ("hips", (0.09, 0.89, 0.0)),
    "LowerLeg": ("UpperLeg", (0.09, 0.50, 0.01)),
    "Foot": ("LowerLeg", (0.09, 0.09, -0.02)),
    "UpperArm": ("chest", (0.17, 1.33, -0.02)),
    "LowerArm": ("UpperArm", (0.43, 1.33, -0.02)),
    "Hand": ("LowerArm", (0.67, 1.33, -0.02)),
}
BONES: dict[str, tuple[str, tuple[float, float, float]]] = (
    {  # bone -> parent, and metres from the ground between the feet
        "hips": ("", (0.0, 0.93, 0.0)),
        "spine": ("hips", (0.0, 1.03, 0.0)),
        "chest": ("spine", (0.0, 1.16, -0.01)),
        "neck": ("chest", (0.0, 1.38, -0.02)),
        HEAD: ("neck", (0.0, 1.46, -0.01)),
    }
    | {
        side + bone: (parent if parent[0].islower() else side + parent, (sign * x, y, z))
        for side, sign in (("left", 1), ("right", -1))
        for bone, (parent, (x, y, z)) in LIMB.items()
    }
)
"""An adult, facing +Z. The head bone is where the head's pivot goes."""


def head_offset() -> Floats:
    """``(3,)`` where the head bone stands in its parent's frame."""
    parent, place = BONES[HEAD]
    return np.subtract(place, BONES[parent][1])


def add_body(file: GlbFile, head: int) -> dict[str, int]:
    """Add all bones but the head, which is node ``head``; returns the node of every bone."""
    children: dict[str, list[str]] = {}
    for bone, (parent, _) in BONES.items():
        children.setdefault(parent, []).append(bone)
    nodes = {HEAD: head}
    for bone in reversed(BONES):  # children come after their parents
        if bone != HEAD:
            parent, place = BONES[bone]
            offset = np.subtract(place, BONES[parent][1] if parent else (0.0, 0.0, 0.0))
            entry = {"name": bone, "translation": np.round(offset, 6).tolist()}
            if bone in children:
                entry["children"] = [nodes[child] for child in children[bone]]
            nodes[bone] = file.add("nodes", entry)
    return nodes
