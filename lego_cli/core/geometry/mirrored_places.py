"""Which vertex of a mesh is the mirror image of which, and places on the head model that respect it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Ints, Topology

NEAR = 0.002  # of the mesh's width: how near a mirror image must be
SHARE = 0.95  # of the vertices that must have one
MIRROR = np.array([-1.0, 1.0, 1.0])


def mirror_pairs(vertices: Floats, across: Floats) -> Ints | None:
    """(V,) mirror image of each vertex in a mesh's own frame, -1 where there is none; None when it is not symmetric.

    ``across (3,)`` points roughly from one ear to the other; the plane is sought square to the axis next to it.
    """
    axis = int(np.argmax(np.abs(across)))
    place = vertices[:, axis]
    width = float(np.ptp(place)) or 1.0
    tree, best = cKDTree(vertices), np.full(len(vertices), -1)
    for middle in (0.0, (place.min() + place.max()) / 2, float(place.mean())):
        image = vertices.copy()
        image[:, axis] = 2 * middle - place
        distance, index = tree.query(image, distance_upper_bound=NEAR * width)
        pairs = np.where(np.isfinite(distance), index, -1)
        mutual = (pairs >= 0) & (pairs[pairs] == np.arange(len(pairs)))
        pairs = np.where(mutual, pairs, -1)
        if (pairs >= 0).sum() > (best >= 0).sum():
            best = pairs
    return best if (best >= 0).mean() >= SHARE else None


def with_mirrored_places(topology: Topology, pairs: Ints, head: HeadModel) -> Topology:
    """The topology with the places and offsets of each vertex and of its mirror image made mirror images.

    Vertices whose image lies in another part than the mirrored one stay as they are.
    """
    part = _part_numbers(topology)
    other = np.array([_partner(name, list(topology.parts)) for name in topology.parts] + [-1])
    chosen = np.flatnonzero((pairs >= 0) & (part[pairs] == other[part]))
    image = pairs[chosen]
    points, anchors, weights = topology.points.copy(), topology.anchors.copy(), topology.weights.copy()
    points[chosen] = (topology.points[chosen] + topology.points[image] * MIRROR) / 2
    both = np.concatenate([topology.anchors[chosen], np.asarray(head.mirror)[topology.anchors[image]]], axis=1)
    halves = np.concatenate([topology.weights[chosen], topology.weights[image]], axis=1) / 2
    anchors[chosen], weights[chosen] = _strongest(both, halves)
    offsets = None if topology.offsets is None else topology.offsets.copy()
    if offsets is not None and topology.offsets is not None:
        offsets[chosen] = (topology.offsets[chosen] + topology.offsets[image] * MIRROR) / 2
    return replace(topology, points=points, anchors=anchors, weights=weights, offsets=offsets)


def _part_numbers(topology: Topology) -> Ints:
    number = np.full(len(topology.points), -1)
    for k, index in enumerate(topology.parts.values()):
        number[index] = k
    return number


def _partner(name: str, names: list[str]) -> int:
    for side, opposite in (("left", "right"), ("right", "left")):
        if name.endswith(side):
            name = name.removesuffix(side) + opposite
            break
    return names.index(name) if name in names else -2


def _strongest(anchors: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """The four anchors of most weight of each row, an anchor that stands there twice counted together."""
    order = np.argsort(anchors, axis=1, kind="stable")
    anchors, weights = np.take_along_axis(anchors, order, 1), np.take_along_axis(weights, order, 1)
    for k in range(anchors.shape[1] - 1):
        same = anchors[:, k] == anchors[:, k + 1]
        weights[same, k + 1] += weights[same, k]
        weights[same, k] = 0
    most = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    anchors, weights = np.take_along_axis(anchors, most, 1), np.take_along_axis(weights, most, 1)
    return anchors, weights / weights.sum(1, keepdims=True)
