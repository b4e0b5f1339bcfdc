"""Writing binary glTF 2.0: still meshes, and heads with shapes and clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lego_cli.api import Mesh, RiggedHead
from lego_formats.glb_clips import add_clip
from lego_formats.glb_file import VERTICES, GlbFile
from lego_formats.glb_materials import GlbMaterials
from lego_formats.glb_parts import add_colours, add_primitive, mesh_parts
from lego_formats.glb_scene import add_head, add_licence, scene_notes
from lego_formats.glb_vertices import split_vertices

_POINTS = 0


class GlbExporter:
    """Writes .glb with normals, UVs, colours, textures, and morph targets; polygons become triangles."""

    suffixes = (".glb",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``; viewers take its positions for metres with +Y up."""
        file = GlbFile()
        nodes = _cloud_nodes(file, mesh, path.stem) if not len(mesh.face_sizes) else _mesh_nodes(file, mesh)
        file.tree |= {"scene": 0, "scenes": [{"nodes": nodes}]}
        file.write(path)

    def write_rigged(self, head: RiggedHead, path: Path, dense: bool = False) -> None:
        """Write ``head`` to ``path``: named morph targets, sparse unless ``dense``, eyes that turn, and its clips."""
        file = GlbFile()
        added = add_head(file, head, np.asarray(head.pivot, dtype=np.float64), dense)
        root: dict[str, Any] = {"name": head.name, "children": [added.head], "extras": {"lego": "root"}}
        if head.placement is not None:
            root["matrix"] = np.asarray(head.placement, dtype=np.float64).T.reshape(-1).tolist()
        for clip in head.clips:
            add_clip(file, head, clip, list(added.morphing), added.head)
        file.tree |= {"scene": 0, "scenes": [{"nodes": [file.add("nodes", root)], "extras": scene_notes(head)}]}
        add_licence(file, head)
        file.write(path)


def _mesh_nodes(file: GlbFile, mesh: Mesh) -> list[int]:
    """A node for each group, a primitive for each of its materials."""
    split = split_vertices(mesh)
    materials = GlbMaterials(file, mesh, split.uvs is not None)
    primitives: dict[str, list[dict[str, Any]]] = {}
    for part in mesh_parts(mesh, split):
        primitive = add_primitive(file, mesh, split, part) | {"material": materials.index(part.material)}
        primitives.setdefault(part.group or "mesh", []).append(primitive)
    return [
        file.add("nodes", {"name": name, "mesh": file.add("meshes", {"name": name, "primitives": own})})
        for name, own in primitives.items()
    ]


def _cloud_nodes(file: GlbFile, mesh: Mesh, name: str) -> list[int]:
    attributes = {"POSITION": file.add_array(mesh.vertices.astype(np.float32), VERTICES, bounds=True)}
    if mesh.colours is not None:
        attributes["COLOR_0"] = add_colours(file, mesh.colours)
    primitive = {"attributes": attributes, "mode": _POINTS}
    return [file.add("nodes", {"name": name, "mesh": file.add("meshes", {"name": name, "primitives": [primitive]})})]
