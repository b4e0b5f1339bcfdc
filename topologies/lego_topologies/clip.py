"""Cutting a sheet along the zero line of a function, with a clean rim."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, identity, vstack

from lego_topologies.edges import edge_table
from lego_topologies.sheet import NONE, Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

SNAP = 0.35
"""A vertex nearer to the line than this share of an edge is slid onto the line, so that no sliver is cut off."""


def clipped(sheet: Sheet, level: Floats) -> Sheet:
    """The part of a sheet where ``level (N,)`` is positive; the line must not cross UV seams.

    Vertices close to the line slide onto it along an edge; the other edges are cut. Faces at the rim become
    triangles, quads, or a quad and a triangle.
    """
    sheet, level = _snapped(sheet, level)
    edges, face_edges = edge_table(sheet.faces)
    crossed = (level[edges] > 0).any(1) & (level[edges] < 0).any(1)
    cut = np.flatnonzero(crossed)
    new_vertex = np.full(len(edges), NONE)
    new_vertex[cut] = len(level) + np.arange(len(cut))
    share = level[edges[cut, 0]] / (level[edges[cut, 0]] - level[edges[cut, 1]])
    weave = _between(len(level), edges[cut], share)
    faces, uv, twin, source = [], [], [], []
    for f in np.flatnonzero((level[sheet.faces] > 0).any(1)).tolist():
        ring = _kept_ring(sheet, level, f, new_vertex[face_edges[f]])
        for corners in _quads_and_triangles(len(ring)):
            picked = [ring[c] for c in corners]
            faces.append([p[0] for p in picked] + [NONE] * (4 - len(picked)))
            uv.append([p[1] for p in picked] + [np.zeros(2)] * (4 - len(picked)))
            twin.append([p[2] for p in picked] + [np.zeros(2)] * (4 - len(picked)))
            source.append(f)
    result = Sheet(
        np.array(faces),
        np.array(uv),
        np.array(twin),
        sheet.group[source],
        np.concatenate([sheet.part, sheet.part[edges[cut, 0]]]),
        (weave @ sheet.smooth).tocsr(),
        (weave @ sheet.place).tocsr(),
    )
    return result.with_faces(np.arange(len(faces)))


def _snapped(sheet: Sheet, level: Floats) -> tuple[Sheet, Floats]:
    """Vertices near the line, moved onto it along the crossed edge that takes them there soonest."""
    edges, _ = edge_table(sheet.faces)
    both = np.concatenate([edges, edges[:, ::-1]])
    crossed = level[both].prod(1) < 0
    start, end = both[crossed].T
    share = level[start] / (level[start] - level[end])
    order = np.lexsort((end, np.round(share, 9), start))
    start, end, share = start[order], end[order], share[order]
    first = np.concatenate([[True], start[1:] != start[:-1]]) & (share < SNAP)
    start, end, share = start[first], end[first], share[first]
    weave = identity(len(level), format="lil")
    weave[start, start], weave[start, end] = 1 - share, share
    slide = {int(a): (int(b), float(t)) for a, b, t in zip(start, end, share, strict=True)}
    moved = replace(
        sheet,
        smooth=(weave.tocsr() @ sheet.smooth).tocsr(),
        place=(weave.tocsr() @ sheet.place).tocsr(),
        uv=_slid(sheet.faces, sheet.uv, slide),
        twin_uv=_slid(sheet.faces, sheet.twin_uv, slide),
    )
    level = level.copy()
    level[start] = 0
    return moved, level


def _slid(faces: Ints, uv: Floats, slide: dict[int, tuple[int, float]]) -> Floats:
    """Corner UVs of the vertices that slid, each moved towards the UV of the vertex that it slid towards."""
    at: dict[int, Floats] = {}
    involved = {v for start, (end, _) in slide.items() for v in (start, end)}
    for f, ring in enumerate(faces.tolist()):
        for c, v in enumerate(ring):
            if v in involved and np.abs(at.setdefault(v, uv[f, c]) - uv[f, c]).max() > 1e-6:
                raise ValueError(f"the line to cut along touches a UV seam at vertex {v}")
    result = uv.copy()
    for f, c in zip(*np.nonzero(np.isin(faces, list(slide))), strict=True):
        towards, share = slide[int(faces[f, c])]
        result[f, c] = (1 - share) * uv[f, c] + share * at[towards]
    return result


def _between(count: int, edges: Ints, share: Floats) -> csr_matrix:
    """Identity on ``count`` vertices, and one more row for each cut edge."""
    rows = np.repeat(np.arange(len(edges)), 2)
    values = np.stack([1 - share, share], axis=1).reshape(-1)
    cut = csr_matrix((values, (rows, edges.reshape(-1))), shape=(len(edges), count))
    return vstack([identity(count, format="csr"), cut], format="csr")


def _kept_ring(sheet: Sheet, level: Floats, f: int, cut: Ints) -> list[tuple[int, Floats, Floats]]:
    """Corners ``(vertex, uv, twin uv)`` of the positive part of face ``f``; ``cut`` are the vertices on its edges."""
    ring = []
    count = int((sheet.faces[f] != NONE).sum())
    for a in range(count):
        b = (a + 1) % count
        va, vb = sheet.faces[f, a], sheet.faces[f, b]
        if level[va] >= 0:
            ring.append((int(va), sheet.uv[f, a], sheet.twin_uv[f, a]))
        if cut[a] != NONE:
            t = level[va] / (level[va] - level[vb])
            uv, twin = ((1 - t) * x[f, a] + t * x[f, b] for x in (sheet.uv, sheet.twin_uv))
            ring.append((int(cut[a]), uv, twin))
    return ring


def _quads_and_triangles(count: int) -> list[list[int]]:
    if count < 3:
        return []
    return [list(range(count))] if count <= 4 else [[0, 1, 2, 3], [0, 3, 4]]
