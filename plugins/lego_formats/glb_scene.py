"""A rigged head as nodes of a scene: the head turns about its pivot, eyeballs about their centres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, RiggedHead
from lego_formats.glb_clips import MorphNode
from lego_formats.glb_file import VERTICES, GlbFile
from lego_formats.glb_materials import GlbMaterials
from lego_formats.glb_morphs import Morphs
from lego_formats.glb_parts import Part, add_primitive, mesh_parts
from lego_formats.glb_vertices import split_vertices

if TYPE_CHECKING:
    from lego_cli.api import Floats

MAIN_GROUP = "skin"


@dataclass(frozen=True)
class HeadNodes:
    """The head node with all that hangs below it."""

    head: int
    meshes: tuple[int, ...]
    morphing: tuple[MorphNode, ...]


@dataclass
class _Scene:
    file: GlbFile
    start: Floats  # (S,) weights of all shapes when the file is opened
    meshes: list[int] = field(default_factory=list)
    morphing: list[MorphNode] = field(default_factory=list)


def add_head(file: GlbFile, rig: RiggedHead, position: Floats, dense: bool, neutral: bool = False) -> HeadNodes:
    """Add the head with its node at ``position (3,)`` in its parent's frame; in its pose, or ``neutral``.

    One node and one primitive for each group and material: several primitives in one morphing mesh break importers.
    """
    if not len(rig.mesh.face_sizes):
        raise LegoError(f"{rig.name} has shapes but no faces", "rig a mesh, not a point cloud")
    start = np.zeros(len(rig.all_shapes()))
    if rig.pose is not None and len(start) and not neutral:
        start = rig.all_weights(np.asarray(rig.pose)[None])[0]
    scene = _Scene(file, start)
    split = split_vertices(rig.mesh)
    parts = mesh_parts(rig.mesh, split, polygons=True)
    materials = GlbMaterials(file, rig.mesh, split.uvs is not None)
    morphs = Morphs.of(rig, split)
    main = main_part(parts)
    pivot = np.asarray(rig.pivot, dtype=np.float64)
    children: list[int] = []
    eyes: dict[str, list[int]] = {}
    for part in parts:
        eye = part.group in rig.eyes
        origin = np.asarray(rig.eyes[part.group], dtype=np.float64) if eye else pivot
        primitive = add_primitive(file, rig.mesh, split, part, origin)
        primitive["attributes"]["_VERTEX"] = file.add_array(part.vertex.astype(np.float32), VERTICES)
        primitive["material"] = materials.index(part.material)
        numbers = list(range(len(morphs.names))) if part is main else morphs.moving(part)
        if numbers:
            primitive["targets"] = morphs.add_targets(file, part, numbers, dense)
        node = _add_mesh(scene, part, _part_name(rig, parts, part), primitive, {i: morphs.names[i] for i in numbers})
        (eyes.setdefault(part.group, []) if eye else children).append(node)
    for group, below in eyes.items():
        offset = np.asarray(rig.eyes[group], dtype=np.float64) - pivot
        entry = {"name": f"{group}_pivot", "translation": offset.tolist(), "children": below, "extras": {"lego": "eye"}}
        children.append(file.add("nodes", entry))
    entry = {"name": "head", "translation": position.tolist(), "children": children, "extras": {"lego": "head"}}
    return HeadNodes(file.add("nodes", entry), tuple(scene.meshes), tuple(scene.morphing))


def main_part(parts: list[Part]) -> Part:
    """The part that carries every shape: the largest one of the skin, or of all where no group is called so."""
    skin = [part for part in parts if part.group == MAIN_GROUP]
    return max(skin or parts, key=lambda part: len(part.used))


def scene_notes(rig: RiggedHead) -> dict[str, Any]:
    """What glTF has no words for: which shapes are controls, and what correctives and mixes are made of."""
    notes: dict[str, Any] = {"controls": list(rig.controls), "pivot": [float(value) for value in rig.pivot]}
    notes["correctives"] = [{"name": c.name, "controls": list(c.controls)} for c in rig.correctives]
    notes["mixes"] = {name: {k: float(v) for k, v in mix.items()} for name, mix in rig.mixes.items()}
    return {"lego": notes}


def add_licence(file: GlbFile, rig: RiggedHead) -> None:
    """Say whose the head is, where that is known."""
    if rig.licence:
        file.tree["asset"]["copyright"] = rig.licence


def _part_name(rig: RiggedHead, parts: list[Part], part: Part) -> str:
    name = part.group or rig.name
    several = sum(other.group == part.group for other in parts) > 1
    if not several:
        return name
    return f"{name}_{rig.mesh.materials[part.material] if part.material >= 0 else 'default'}"


def _add_mesh(scene: _Scene, part: Part, name: str, primitive: dict[str, Any], targets: dict[int, str]) -> int:
    """A node with a mesh of one primitive; ``targets`` are numbers and names of the shapes that it has."""
    entry: dict[str, Any] = {"name": name, "primitives": [primitive]}
    if targets:
        entry["weights"] = scene.start[list(targets)].tolist()
        entry["extras"] = {"targetNames": list(targets.values())}
    node = {"name": name, "mesh": scene.file.add("meshes", entry), "extras": {"lego": {"group": part.group}}}
    scene.meshes.append(scene.file.add("nodes", node))
    if targets:
        scene.morphing.append(MorphNode(scene.meshes[-1], tuple(targets)))
    return scene.meshes[-1]
