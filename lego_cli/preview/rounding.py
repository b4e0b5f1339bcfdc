"""Rounds off coarse meshes for pictures: outlines and highlights run smoothly, given vertices stay where they are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

ENOUGH = 24_000
"""Triangles with which a head looks round; coarser meshes are split until they have about as many."""


@dataclass(frozen=True)
class Split:
    """One round of splitting every triangle in four: new vertex ``V + e`` lies between ``ends[e]``."""

    ends: Tensor  # (E, 2)
    faces: Tensor  # (4T, 3)

    @staticmethod
    def of(faces: Tensor, count: int) -> Split:
        """Split ``faces (T, 3)`` over ``count`` vertices; the four children of a triangle lie ``T`` apart."""
        sides = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).sort(dim=1).values
        ends, index = torch.unique(sides, dim=0, return_inverse=True)
        ab, bc, ca = (index + count).chunk(3)
        a, b, c = faces.unbind(1)
        children = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        return Split(ends, torch.cat([torch.stack(child, dim=1) for child in children]))

    def carry(self, values: Tensor) -> Tensor:
        """Vertex values ``(V, C)`` to ``(V + E, C)``, the new ones half-way."""
        return torch.cat([values, values[self.ends].mean(1)])

    def carry_edges(self, edges: Tensor) -> Tensor:
        """Which triangle edges are polygon edges, ``(T, 3)`` to ``(4T, 3)``."""
        ab, bc, ca = edges.unbind(1)
        no = torch.zeros_like(ab)
        children = ((ab, no, ca), (ab, bc, no), (no, bc, ca), (no, no, no))
        return torch.cat([torch.stack(child, dim=1) for child in children])

    def carry_corners(self, values: Tensor) -> Tensor:
        """Values of triangle corners ``(T, 3, C)`` to ``(4T, 3, C)``, new corners half-way."""
        a, b, c = values.unbind(1)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        children = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        return torch.cat([torch.stack(child, dim=1) for child in children])

    def bulge(self, vertices: Tensor, normals: Tensor) -> Tensor:
        """Positions ``(V + E, 3)``, the new ones lifted towards the tangent planes at both ends.

        Phong tessellation (Boubekeur & Alexa 2008) with the weight 1/2, which puts them on a sphere when the ends lie
        on it; never by more than a tenth of the edge, so that folds stay folds.
        """
        a, b = vertices[self.ends].unbind(1)
        n_a, n_b = normals[self.ends].unbind(1)
        middle = (a + b) / 2
        lift = n_a * ((a - middle) * n_a).sum(1, keepdim=True) + n_b * ((b - middle) * n_b).sum(1, keepdim=True)
        lift = lift / 4  # half of the mean of both projections
        limit = 0.1 * (b - a).norm(dim=1, keepdim=True)
        lift = lift * (limit / lift.norm(dim=1, keepdim=True).clamp_min(1e-12)).clamp_max(1)
        return torch.cat([vertices, middle + lift])
