"""One step of Catmull-Clark subdivision (1978) that carries everything a sheet knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, diags, identity, vstack

from lego_topologies.edges import edge_table
from lego_topologies.sheet import Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


def subdivided(sheet: Sheet, tight: Floats) -> Sheet:
    """Quads to four times as many quads, each part on its own.

    Faces that join two parts are only split along the joint, so no vertex comes to lie between two parts. Where
    ``tight (N,)`` is 1 the smooth surface runs through the old vertices; where it is 0 it shrinks away from them as
    Catmull and Clark's does. Raises ValueError when there are triangles.
    """
    if (sheet.faces[:, 3] < 0).any():
        raise ValueError("only quads can be subdivided into quads")
    bridge = sheet.bridges()
    pure, band = _faces(sheet, ~bridge), _faces(sheet, bridge)
    edges, face_edges = edge_table(pure.faces)
    rule = _rule(pure.faces, edges, face_edges, len(sheet.part))
    flat = vstack([identity(len(sheet.part)), _mean(edges, len(sheet.part)), _mean(pure.faces, len(sheet.part))])
    middle, centre = len(sheet.part) + face_edges, len(sheet.part) + len(edges) + np.arange(len(pure.faces))
    fine = Sheet(
        _child_faces(pure.faces, middle, centre),
        _child_uv(pure.uv),
        _child_uv(pure.twin_uv),
        np.repeat(pure.group, 4),
        np.concatenate([sheet.part, sheet.part[edges[:, 0]], sheet.part[pure.faces[:, 0]]]),
        (rule @ _control(rule[: len(sheet.part)], tight) @ sheet.smooth).tocsr(),
        (flat.tocsr() @ sheet.place).tocsr(),
    )
    return _with_bridge(fine, band, edges, len(sheet.part))


def _faces(sheet: Sheet, keep: NDArray[np.bool_]) -> Sheet:
    """Chosen faces, all vertices."""
    return replace(
        sheet, faces=sheet.faces[keep], uv=sheet.uv[keep], twin_uv=sheet.twin_uv[keep], group=sheet.group[keep]
    )


def _mean(groups: Ints, count: int) -> csr_matrix:
    """Rows that average the vertices of each edge or face."""
    rows = np.repeat(np.arange(len(groups)), groups.shape[1])
    values = np.full(groups.size, 1.0 / groups.shape[1])
    return csr_matrix((values, (rows, groups.reshape(-1))), shape=(len(groups), count))


def _rule(faces: Ints, edges: Ints, face_edges: Ints, count: int) -> csr_matrix:
    """``(count + E + F, count)``: new places of old vertices, of edge points and of face points."""
    of_face, of_edge = _mean(faces, count), _mean(edges, count)
    touching = csr_matrix(
        (np.ones(faces.size), (face_edges.reshape(-1), np.repeat(np.arange(len(faces)), 4))),
        shape=(len(edges), len(faces)),
    )
    border = np.bincount(face_edges.reshape(-1), minlength=len(edges)) == 1
    inner = diags((~border).astype(float))
    edge_point = inner @ (of_edge / 2 + touching @ of_face / 4) + diags(border.astype(float)) @ of_edge
    vertex_point = _vertex_rule(faces, edges, of_face, of_edge, border)
    return vstack([vertex_point, edge_point, of_face], format="csr")


def _vertex_rule(faces: Ints, edges: Ints, of_face: csr_matrix, of_edge: csr_matrix, border: Ints) -> csr_matrix:
    count = of_face.shape[1]
    around_face, around_edge = (of_face.T > 0).astype(float), (of_edge.T > 0).astype(float)
    valence = np.maximum(np.bincount(faces.reshape(-1), minlength=count), 1)
    n = diags(1 / valence)
    inner = n @ (n @ (around_face @ of_face) + n @ (around_edge @ of_edge) * 2) + diags(1 - 3 / valence)
    rim = np.zeros(count, bool)
    rim[edges[border]] = True
    outer = around_edge @ diags(border.astype(float)) @ of_edge / 4 + diags(np.full(count, 0.5))
    used = np.isin(np.arange(count), faces)
    kinds = used & ~rim, used & rim, ~used
    return sum(
        (diags(kind.astype(float)) @ m for kind, m in zip(kinds, (inner, outer, identity(count)), strict=True)),
        start=csr_matrix((count, count)),
    )


def _control(vertex_rule: csr_matrix, tight: Floats) -> csr_matrix:
    """Control points from which the rule leads back to the old vertices, as far as ``tight`` says."""
    count = len(tight)
    free = np.flatnonzero(tight > 0)
    result = identity(count, format="lil")
    if len(free):
        amount = diags(tight)
        system = (identity(count) - amount + amount @ vertex_rule).tocsr()[free]
        solved = np.linalg.inv(system[:, free].toarray())
        others = np.setdiff1d(np.arange(count), free)
        full = np.zeros((len(free), count))
        full[:, free], full[:, others] = solved, -solved @ system[:, others].toarray()
        full[np.abs(full) < 1e-5] = 0
        result[free] = full / full.sum(1, keepdims=True)
    return result.tocsr()


def _child_faces(faces: Ints, middle: Ints, centre: Ints) -> Ints:
    """``(4F, 4)``: the child at each corner starts there and keeps the direction."""
    before = np.roll(middle, 1, axis=1)
    children = np.stack([faces, middle, np.repeat(centre[:, None], 4, 1), before], axis=2)
    return children.reshape(-1, 4)


def _child_uv(uv: Floats) -> Floats:
    middle = (uv + np.roll(uv, -1, axis=1)) / 2
    centre = np.repeat(uv.mean(1, keepdims=True), 4, axis=1)
    return np.stack([uv, middle, centre, np.roll(middle, 1, axis=1)], axis=2).reshape(-1, 4, 2)


def _with_bridge(fine: Sheet, band: Sheet, edges: Ints, old: int) -> Sheet:
    """Splits each face between two parts in two, across the joint, and adds them to the subdivided parts."""
    number = {(int(a), int(b)): old + k for k, (a, b) in enumerate(edges)}
    faces: list[list[int]] = []
    uv: list[list[Floats]] = []
    twin: list[list[Floats]] = []
    for f, ring in enumerate(band.faces.tolist()):
        turn = next(c for c in range(4) if band.part[ring[c]] == band.part[ring[(c + 1) % 4]])
        order = [(turn + k) % 4 for k in range(4)]
        a, b, c, d = (ring[k] for k in order)
        near, far = number[min(a, b), max(a, b)], number[min(c, d), max(c, d)]
        faces += [[a, near, far, d], [near, b, c, far]]
        for kept, source in ((uv, band.uv), (twin, band.twin_uv)):
            ua, ub, uc, ud = source[f, order]
            kept += [[ua, (ua + ub) / 2, (uc + ud) / 2, ud], [(ua + ub) / 2, ub, uc, (uc + ud) / 2]]
    if not faces:
        return fine
    return replace(
        fine,
        faces=np.concatenate([fine.faces, np.array(faces)]),
        uv=np.concatenate([fine.uv, np.array(uv)]),
        twin_uv=np.concatenate([fine.twin_uv, np.array(twin)]),
        group=np.concatenate([fine.group, np.repeat(band.group, 2)]),
    )
