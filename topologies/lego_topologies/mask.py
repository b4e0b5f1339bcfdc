"""The face alone, as a mask to wear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lego_topologies.clip import clipped
from lego_topologies.edges import boundary_loops, edge_table
from lego_topologies.sheet import NONE, Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_topologies.sides import Sides

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

CENTRE = np.array([0.0, -0.026, -0.002])  # metres; the eyes' midpoint is the origin
REACH = np.array([0.0775, 0.094, 0.055])
POWER = 2.4
NOSTRIL = np.array([0.0101, -0.0437, 0.0322])  # the bottom of the left nostril on the mean head
NOSTRIL_RINGS = 3  # of faces round it, which the opening is fitted to ...
NOSTRIL_SHARE = 0.82  # ... and how much of their width it takes


def outline(positions: Floats) -> Floats:
    """``(N,)`` positive inside the face: a superellipsoid round the nose, closed only towards the back of the head."""
    away = np.abs(positions - CENTRE) / REACH
    away[:, 2] = np.where(positions[:, 2] > CENTRE[2], 0.0, away[:, 2])
    return np.asarray(1 - (away**POWER).sum(1))


def mask_sheet(skin: Sheet, sides: Sides) -> Sheet:
    """The skin within the outline, open at the nostrils.

    Raises ValueError where the outline crosses a UV seam of the head model.
    """

    def cut(half: Sheet) -> Sheet:
        face = clipped(half, outline(half.positions(sides.rest)))
        face = face.with_faces(_largest_piece(face))
        return clipped(face, _nostril(face, face.positions(sides.rest)))

    return sides.both(skin, cut)


def _nostril(face: Sheet, positions: Floats) -> Floats:
    """``(N,)`` negative within the nostril's rim: an ellipse fitted to a ring of vertices round its bottom."""
    away = np.linalg.norm(face_centres(face, positions) - NOSTRIL, axis=1)
    inside = np.zeros(len(face.faces), bool)
    inside[np.argmin(away)] = True
    for _ in range(NOSTRIL_RINGS):
        inside = np.asarray(np.isin(face.faces, face.faces[inside]).any(1))
    inner, around = (np.unique(face.faces[f]) for f in (inside, np.isin(face.faces, face.faces[inside]).any(1)))
    rim = positions[np.unique(boundary_loops(face.faces[inside])[0])]
    centre = (rim.max(0) + rim.min(0)) / 2
    axes = np.linalg.svd(rim - rim.mean(0))[2][:2]
    extent = np.abs((rim - centre) @ axes.T).max(0) * NOSTRIL_SHARE
    level = np.ones(len(positions))
    near = np.unique(np.concatenate([inner, around]))
    level[near] = np.linalg.norm((positions[near] - centre) @ axes.T / extent, axis=1) - 1
    return level


def face_centres(sheet: Sheet, positions: Floats) -> Floats:
    """``(F, 3)`` mean of the corners of each face."""
    corners = positions[sheet.faces]
    there = (sheet.faces != NONE)[..., None]
    return np.asarray((corners * there).sum(1) / there.sum(1))


def _largest_piece(sheet: Sheet) -> Mask:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges, _ = edge_table(sheet.faces)
    count = len(sheet.part)
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    label = connected_components(graph, directed=False)[1][sheet.faces[:, 0]]
    return np.asarray(label == np.bincount(label).argmax())
