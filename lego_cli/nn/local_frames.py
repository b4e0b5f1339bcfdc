"""Local frames of heads: how a displacement is carried from the mean head to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

SPACING = 0.006  # metres between the skin points that are compared
WIDTH = 0.012  # metres, standard deviation of the neighbourhood of a frame
WIDE_SPACING = 0.015  # metres between the skin points that give the local size
WIDE = 0.035  # metres, standard deviation of their neighbourhood
PULL = 0.25  # how strongly a frame is pulled towards the local size, in units of the neighbourhood's mean variance
NODE_SPACING = 0.007  # metres between the points where frames are computed; between them they are interpolated


class LocalFrames:
    """Frames ``J`` of every vertex: a displacement ``d`` of the mean head becomes ``J @ d`` on another head.

    The first-order form of deformation transfer (Sumner and Popović 2004): weighted least squares over nearby skin,
    pulled towards a plain local scaling. Skin is a thin surface, so its differences say nothing about the direction
    across it, and babies' lips would otherwise not move forward. Linear in the head, so frames of a blend are the
    blend of the frames.
    """

    def __init__(self, mean: Floats, skin: Ints, vertices: Ints) -> None:
        """``mean (V, 3)`` metres; ``skin`` vertices are compared; frames are wanted at ``vertices``."""
        mean = np.asarray(mean, np.float64)
        self.rest = skin[spread(mean[skin], SPACING)]
        self.vertices = vertices
        nodes = mean[vertices][spread(mean[vertices], NODE_SPACING)]
        self.count = len(nodes)
        self.slope, self.prior = _slopes(mean[self.rest], nodes)
        self.coarse = self.rest[spread(mean[self.rest], WIDE_SPACING)]
        self.size = _sizes(mean[self.coarse], nodes)
        self.blend = _interpolation(mean[vertices], nodes)

    def __call__(self, heads: Floats) -> Floats:
        """Heads ``(B, V, 3)`` to frames ``(B, n, 3, 3)`` at the chosen vertices, float32."""
        batch = len(heads)
        size = self.size @ _columns(heads[:, self.coarse]).reshape(-1, batch)  # (Q, B)
        slope = self.slope @ _columns(heads[:, self.rest]).reshape(len(self.rest), -1)
        slope = slope.reshape(self.count, 3, 3, batch)  # node, rest axis, new axis, head
        nodes = slope + self.prior[..., None] * size[:, None, None]
        frames = self.blend @ nodes.reshape(self.count, -1)
        return frames.reshape(-1, 3, 3, batch).transpose(3, 0, 2, 1)


def _columns(points: Floats) -> Floats:
    """``(B, N, 3)`` points as ``(N, 3, B)`` float32 columns."""
    return np.ascontiguousarray(points.transpose(1, 2, 0), np.float32)


def spread(points: Floats, spacing: float) -> Ints:
    """Indices of points that cover all others within ``spacing``, by farthest-point choice."""
    x, y, z = np.ascontiguousarray(points.T)  # norms along rows of three take several times as long
    away, chosen = np.full(len(points), np.inf), [0]
    while True:
        k = chosen[-1]
        np.minimum(away, np.sqrt((x - x[k]) ** 2 + (y - y[k]) ** 2 + (z - z[k]) ** 2), out=away)
        furthest = int(away.argmax())
        if not away[furthest] > spacing:
            return np.array(chosen)
        chosen.append(furthest)


def _neighbours(rest: Floats, queries: Floats, width: float) -> tuple[Floats, Floats, Ints]:
    """Weights ``(Q, k)``, centred rest differences ``(Q, k, 3)`` and indices ``(Q, k)`` within three widths."""
    tree = cKDTree(rest)
    reach = max(len(found) for found in tree.query_ball_point(queries, 3 * width))
    distance, index = tree.query(queries, k=min(max(reach, 24), len(rest)))
    weight = np.exp(-0.5 * ((distance - distance[:, :1]) / width) ** 2)
    weight /= weight.sum(1, keepdims=True)
    centred = rest[index] - (weight[..., None] * rest[index]).sum(1, keepdims=True)
    return weight, centred, index


def _slopes(rest: Floats, queries: Floats) -> tuple[Any, Floats]:
    """Sparse ``(3Q, N)`` rows of slopes along the rest axes, and ``(Q, 3, 3)`` what the local size is multiplied by."""
    weight, centred, index = _neighbours(rest, queries, WIDTH)
    moment = np.einsum("qk,qka,qkb->qab", weight, centred, centred)
    pull = PULL * np.trace(moment, axis1=1, axis2=2) / 3
    solve = np.linalg.inv(moment + pull[:, None, None] * np.eye(3))
    rows = np.einsum("qab,qkb,qk->qak", solve, centred, weight)
    return _sparse_rows(rows, index, len(rest)), (solve * pull[:, None, None]).astype(np.float32)


def _sizes(rest: Floats, queries: Floats) -> Any:
    """Sparse ``(Q, 3N)``: how much larger the neighbourhood is than at rest (1 for the rest shape itself)."""
    weight, centred, index = _neighbours(rest, queries, WIDE)
    rows = weight[..., None] * centred
    rows /= (rows * centred).sum((1, 2))[:, None, None]
    columns = (3 * index[..., None] + np.arange(3)).reshape(len(queries), -1)
    return _sparse_rows(rows.reshape(len(queries), 1, -1), columns, 3 * len(rest))


def _interpolation(points: Floats, nodes: Floats) -> Any:
    """Sparse ``(n, Q)`` smooth weights of the nearest nodes; rows sum to one."""
    distance, index = cKDTree(nodes).query(points, k=6)
    weight = np.exp(-0.5 * ((distance - distance[:, :1]) / (0.5 * NODE_SPACING)) ** 2)
    weight /= weight.sum(1, keepdims=True)
    return _sparse_rows(weight[:, None], index, len(nodes))


def _sparse_rows(values: Floats, index: Ints, columns: int) -> Any:
    """``(Q, a, k)`` values at columns ``(Q, k)`` as a sparse float32 matrix of Q * a rows."""
    queries, axes, k = values.shape
    row = np.repeat(np.arange(queries * axes), k)
    column = np.repeat(index[:, None, :], axes, axis=1).reshape(-1)
    return csr_matrix((values.reshape(-1).astype(np.float32), (row, column)), shape=(queries * axes, columns))
