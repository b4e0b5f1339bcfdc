"""glTF 2.0 scenes, .glb and .gltf: one mesh of all nodes, put together where they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.gltf_carrier import Skins
from lego_cli.mesh.gltf_container import GltfContainer, read_gltf_container
from lego_cli.mesh.gltf_material import read_surfaces
from lego_cli.mesh.gltf_nodes import node_matrices, placed_meshes
from lego_cli.mesh.gltf_primitive import GltfPart, declared_size, read_primitive
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.weld import welded

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

MOST_PARTS = 100_000  # primitives, each counted as often as nodes show it
_DAMAGED = "the file is damaged or was cut short: export the scene again"


def read_gltf(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of a glTF file's bytes: positions in the scene's frame, one group per node, material names, UVs.

    Vertices that the format had to cut apart at UV seams are welded within each node; morph targets and
    animations stay out. Raises :class:`LegoError`.
    """
    try:
        return _read(path, data, limits)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # the tree is JSON: any value of it can be of any type
        raise LegoError(f"{path.name} is no sound glTF ({error})"[:200], _DAMAGED) from error


def _read(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    container = read_gltf_container(path, data, limits)
    parts = read_parts(container, node_matrices(container), limits)
    mesh = assembled(path, parts, *welded(np.column_stack(stacked(parts))))
    surfaces, notes = read_surfaces(container, path)
    return replace(mesh, surfaces=surfaces, notes=tuple(notes))


def read_parts(container: GltfContainer, matrices: list[Floats], limits: ReadLimits) -> list[GltfPart]:
    """All primitives of the scene, nodes standing at ``matrices``. Raises :class:`LegoError` where there is none."""
    parts: list[GltfPart] = []
    skins = Skins(container, matrices)
    asked = vertices = corners = 0  # a few vertices can be named again and again
    for placed in placed_meshes(container, matrices):
        for primitive in container.item("meshes", placed.mesh).get("primitives", []):
            more = declared_size(container, primitive)
            asked, vertices, corners = asked + 1, vertices + more[0], corners + more[1]
            limits.require_vertices(container.name, vertices)
            limits.require_corners(container.name, corners)
            if asked > MOST_PARTS:
                raise LegoError(f"{container.name} shows more than {MOST_PARTS} meshes", "export only the head")
            part = read_primitive(container, placed, primitive, skins, limits)
            if part is not None:
                parts.append(part)
    if not parts:
        raise LegoError(f"{container.name} holds no mesh", "export the head again, with its mesh selected")
    return parts


def stacked(parts: list[GltfPart]) -> tuple[Floats, Floats]:
    """``(n, 3)`` positions of all parts, and ``(n,)`` numbers of the nodes that they hang at."""
    numbers: dict[int, int] = {}
    of_part = [numbers.setdefault(id(part.placed), len(numbers)) for part in parts]
    counts = [len(part.positions) for part in parts]
    return np.concatenate([part.positions for part in parts]), np.repeat(of_part, counts)


def assembled(
    path: Path, parts: list[GltfPart], kept: Ints, index: Ints, polygons: list[tuple[Ints, Ints]] | None = None
) -> Mesh:
    """All parts in one mesh, welded: ``kept (V,)`` are its vertices among all, ``index (n,)`` the new of each.

    What the parts hold beside their positions is taken from them.

    ``polygons`` are the face sizes and corners of each part, in its own vertices; its triangles where omitted.
    """
    counts = [len(part.positions) for part in parts]
    offsets = np.cumsum(counts) - counts
    if polygons is None:
        triangles = [part.take("triangles") for part in parts]
        polygons = [(np.full(len(own), 3, dtype=np.int64), own.reshape(-1)) for own in triangles]
        del triangles
    corner = _corners([corners for _, corners in polygons], offsets.tolist())
    sizes = np.concatenate([sizes for sizes, _ in polygons])
    faces = [len(sizes) for sizes, _ in polygons]
    del polygons
    groups, face_group = _labels([part.placed.name or part.mesh_name for part in parts], faces)
    materials, face_material = _labels([part.material for part in parts], faces)
    colours = _joined([part.take("colours") for part in parts], counts, 4, 1.0)
    return Mesh(
        vertices=np.concatenate([part.positions for part in parts])[kept],
        face_sizes=sizes,
        corner_vertex=index[corner],
        colours=None if colours is None else colours[kept],
        groups=groups,
        face_group=face_group,
        materials=materials,
        face_material=face_material,
        path=path,
        **_corner_values("uvs", "corner_uv", [part.take("uvs") for part in parts], counts, corner),
        **_corner_values("normals", "corner_normal", [part.take("normals") for part in parts], counts, corner),
    )


def _corners(corners: list[Ints], offsets: list[int]) -> Ints:
    """(C,) of all parts, counted through."""
    joined = np.empty(sum(map(len, corners)), dtype=np.int64)
    end = 0
    for own, offset in zip(corners, offsets, strict=True):
        begin, end = end, end + len(own)
        np.add(own, offset, out=joined[begin:end])
    return joined


def _labels(names: list[str], faces: list[int]) -> tuple[tuple[str, ...], Ints | None]:
    """The distinct names, and the index of each face's, -1 where it is empty."""
    distinct = {name: number for number, name in enumerate(dict.fromkeys(name for name in names if name))}
    numbers = np.array([distinct.get(name, -1) for name in names], dtype=np.int64)
    return tuple(distinct), np.repeat(numbers, faces) if distinct else None


def _joined(values: list[Floats | None], counts: list[int], width: int, missing: float) -> Floats | None:
    """``(n, width)`` values of all parts, or None where no part has any."""
    if all(value is None for value in values):
        return None
    if len(values) == 1 and values[0] is not None and values[0].shape[1] == width:
        return values[0]
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
    if all(value is not None for value in values):
        return {values_name: joined, corner_name: corner}
    known = np.repeat([value is not None for value in values], counts)
    return {values_name: joined, corner_name: np.where(known[corner], corner, -1)}
