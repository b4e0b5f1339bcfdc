"""glTF 2.0 scenes, .glb and .gltf: one mesh of all nodes, put together where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.gltf_container import read_gltf_container
from lego_cli.mesh.gltf_nodes import node_matrices, placed_meshes
from lego_cli.mesh.gltf_primitive import GltfPart, read_primitive
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.weld import welded

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_TRIANGLES_PER_VERTEX = 4  # a closed mesh has two
_DAMAGED = "the file is damaged or was cut short: export the scene again"


def read_gltf(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of a glTF file's bytes: positions in the scene's frame, one group per node, material names, UVs.

    Vertices that the format had to cut apart at UV seams are welded within each node; textures, morph targets and
    animations stay out. Raises :class:`LegoError`.
    """
    try:
        return _read(path, data, limits)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # the tree is JSON: any value of it can be of any type
        raise LegoError(f"{path.name} is no sound glTF ({error})"[:200], _DAMAGED) from error


def _read(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    container = read_gltf_container(path, data, limits)
    matrices = node_matrices(container)
    parts: list[GltfPart] = []
    names: list[str] = []
    nodes: list[int] = []
    vertices = triangles = 0
    for number, placed in enumerate(placed_meshes(container, matrices)):
        entry = container.item("meshes", placed.mesh)
        for primitive in entry.get("primitives", []):
            part = read_primitive(container, placed, primitive, matrices, limits)
            if part is not None:
                parts.append(part)
                names.append(placed.name or str(entry.get("name", "")))
                nodes.append(number)
                vertices, triangles = vertices + len(part.positions), triangles + len(part.triangles)
                limits.require_vertices(path.name, vertices)
                if triangles > _TRIANGLES_PER_VERTEX * limits.max_vertices:  # few vertices, named again and again
                    raise LegoError(f"{path.name} has more than {triangles} triangles", "decimate the mesh first")
    if not parts:
        raise LegoError(f"{path.name} holds no mesh", "export the head again, with its mesh selected")
    return _assembled(path, parts, names, nodes)


def _assembled(path: Path, parts: list[GltfPart], names: list[str], nodes: list[int]) -> Mesh:
    """All parts in one mesh, welded within each node."""
    counts = [len(part.positions) for part in parts]
    offsets = np.cumsum(counts) - counts
    positions = np.concatenate([part.positions for part in parts])
    kept, index = welded(np.column_stack([positions, np.repeat(nodes, counts)]))
    corner = np.concatenate([part.triangles + offset for part, offset in zip(parts, offsets, strict=True)]).reshape(-1)
    faces = [len(part.triangles) for part in parts]
    groups, face_group = _labels(names, faces)
    materials, face_material = _labels([part.material for part in parts], faces)
    colours = _joined([part.colours for part in parts], counts, 4, 1.0)
    return Mesh(
        vertices=positions[kept],
        face_sizes=np.full(len(corner) // 3, 3, dtype=np.int64),
        corner_vertex=index[corner],
        colours=None if colours is None else colours[kept],
        groups=groups,
        face_group=face_group,
        materials=materials,
        face_material=face_material,
        path=path,
        **_corner_values("uvs", "corner_uv", [part.uvs for part in parts], counts, corner),
        **_corner_values("normals", "corner_normal", [part.normals for part in parts], counts, corner),
    )


def _labels(names: list[str], faces: list[int]) -> tuple[tuple[str, ...], Ints | None]:
    """The distinct names, and the index of each face's, -1 where it is empty."""
    distinct = tuple(dict.fromkeys(name for name in names if name))
    numbers = np.array([distinct.index(name) if name else -1 for name in names], dtype=np.int64)
    return distinct, np.repeat(numbers, faces) if distinct else None


def _joined(values: list[Floats | None], counts: list[int], width: int, missing: float) -> Floats | None:
    """``(n, width)`` values of all parts, or None where no part has any."""
    if all(value is None for value in values):
        return None
    joined = np.full((sum(counts), width), missing)
    for value, end, count in zip(values, np.cumsum(counts), counts, strict=True):
        if value is not None:
            joined[end - count : end, : value.shape[1]] = value
    return joined


def _corner_values(
    values_name: str, corner_name: str, values: list[Floats | None], counts: list[int], corner: Ints
) -> dict[str, Any]:
    """Values as stored, before welding, and which of them each corner has."""
    width = next((value.shape[1] for value in values if value is not None), 0)
    joined = _joined(values, counts, width, 0.0)
    if joined is None or not len(corner):
        return {}
    known = np.repeat([value is not None for value in values], counts)
    return {values_name: joined, corner_name: np.where(known[corner], corner, -1)}
