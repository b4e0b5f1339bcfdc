"""The user's mesh in the canonical frame, welded for geometry, with the way back to its own vertices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.geometry.oriented import WELD, Triangles, evenly_wound
from lego_cli.mesh.weld import welded

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh
    from lego_cli.core.geometry.similarity import Similarity


@dataclass(frozen=True, eq=False)
class OwnSurface:
    """``U`` welded vertices and evenly wound triangles; ``index (V,)`` says which of them each vertex of the file is.

    A component hangs together by edges of two triangles. Components that merely touch, as lashes touch lids and tears
    touch eyes, share no vertex here. What is in no triangle makes up one further component, the last.
    """

    index: Ints  # (V,)
    positions: Floats  # (U, 3) canonical metres
    corners: Ints  # (T, 3)
    normals: Floats  # (U, 3), zero where no triangle is; which side is outside is not yet known
    component: Ints  # (U,)
    count: int  # of components

    def members(self) -> list[Ints]:
        """The vertices of each component."""
        order = np.argsort(self.component, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.component, minlength=self.count))[:-1])

    def edges(self) -> Ints:
        """(E, 2) distinct edges."""
        return distinct_edges(self.corners)


def distinct_edges(corners: Ints) -> Ints:
    """(E, 2) edges of triangles ``(T, 3)``, lower vertex first."""
    low = np.minimum(corners, np.roll(corners, -1, axis=1)).reshape(-1)
    high = np.maximum(corners, np.roll(corners, -1, axis=1)).reshape(-1)
    size = int(corners.max(initial=0)) + 1
    key = np.unique(low * size + high)
    return np.stack([key // size, key % size], axis=1)


def own_surface(mesh: Mesh, placed: Similarity) -> OwnSurface:
    """Weld ``mesh`` and bring it into the canonical frame with the inverse of ``placed``."""
    vertices = np.asarray(mesh.vertices, np.float64)
    corners = mesh.triangles()
    used = vertices[np.unique(corners)]
    extent = float(np.ptp(used, axis=0).max())
    first, weld = welded(np.round((vertices - used.min(0)) / (WELD * extent)))
    a, b, c = (vertices[first][weld[corners[:, k]]] for k in range(3))
    corners = corners[np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-12 * extent**2]
    wound = evenly_wound(vertices[first], weld[corners])
    count = int(wound.part.max(initial=-1)) + 2
    size = np.r_[np.bincount(wound.part, minlength=count - 1), 0]
    part = np.full(len(vertices), count - 1)
    order = np.argsort(size[wound.part], kind="stable")  # a vertex of several parts goes with the largest
    part[corners[order].reshape(-1)] = np.repeat(wound.part[order], 3)
    own = np.concatenate([wound.corners.reshape(-1) * count + np.repeat(wound.part, 3), weld * count + part])
    keys, index = np.unique(own, return_inverse=True)
    split = index[: wound.corners.size].reshape(-1, 3)
    positions = placed.inverse(vertices[first][keys // count])
    normals = Triangles(positions, split, wound.part).vertex_normals()
    return OwnSurface(index[wound.corners.size :], positions, split, normals, keys % count, count)
