"""Triangles of any file made fit for geometry: welded, without slivers, wound the same way all over each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lego_cli.errors import LegoError
from lego_cli.mesh.weld import welded

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh

WELD = 1e-5  # of the mesh's extent: nearer vertices are one
MOST_TRIANGLES = 3_000_000


@dataclass(frozen=True)
class Triangles:
    """``positions (V, 3)``, ``corners (T, 3)`` and the ``part (T,)`` that each triangle hangs together with."""

    positions: Floats
    corners: Ints
    part: Ints

    @property
    def area_vectors(self) -> Floats:
        """(T, 3) normals times areas."""
        a, b, c = (self.positions[self.corners[:, k]] for k in range(3))
        return 0.5 * np.cross(b - a, c - a)

    def vertex_normals(self) -> Floats:
        """(V, 3) unit normals, weighted by area; zero where no triangle is."""
        vectors = np.repeat(self.area_vectors, 3, axis=0)
        index = self.corners.reshape(-1)
        summed = np.stack([np.bincount(index, vectors[:, k], len(self.positions)) for k in range(3)], axis=1)
        return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-300)

    def turned(self, parts: Ints) -> Triangles:
        """The same with the triangles of some parts wound the other way."""
        corners = self.corners.copy()
        chosen = np.isin(self.part, parts)
        corners[chosen] = corners[chosen][:, ::-1]
        return Triangles(self.positions, corners, self.part)


def oriented_triangles(mesh: Mesh) -> Triangles:
    """Weld, triangulate and wind evenly. Raises LegoError when there is no surface to speak of."""
    vertices = np.asarray(mesh.vertices, np.float64)
    corners = mesh.triangles()
    if len(corners) < 50:
        raise LegoError("the mesh is no head: it has hardly any faces", "give a surface mesh of a head")
    used = vertices[np.unique(corners)]
    extent = float((used.max(0) - used.min(0)).max())
    if not np.isfinite(extent) or extent <= 0:
        raise LegoError("the mesh is no head: it has no extent", "give a surface mesh of a head")
    if len(corners) > MOST_TRIANGLES:
        raise LegoError(f"the mesh has {len(corners)} triangles", "simplify it to a million or fewer")
    first, index = welded(np.round((vertices - used.min(0)) / (WELD * extent)))
    positions, corners = vertices[first], index[corners]
    a, b, c = (positions[corners[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    corners = corners[area > 1e-12 * extent**2]
    return evenly_wound(positions, corners)


def evenly_wound(positions: Floats, corners: Ints) -> Triangles:
    """Flip triangles so that neighbours across an edge agree, as far as the surface allows it.

    Each triangle is two nodes, as it is and flipped; an edge joins the nodes that agree. What is connected is
    wound evenly, and one of the two copies of each part is taken: the one that flips fewer triangles.
    """
    count = len(corners)
    one, two, same = _neighbours(corners)
    other = np.where(same, one, one + count)
    flipped = np.where(same, one + count, one)
    rows, columns = np.concatenate([other, flipped]), np.concatenate([two, two + count])
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(2 * count, 2 * count))
    _, label = connected_components(graph, directed=False)
    as_is, turned = label[:count], label[count:]
    part = np.unique(np.minimum(as_is, turned), return_inverse=True)[1].reshape(-1)
    first = np.flatnonzero(np.r_[True, np.diff(np.sort(part, kind="stable")) > 0])
    leader = label[np.argsort(part, kind="stable")[first]]
    flip = as_is != leader[part]
    balance = np.bincount(part, np.where(flip, 1, -1))
    flip ^= balance[part] > 0
    one_sided = np.isin(part, part[as_is == turned])  # a Moebius strip: leave it as filed
    corners = np.where((flip & ~one_sided)[:, None], corners[:, ::-1], corners)
    return Triangles(positions, corners, part)


def _neighbours(corners: Ints) -> tuple[Ints, Ints, np.ndarray]:
    """Pairs of triangles that share an edge no third one has, and whether they agree on the outside."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    key = np.minimum(start, end) * (corners.max(initial=0) + 1) + np.maximum(start, end)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    fresh = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    uses = np.diff(np.r_[fresh, len(ordered)])
    pair = fresh[uses == 2]
    i, j = order[pair], order[pair + 1]
    return i // 3, j // 3, start[i] == end[j]
