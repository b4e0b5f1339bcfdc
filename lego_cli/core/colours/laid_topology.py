"""A topology laid onto an input: where each of its vertices is on the unstyled person, posed as the input is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.core.geometry.oriented import Triangles
from lego_cli.core.keep.own_topology import head_topology, laid_head
from lego_cli.core.stylist import Code

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Topology
    from lego_cli.core.stylist import Stylist


@dataclass(frozen=True, eq=False)
class LaidTopology:
    """Canonical frame, metres."""

    vertices: Floats  # (V, 3)
    normals: Floats  # (V, 3) outward; of a cloud without faces, the head model's
    corners: Ints  # (T, 3)
    part: np.ndarray  # (V,) names

    @property
    def triangle_part(self) -> np.ndarray:
        """(T,) the part that most corners of each triangle belong to."""
        a, b, c = (self.part[self.corners[:, k]] for k in range(3))
        return np.where(b == c, b, a)


def laid_topology(topology: Topology, encoded: Any, stylist: Stylist) -> LaidTopology:
    """The person of the code on ``topology``, with its skin where the head model's was registered."""
    person = stylist.avatar(Code(encoded.code.shape, encoded.code.expression))
    laid = laid_head(encoded, stylist)
    moved = laid.vertices - person.pose(head_topology(stylist.head))
    layout = stylist.layout(topology)
    vertices = person.pose(topology) + layout.carried(moved)
    corners = topology.mesh.triangles()
    surface = corners if len(corners) else laid.triangles
    normals = Triangles(vertices if len(corners) else laid.vertices, surface, np.zeros(len(surface), np.int64))
    own = normals.vertex_normals() if len(corners) else layout.carried(normals.vertex_normals())
    return LaidTopology(vertices, own, corners, vertex_parts(topology))


def vertex_parts(topology: Topology) -> np.ndarray:
    """(V,) the part that each vertex belongs to; lashes of both sides are one."""
    part = np.full(len(topology.mesh.vertices), "skin", dtype=object)
    for name, index in topology.parts.items():
        part[index] = "lashes" if name.startswith("lashes") else name
    return part.astype(str)
