"""Connected parts of a mesh, and the report on what it consists of and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.edges import boundary_loops, mesh_edges
from lego_cli.mesh.texture import texture_size
from lego_cli.mesh.weld import welded

if TYPE_CHECKING:
    from lego_cli.api import Ints

__all__ = ["MeshReport", "boundary_loops", "face_components", "guessed_unit", "mesh_report", "vertex_components"]

_TOGETHER = 100_000  # faces whose area is looked at: all of a large mesh would take a gigabyte
_UNITS = (("m", 0.12, 0.6), ("in", 4.5, 12.0), ("cm", 12.0, 60.0), ("mm", 120.0, 600.0))
"""A unit, and how large a head (with or without neck and shoulders' beginning) is in it, at least and at most."""


def vertex_components(mesh: Mesh) -> Ints:
    """``(V,)`` number of the connected part of each vertex: 0 is the part with most vertices; a lone vertex is one."""
    count = len(mesh.vertices)
    start, end = mesh.corner_vertex, mesh.corner_vertex[mesh.next_corners()]
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(count, count))
    parts, label = connected_components(graph, directed=False)
    return _by_size(label, parts)


def face_components(mesh: Mesh) -> Ints:
    """``(F,)`` number of the connected part of each face (parts hang together by vertices): 0 has most faces."""
    label = vertex_components(mesh)[mesh.corner_vertex[mesh.face_starts]]
    _, compact = np.unique(label, return_inverse=True)
    return _by_size(compact.reshape(-1), int(compact.max(initial=-1)) + 1)


def _by_size(label: Ints, parts: int) -> Ints:
    """Labels renumbered so that the most frequent one is 0; ties keep the order of first appearance."""
    sizes = np.bincount(label, minlength=parts)
    first = np.full(parts, len(label))
    np.minimum.at(first, label, np.arange(len(label)))
    rank = np.empty(parts, dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(parts)
    return rank[label]


@dataclass(frozen=True)
class MeshReport:
    """Counts and faults of a mesh; lengths in the file's own unit."""

    vertices: int
    faces: int
    triangles: int
    quads: int
    ngons: int  # faces with five corners and more
    components: int  # parts that hang together; of a point cloud 0
    largest_component: int  # faces of the largest part
    boundary_loops: int  # holes and rims
    non_manifold_edges: int  # edges with three faces and more
    inconsistent_edges: int  # edges whose two faces disagree on which side is outside
    degenerate_faces: int  # no area, or one vertex twice
    duplicated_vertices: int  # vertices whose position an earlier one has
    unreferenced_vertices: int  # vertices in no face
    manifold: bool  # every edge has one or two faces, and two agree on the outside
    closed: bool  # manifold, and no holes
    lower: tuple[float, float, float]
    upper: tuple[float, float, float]
    size: tuple[float, float, float]  # extent along x, y and z
    unit: str | None  # the unit in which the largest extent is that of a head: m, cm, mm, in, or None
    uvs: bool
    normals: bool
    colours: bool
    groups: tuple[str, ...]
    materials: tuple[str, ...]
    textures: tuple[str, ...]  # of each material that has one: name, width x height and kind
    notes: tuple[str, ...]  # what the reader left out


def mesh_report(mesh: Mesh) -> MeshReport:
    """Look at ``mesh`` from all sides."""
    edges = mesh_edges(mesh)
    lower, upper = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    component = face_components(mesh)
    branching = int((edges.uses > 2).sum())
    inconsistent = int(((edges.uses == 2) & (edges.balance != 0)).sum())
    loops = len(boundary_loops(mesh, edges))
    manifold = len(mesh.face_sizes) > 0 and not branching and not inconsistent
    used = np.zeros(len(mesh.vertices), dtype=bool)
    used[mesh.corner_vertex] = True
    return MeshReport(
        vertices=len(mesh.vertices),
        faces=len(mesh.face_sizes),
        triangles=int((mesh.face_sizes == 3).sum()),
        quads=int((mesh.face_sizes == 4).sum()),
        ngons=int((mesh.face_sizes > 4).sum()),
        components=int(component.max(initial=-1)) + 1,
        largest_component=int((component == 0).sum()),
        boundary_loops=loops,
        non_manifold_edges=branching,
        inconsistent_edges=inconsistent,
        degenerate_faces=int(_degenerate(mesh).sum()),
        duplicated_vertices=len(mesh.vertices) - len(welded(mesh.vertices)[0]),
        unreferenced_vertices=int((~used).sum()),
        manifold=manifold,
        closed=manifold and not loops,
        lower=_point(lower),
        upper=_point(upper),
        size=_point(upper - lower),
        unit=guessed_unit(float((upper - lower).max())),
        uvs=mesh.uvs is not None,
        normals=mesh.normals is not None,
        colours=mesh.colours is not None,
        groups=mesh.groups,
        materials=mesh.materials,
        textures=_textures(mesh),
        notes=mesh.notes,
    )


def _textures(mesh: Mesh) -> tuple[str, ...]:
    """What textures there are; one that cannot be read says why."""
    found = []
    for name, surface in mesh.surfaces.items():
        if surface.texture is not None:
            try:
                wide, high = texture_size(surface.texture, f"the texture of {name}")
                found.append(f"{name} {wide} x {high} {surface.texture.media.partition('/')[2]}")
            except LegoError as error:
                found.append(error.message)
    return tuple(found)


def guessed_unit(extent: float) -> str | None:
    """The unit in which something of this size is a head: ``m``, ``cm``, ``mm``, ``in``, or None for no such unit."""
    return next((unit for unit, least, most in _UNITS if least <= extent < most), None)


def _degenerate(mesh: Mesh) -> np.ndarray:
    """``(F,)`` faces that name a vertex twice, or whose area is nothing next to their edges; some at a time."""
    found = [np.zeros(0, dtype=bool)]
    corners = np.concatenate([[0], np.cumsum(mesh.face_sizes)])
    for start in range(0, len(mesh.face_sizes), _TOGETHER):
        end = min(start + _TOGETHER, len(mesh.face_sizes))
        some = slice(corners[start], corners[end])
        found.append(_degenerate_of(Mesh(mesh.vertices, mesh.face_sizes[start:end], mesh.corner_vertex[some])))
    return np.concatenate(found)


def _degenerate_of(mesh: Mesh) -> np.ndarray:
    face = np.repeat(np.arange(len(mesh.face_sizes)), mesh.face_sizes)
    position = mesh.vertices[mesh.corner_vertex]
    edge = ((position[mesh.next_corners()] - position) ** 2).sum(axis=1)
    longest = np.zeros(len(mesh.face_sizes))
    np.maximum.at(longest, face, edge)
    flat = np.linalg.norm(mesh.area_vectors(), axis=1) <= 1e-12 * longest
    order = np.lexsort((mesh.corner_vertex, face))
    twice = (np.diff(face[order]) == 0) & (np.diff(mesh.corner_vertex[order]) == 0)
    flat[face[order][1:][twice]] = True
    return flat


def _point(values: np.ndarray) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z
