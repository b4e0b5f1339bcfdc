"""Points scattered evenly and without pattern, by weighted sample elimination (Yuksel 2015), the same on both sides."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from lego_topologies.sheet import Sheet
from lego_topologies.surface import Surface

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_topologies.sides import Sides

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

CANDIDATES = 5  # for each point that stays
POWER = 8
NORMAL_REACH = 1.0  # how far apart opposite normals count, in shares of the points' spacing: lips that touch are apart


def scattered(skin: Sheet, sides: Sides, count: int, seed: int) -> Sheet:
    """``count`` points on ``skin`` (even, half of them on each side) as a sheet without faces."""
    half = skin.with_faces(sides.left(skin)).triangulated()
    surface = Surface(half.positions(sides.rest), half.faces[:, :3])
    triangle, bary = _random_places(surface, CANDIDATES * count // 2, seed)
    places = surface.point(triangle, bary)
    normals = surface.point(triangle, bary, surface.normals)
    reach = 2 * np.sqrt(surface.areas.sum() / (np.sqrt(3) * count))
    kept = thinned(places, normals, float(reach), count // 2)
    rows = np.repeat(np.arange(len(kept)), 3)
    corners = surface.triangles[triangle[kept]]
    shape = len(kept), len(half.part)
    weave = csr_matrix((bary[kept].reshape(-1), (rows, corners.reshape(-1))), shape=shape)
    faces, uv, group = np.zeros((0, 4), np.int64), np.zeros((0, 4, 2)), np.zeros(0, np.int64)
    part = np.full(len(kept), half.part[0])
    points = Sheet(faces, uv, uv, group, part, (weave @ half.smooth).tocsr(), (weave @ half.place).tocsr())
    return sides.mirrored(points)


def thinned(places: Floats, normals: Floats, reach: float, count: int) -> Ints:
    """The ``count`` of ``places (n, 3)`` that keep furthest from each other and from everybody's mirror image.

    The most crowded point goes first; what crowds it is everything within ``reach``.
    """
    own = np.concatenate([places, normals * reach * NORMAL_REACH / 2], axis=1)
    image = own * [-1, 1, 1, -1, 1, 1]
    tree = cKDTree(own)
    a, b = tree.query_pairs(reach, output_type="ndarray").T
    across = tree.sparse_distance_matrix(cKDTree(image), reach, output_type="coo_matrix")
    first, second = np.concatenate([a, b, across.row]), np.concatenate([b, a, across.col])
    distance = np.linalg.norm(own[a] - own[b], axis=1)
    crowd = (1 - np.concatenate([distance, distance, across.data]) / reach) ** POWER
    graph = csr_matrix((crowd, (first, second)), shape=(len(places), len(places)))
    return _eliminated(graph, count)


def _eliminated(graph: csr_matrix, count: int) -> Ints:
    weight = np.asarray(graph.sum(1)).reshape(-1).tolist()
    start, near, crowd = graph.indptr.tolist(), graph.indices.tolist(), graph.data.tolist()
    gone = [False] * len(weight)
    heap = [(-w, k) for k, w in enumerate(weight)]
    heapq.heapify(heap)
    left = len(weight)
    while left > count:
        negative, k = heapq.heappop(heap)
        if gone[k] or -negative > weight[k]:
            continue
        gone[k] = True
        left -= 1
        for e in range(start[k], start[k + 1]):
            other = near[e]
            if not gone[other]:
                weight[other] -= crowd[e]
                heapq.heappush(heap, (-weight[other], other))
    return np.flatnonzero(~np.array(gone))


def _random_places(surface: Surface, count: int, seed: int) -> tuple[Ints, Floats]:
    rng = np.random.default_rng(seed)
    triangle = rng.choice(len(surface.triangles), count, p=surface.areas / surface.areas.sum())
    return triangle, rng.dirichlet((1, 1, 1), count)
