"""The user's own mesh as a topology: every vertex of it gets its place on the head model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.api import Topology

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.avatar import Stylist


def own_topology(mesh: Mesh, encoded: Any, stylist: Stylist, name: str = "keep") -> Topology:
    """The layout of ``mesh`` as a topology, by way of the head it was encoded to."""
    skin = stylist.skin
    here = encoded.transform.inverse(mesh.vertices)
    distance, near = cKDTree(encoded.registered.vertices).query(here, k=4)
    weights = 1 / np.maximum(distance, 1e-6) ** 2
    weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    anchors = skin[near]

    def at(values: Any) -> Any:
        return np.einsum("qk,qkc->qc", weights.astype(np.float64), np.asarray(values, np.float64)[anchors])

    rest = mesh.with_vertices(at(stylist.head.vertices))
    points = at(stylist.head.template).astype(np.float32)
    return Topology(name, "the input's own", "as the input", rest, points, anchors, weights)
