"""Where the charts of the head model's UVs go, so that one picture of a head is well used.

The head model's UVs are those of a whole body: the head takes a fifth of the square and lies on its side, an eye has
eighteen pixels of a thousand. Here the face stands upright, as large as it can be, and the eyes are finer than the
skin. All topologies but the mask share this layout, so that a texture made for one fits the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import Mesh, Topology

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

MARGIN = 1 / 64  # of the square round the mask


@dataclass(frozen=True)
class Chart:
    """A rectangle of the head model's UVs, and where it goes: turned by quarters clockwise, scaled, never mirrored."""

    lower: tuple[float, float]
    upper: tuple[float, float]
    to: tuple[float, float]  # lower corner of the new rectangle
    scale: float
    turns: int = 0

    def moved(self, uvs: Floats) -> Floats:
        """``(n, 2)`` UVs of this chart in the new layout."""
        corners = _turned(np.array([self.lower, self.upper]), self.turns)
        return np.array(self.to) + self.scale * (_turned(uvs, self.turns) - corners.min(0))


CHARTS: tuple[Chart, ...] = (
    Chart((0.6417, 0.1489), (0.9936, 0.8184), (0.0155, 0.4755), 1.447, 1),  # head, the face in the middle
    Chart((0.3256, 0.9189), (0.4351, 0.9580), (0.5000, 0.2000), 1.447),  # throat
    Chart((0.7883, 0.9317), (0.8004, 0.9444), (0.0300, 0.1150), 8.0),  # right eye, back
    Chart((0.8004, 0.9436), (0.8135, 0.9570), (0.0200, 0.2400), 16.0),  # right eye, front
    Chart((0.7601, 0.9436), (0.7730, 0.9570), (0.2550, 0.2400), 16.0),  # left eye, front
    Chart((0.7730, 0.9317), (0.7852, 0.9444), (0.2650, 0.1150), 8.0),  # left eye, back
    Chart((0.7577, 0.0117), (0.9238, 0.1358), (0.5000, 0.2850), 1.3),  # mouth bag
    Chart((0.0117, 0.5478), (0.0766, 0.6333), (0.7400, 0.3450), 1.2),  # right socket
    Chart((0.0860, 0.5478), (0.1510, 0.6333), (0.8300, 0.3450), 1.2),  # left socket
    Chart((0.6776, 0.8758), (0.7384, 0.8980), (0.5000, 0.1050), 3.0),  # upper teeth
    Chart((0.6776, 0.8980), (0.7384, 0.9205), (0.5000, 0.0200), 3.0),  # lower teeth
    Chart((0.6230, 0.9290), (0.6484, 0.9847), (0.7400, 0.1500), 3.0),  # tongue
    Chart((0.6582, 0.9266), (0.7071, 0.9472), (0.7200, 0.0900), 2.0),  # right lashes, lower
    Chart((0.6578, 0.9669), (0.7012, 0.9854), (0.7200, 0.0300), 2.0),  # right lashes, upper
    Chart((0.7095, 0.9266), (0.7584, 0.9472), (0.8400, 0.0900), 2.0),  # left lashes, lower
    Chart((0.7150, 0.9669), (0.7584, 0.9854), (0.8400, 0.0300), 2.0),  # left lashes, upper
)  # fmt: skip


def laid_out(topology: Topology) -> Topology:
    """The topology with the head model's UVs in the new layout; the mask fills the square alone."""
    mesh = topology.mesh
    if mesh.uvs is None:
        return topology
    uvs = _filling(mesh.uvs) if topology.name == "mask" else _relaid(mesh)
    return replace(topology, mesh=replace(mesh, uvs=uvs))


def _relaid(mesh: Mesh) -> Floats:
    assert mesh.uvs is not None
    result = np.empty_like(mesh.uvs)
    for island in _islands(mesh):
        uvs = mesh.uvs[island]
        middle = (uvs.min(0) + uvs.max(0)) / 2
        away = [_distance(middle, chart) for chart in CHARTS]
        result[island] = CHARTS[int(np.argmin(away))].moved(uvs)
    return result


def _islands(mesh: Mesh) -> list[Ints]:
    """UVs that hang together by faces."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    assert mesh.uvs is not None
    assert mesh.corner_uv is not None
    start, end, count = mesh.corner_uv, mesh.corner_uv[mesh.next_corners()], len(mesh.uvs)
    number, label = connected_components(coo_matrix((np.ones(len(start)), (start, end)), shape=(count, count)))
    return [np.flatnonzero(label == k) for k in range(number)]


def _distance(uv: Floats, chart: Chart) -> float:
    """Distance of a UV from a chart's rectangle."""
    outside = np.maximum(np.maximum(np.array(chart.lower) - uv, uv - np.array(chart.upper)), 0)
    return float(np.linalg.norm(outside))


def _filling(uvs: Floats) -> Floats:
    """One upright chart as large as the square, in its middle."""
    upright = _turned(uvs, 1)
    lower, upper = upright.min(0), upright.max(0)
    scale = (1 - 2 * MARGIN) / (upper - lower).max()
    return np.asarray(0.5 + scale * (upright - (lower + upper) / 2))


def _turned(uvs: Floats, quarters: int) -> Floats:
    for _ in range(quarters):
        uvs = np.stack([uvs[:, 1], -uvs[:, 0]], axis=1)
    return uvs
