"""Even triangles over the skin: half of it is remeshed, then mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from lego_topologies.curves import Curve, trace_curves
from lego_topologies.edges import boundary_loops, edge_table, half_edges
from lego_topologies.remesh import Remeshed, remesh
from lego_topologies.sheet import NONE, Sheet, compacted
from lego_topologies.sides import ON_MIDLINE, Sides
from lego_topologies.surface import Surface, edge_sizes
from lego_topologies.uv_transfer import carried_uv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

LID_MARGIN = 4
"""Ring of the subdivided skin, counted from the sockets, that is kept as a line; ..."""
LID_FOLD, LID_CARE = 16, 0.75
"""Up to this ring, edges are this much shorter, so that the lid's fold and the brow stay; ..."""
LIP_MARGIN, LIP_BORDER = 2, 14
"""... and rings counted from the mouth bag: where the lips meet, and where their red ends."""
NEGLIGIBLE = 1e-7  # weight of a vertex that rounding alone brought in


@dataclass(frozen=True)
class Evenness:
    """How a remesh spends its vertices."""

    count: int  # vertices of the whole skin, roughly
    shortest: float = 0.0011  # metres
    longest: float = 0.0085
    grading: float = 0.22  # growth of the edge length, metres a metre
    rounds: int = 8
    thrift: float = 1.5  # how much coarser ears, back of the head, neck, and what lies behind lids and lips are


def even_skin(skin: Sheet, sides: Sides, options: Evenness) -> Sheet:
    """The subdivided ``skin`` (quads) remeshed; symmetric."""
    keep = sides.left(skin)
    rings = _rings(skin.faces)[compacted(skin.faces[keep])[0]]
    half = skin.with_faces(keep)
    kept = (0, LID_MARGIN), (1, LIP_MARGIN), (1, LIP_BORDER)
    lines = [_margin(half.faces, rings[:, column], number) for column, number in kept]
    half = half.triangulated()
    surface = Surface(half.positions(sides.rest), half.faces[:, :3])
    curves = _kept_curves(half, surface.positions, lines)
    bounds = options.shortest, options.longest
    hidden = np.asarray((rings < (LID_MARGIN, LIP_MARGIN)).any(1))
    lids = rings[:, 0] <= LID_FOLD
    wanted = wanted_size(surface, hidden, options.thrift) * np.where(lids & ~hidden, LID_CARE, 1)
    size = edge_sizes(surface, wanted, options.count / 2, options.grading, bounds)
    return sides.mirrored(_carried(half, remesh(surface, curves, size, options.rounds)))


def wanted_size(surface: Surface, hidden: Mask, thrift: float) -> Floats:
    """``(n,)`` relative edge lengths: chords lie equally close to their arcs, and ``thrift`` times that elsewhere."""
    bend = np.maximum(surface.curvature(), 6.0)
    behind = np.clip((-0.01 - surface.positions[:, 2]) / 0.04, 0, 1)  # from the temples to the ears
    below = np.clip((-0.115 - surface.positions[:, 1]) / 0.02, 0, 1)  # the neck
    aside = np.maximum(np.maximum(behind, below), hidden)
    return np.asarray((1 + (thrift - 1) * aside) / np.sqrt(bend))


def _rings(faces: Ints) -> Ints:
    """``(N, 2)`` rings of vertices counted from the eyes' and from the mouth's border; large elsewhere."""
    loops = sorted(boundary_loops(faces), key=len)  # two eyes, mouth, neck
    rings = np.full((int(faces.max()) + 1, 2), 99)
    for column, rim in ((0, np.concatenate(loops[:2])), (1, loops[2])):
        rings[rim, column] = 0
        for k in range(LID_FOLD):
            touched = faces[(rings[faces, column] == k).any(1)]
            rings[touched, column] = np.minimum(rings[touched, column], k + 1)
    return rings


def _margin(faces: Ints, ring: Ints, number: int) -> Ints:
    """Edges of one ring."""
    edges, _ = edge_table(faces)
    return edges[(ring[edges] == number).all(1)]


def _kept_curves(half: Sheet, positions: Floats, lines: list[Ints]) -> list[Curve]:
    """Borders, UV seams and given lines as curves; corners where they meet, and at corners of eyes and mouth."""
    directed, there = half_edges(half.faces)
    flat = np.sort(directed[there], axis=1)
    edges, index, count = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    uv = np.stack([half.uv, np.roll(half.uv, -1, axis=1)], axis=2)
    uv[half.faces[:, 3] < 0, 2, 1] = half.uv[half.faces[:, 3] < 0, 0]
    middle = uv.mean(2)[there]
    spread = np.zeros(len(edges))
    np.maximum.at(spread, index, np.abs(middle - middle[_first(index, len(edges))[index]]).max(1))
    kept = np.unique(
        np.concatenate([edges[(count == 1) | (spread > 1e-6)], *(np.sort(line, axis=1) for line in lines)]), axis=0
    )
    middle_line = (np.abs(positions[kept, 0]) < ON_MIDLINE).all(1)
    ends = np.intersect1d(kept[middle_line], kept[~middle_line]).tolist()
    rims = edges[(count == 1) & (np.abs(positions[edges, 0]) > ON_MIDLINE).any(1)]
    tips = [tip for line in (rims, *lines) for tip in _extremes(line, positions)]
    return trace_curves(kept, positions, ends + tips)


def _first(index: Ints, count: int) -> Ints:
    first = np.zeros(count, np.int64)
    first[index[::-1]] = np.arange(len(index))[::-1]
    return first


def _extremes(edges: Ints, positions: Floats) -> list[int]:
    """The vertices furthest inwards and outwards on each connected line: corners of eyes and mouth."""
    count = int(edges.max()) + 1
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    used = np.unique(edges)
    found = []
    for k in np.unique(label[used]):
        line = used[label[used] == k]
        found += [int(line[np.argmax(positions[line, 0])]), int(line[np.argmin(positions[line, 0])])]
    return found


def _carried(half: Sheet, made: Remeshed) -> Sheet:
    """The remesh as a sheet, with everything that ``half`` knows carried over."""
    count = len(made.corners)
    rows = np.repeat(np.arange(count), 3)
    weights = np.where(made.weights < NEGLIGIBLE, 0, made.weights)
    weights /= weights.sum(1, keepdims=True)
    weave = csr_matrix((weights.reshape(-1), (rows, made.corners.reshape(-1))), shape=(count, len(half.part)))
    weave.eliminate_zeros()
    uv, twin = carried_uv(half, made)
    faces = np.pad(made.faces, ((0, 0), (0, 1)), constant_values=NONE)
    return Sheet(
        faces,
        uv,
        twin,
        np.full(len(faces), half.group[0]),
        np.full(count, half.part[0]),
        (weave @ half.smooth).tocsr(),
        (weave @ half.place).tocsr(),
    )
