"""Which point of the input belongs to which vertex of the head, and how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.geometry.similarity import Similarity
    from lego_cli.core.geometry.visible import OuterSurface

ALIGNED = 0.5  # least cosine between the normals of a pair


@dataclass(frozen=True)
class Pairs:
    """``P`` pairs in the canonical frame: head vertex, input point, input normal, weight."""

    vertex: Ints  # (P,)
    point: Floats  # (P, 3)
    normal: Floats  # (P, 3)
    weight: Floats  # (P,)


class Matcher:
    """Nearest points of one input in position and normal together: across a lip or a lid, normals tell sides apart."""

    def __init__(self, surface: OuterSurface, scale: float, normal_metres: float) -> None:
        """``scale`` is the input's unit per metre; a right angle between normals counts ``1.4 * normal_metres``."""
        self.surface, self.scale, self.turn = surface, scale, normal_metres
        self.tree = cKDTree(np.concatenate([surface.points / scale, normal_metres * surface.normals], axis=1))

    def forth(self, vertices: Floats, normals: Floats, placed: Similarity) -> tuple[Ints, Floats, Floats]:
        """For each head vertex the index of its match, and the match's point and normal in the canonical frame."""
        there = placed.apply(vertices) / self.scale
        index = self.tree.query(np.concatenate([there, self.turn * placed.apply_directions(normals)], axis=1))[1]
        points, directions = self.surface.points[index], self.surface.normals[index]
        return index, placed.inverse(points), placed.inverse_directions(directions)


def pairs_both_ways(
    matcher: Matcher, fields: HeadFields, vertices: Floats, placed: Similarity, reach: float, back_share: float
) -> Pairs:
    """Head to input for every vertex, and input to head for some samples, within ``reach`` metres."""
    normals = fields.normals(vertices)
    _, point, normal = matcher.forth(vertices, normals, placed)
    weight = fields.trust * _belief(vertices, normals, point, normal, reach)
    vertex = np.arange(len(vertices))
    if back_share:
        others = _back(matcher, fields, vertices, normals, placed, reach)
        share = back_share * weight.sum() / max(others.weight.sum(), 1e-9)
        vertex, point = np.concatenate([vertex, others.vertex]), np.concatenate([point, others.point])
        normal = np.concatenate([normal, others.normal])
        weight = np.concatenate([weight, share * others.weight])
    used = weight > 0
    return Pairs(vertex[used], point[used], normal[used], weight[used])


def _back(
    matcher: Matcher, fields: HeadFields, vertices: Floats, normals: Floats, placed: Similarity, reach: float
) -> Pairs:
    surface = matcher.surface
    step = max(1, len(surface.points) // 3000)
    point = placed.inverse(surface.points[::step])
    normal = placed.inverse_directions(surface.normals[::step])
    tree = cKDTree(np.concatenate([vertices, matcher.turn * normals], axis=1))
    vertex = tree.query(np.concatenate([point, matcher.turn * normal], axis=1))[1]
    weight = fields.trust[vertex] * fields.front[vertex]
    weight = weight * _belief(vertices[vertex], normals[vertex], point, normal, reach)
    return Pairs(vertex, point, normal, weight)


def _belief(vertices: Floats, normals: Floats, point: Floats, normal: Floats, reach: float) -> Floats:
    """Robust weights: none beyond ``reach`` or for normals that disagree, Geman-McClure in the plane distance."""
    cosine = (normals * normal).sum(1)
    distance = np.linalg.norm(point - vertices, axis=1)
    plane = ((point - vertices) * normal).sum(1)
    believed = (cosine > ALIGNED) & (distance < reach)
    return believed * np.clip(cosine, 0, 1) / (1 + (plane / (0.35 * reach)) ** 2) ** 2
