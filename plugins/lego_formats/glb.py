"""Writing binary glTF 2.0: a node for each group, a primitive for each material."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Mesh
from lego_formats.glb_file import INDICES, VERTICES, GlbFile
from lego_formats.glb_vertices import SplitVertices, split_vertices

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_POINTS = 0


class GlbExporter:
    """Writes .glb with positions, normals, UVs and colours; polygons become triangles, textures stay out."""

    suffixes = (".glb",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``; viewers take its positions for metres with +Y up."""
        file = GlbFile()
        nodes = _cloud_nodes(file, mesh, path.stem) if not len(mesh.face_sizes) else _mesh_nodes(file, mesh)
        file.tree |= {"scene": 0, "scenes": [{"nodes": nodes}]}
        file.write(path)


def _mesh_nodes(file: GlbFile, mesh: Mesh) -> list[int]:
    split = split_vertices(mesh)
    triangle_corners, triangle_face = mesh.triangle_corners(), mesh.triangle_face()
    group = _labels(mesh.face_group, mesh)[triangle_face]
    material = _labels(mesh.face_material, mesh)[triangle_face]
    materials = {number: _add_material(file, mesh, number) for number in np.unique(material).tolist()}
    nodes = []
    for number in np.unique(group).tolist():
        primitives = []
        for material_number, material_index in materials.items():
            chosen = (group == number) & (material == material_number)
            if chosen.any():
                primitive = _add_primitive(file, mesh, split, split.corner[triangle_corners[chosen]])
                primitives.append(primitive | {"material": material_index})
        name = mesh.groups[number] if number >= 0 else "mesh"
        nodes.append(
            file.add("nodes", {"name": name, "mesh": file.add("meshes", {"name": name, "primitives": primitives})})
        )
    return nodes


def _labels(index: Ints | None, mesh: Mesh) -> Ints:
    return np.full(len(mesh.face_sizes), -1, dtype=np.int64) if index is None else index


def _add_material(file: GlbFile, mesh: Mesh, number: int) -> int:
    """A matt material: the default of glTF is polished metal."""
    surface = {"metallicFactor": 0.0, "roughnessFactor": 0.7}
    name = mesh.materials[number] if number >= 0 else "default"
    return file.add("materials", {"name": name, "pbrMetallicRoughness": surface})


def _add_primitive(file: GlbFile, mesh: Mesh, split: SplitVertices, triangles: Ints) -> dict[str, Any]:
    """The vertices that ``triangles (T, 3)`` of split vertices use, and the triangles themselves."""
    used, index = np.unique(triangles, return_inverse=True)
    vertex = split.vertex[used]
    attributes = {
        "POSITION": file.add_array(mesh.vertices[vertex].astype(np.float32), VERTICES, bounds=True),
        "NORMAL": file.add_array(split.normals[used].astype(np.float32), VERTICES),
    }
    if split.uvs is not None:
        flipped = np.stack([split.uvs[used, 0], 1.0 - split.uvs[used, 1]], axis=1)
        attributes["TEXCOORD_0"] = file.add_array(flipped.astype(np.float32), VERTICES)
    if mesh.colours is not None:
        attributes["COLOR_0"] = _add_colours(file, mesh.colours[vertex])
    kind = np.uint16 if len(used) < 65535 else np.uint32
    return {"attributes": attributes, "indices": file.add_array(index.reshape(-1).astype(kind), INDICES)}


def _cloud_nodes(file: GlbFile, mesh: Mesh, name: str) -> list[int]:
    attributes = {"POSITION": file.add_array(mesh.vertices.astype(np.float32), VERTICES, bounds=True)}
    if mesh.colours is not None:
        attributes["COLOR_0"] = _add_colours(file, mesh.colours)
    primitive = {"attributes": attributes, "mode": _POINTS}
    return [file.add("nodes", {"name": name, "mesh": file.add("meshes", {"name": name, "primitives": [primitive]})})]


def _add_colours(file: GlbFile, colours: Floats) -> int:
    """sRGB colours as glTF holds them: linear, here in 16 bits, with alpha."""
    rgba = np.ones((len(colours), 4))
    rgba[:, : colours.shape[1]] = np.clip(colours, 0.0, 1.0)
    rgb = rgba[:, :3]
    rgba[:, :3] = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return file.add_array(np.round(rgba * 65535).astype(np.uint16), VERTICES, normalised=True)
