"""The parts that a mesh falls into for a scene, one for each group and material, and the vertices that each draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Mesh
from lego_formats.glb_file import INDICES, VERTICES, GlbFile
from lego_formats.glb_vertices import SplitVertices

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


@dataclass(frozen=True, eq=False)
class Part:
    """The faces of one group and one material."""

    group: str  # "" where faces have none
    material: int  # index into the mesh's materials, -1 none
    used: Ints  # (n,) split vertices
    vertex: Ints  # (n,) the same as vertices of the mesh
    triangles: Ints  # (T, 3) indices into used


def mesh_parts(mesh: Mesh, split: SplitVertices, polygons: bool = False) -> list[Part]:
    """All parts that have faces, those of a group together and in the order of the groups.

    With ``polygons`` a reader can put quads together again; see :func:`polygon_triangles`.
    """
    corners, face = polygon_triangles(mesh, split) if polygons else (mesh.triangle_corners(), mesh.triangle_face())
    group, material = _labels(mesh.face_group, mesh)[face], _labels(mesh.face_material, mesh)[face]
    parts = []
    for group_number, material_number in np.unique(np.stack([group, material], axis=1), axis=0).tolist():
        chosen = (group == group_number) & (material == material_number)
        used, index = np.unique(split.corner[corners[chosen]], return_inverse=True)
        name = mesh.groups[group_number] if group_number >= 0 else ""
        parts.append(Part(name, material_number, used, split.vertex[used], index.reshape(-1, 3)))
    return parts


def polygon_triangles(mesh: Mesh, split: SplitVertices) -> tuple[Ints, Ints]:
    """``(T, 3)`` corners of the fan triangles, and their faces ``(T,)``.

    All triangles of a polygon start at one vertex, and the next polygon starts at another, so that a reader can put
    the polygons together again (as FB_ngon_encoding does).
    """
    starts, sizes = mesh.face_starts, np.asarray(mesh.face_sizes)
    order = np.lexsort((np.arange(len(sizes)), _labels(mesh.face_material, mesh), _labels(mesh.face_group, mesh)))
    turn = np.zeros(len(sizes), dtype=np.int64)
    first, second = split.corner[starts].tolist(), split.corner[starts + 1].tolist()
    last = -1
    for face in order[sizes[order] > 2].tolist():
        turned = first[face] == last
        turn[face] = turned
        last = second[face] if turned else first[face]
    triangles, face_of = mesh.triangle_corners(), mesh.triangle_face()
    start = starts[face_of][:, None]
    return start + (triangles - start + turn[face_of][:, None]) % sizes[face_of][:, None], face_of


def add_primitive(
    file: GlbFile, mesh: Mesh, split: SplitVertices, part: Part, origin: Floats | None = None
) -> dict[str, Any]:
    """The vertices and triangles of a part, positions relative to ``origin (3,)``; the material is the caller's."""
    position = np.asarray(mesh.vertices, dtype=np.float64)[part.vertex]
    position = position if origin is None else position - origin
    attributes = {
        "POSITION": file.add_array(position.astype(np.float32), VERTICES, bounds=True),
        "NORMAL": file.add_array(split.normals[part.used].astype(np.float32), VERTICES),
    }
    if split.uvs is not None:
        uvs = split.uvs[part.used]
        attributes["TEXCOORD_0"] = file.add_array(
            np.stack([uvs[:, 0], 1.0 - uvs[:, 1]], axis=1).astype(np.float32), VERTICES
        )
    if mesh.colours is not None:
        attributes["COLOR_0"] = add_colours(file, mesh.colours[part.vertex])
    kind = np.uint16 if len(part.used) < 65535 else np.uint32
    return {"attributes": attributes, "indices": file.add_array(part.triangles.reshape(-1).astype(kind), INDICES)}


def add_colours(file: GlbFile, colours: Floats) -> int:
    """sRGB colours as glTF holds them: linear, here in 16 bits, with alpha."""
    rgba = np.ones((len(colours), 4))
    rgba[:, : colours.shape[1]] = np.clip(colours, 0.0, 1.0)
    rgb = rgba[:, :3]
    rgba[:, :3] = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return file.add_array(np.round(rgba * 65535).astype(np.uint16), VERTICES, normalised=True)


def _labels(index: Ints | None, mesh: Mesh) -> Ints:
    return np.full(len(mesh.face_sizes), -1, dtype=np.int64) if index is None else index
