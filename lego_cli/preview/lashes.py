"""Lashes are modelled as cards; here they thin out into strands towards their tips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from torch import Tensor

from lego_cli.preview.eyes import Eyeballs

STRANDS = 78
"""Strands round the whole eyeball; a lid shows about a third of them."""


@dataclass(frozen=True)
class Lashes:
    """Where on a lash the places of the cards lie."""

    lower: Tensor  # (T,) true for triangles of a lower row
    share: Tensor  # (V,) 0 at the roots, 1 at the tips; 0 off the lashes

    @staticmethod
    def of(vertices: Tensor, faces: Tensor, eye: Tensor, skin: Tensor) -> Lashes:
        """Lashes of ``faces (T, 3)`` round eyeballs ``eye (T,)``; their roots are where they are nearest to the other
        faces, ``skin (F, 3)``. Neither asks where the eyeball is, because the upper lashes come down with the lid."""
        row = _rows(vertices, faces)
        triangle_row = row[faces[:, 0]]
        lower = torch.zeros(len(faces), dtype=torch.bool, device=faces.device)
        share = vertices.new_zeros(len(vertices))
        if not len(faces):
            return Lashes(lower, share)
        solid = vertices[torch.unique(skin)].cpu().numpy()
        away = torch.from_numpy(cKDTree(solid).query(vertices.cpu().numpy())[0]).to(vertices)
        for one in torch.unique(eye):
            mine = (eye == one).nonzero()[:, 0]
            names, place = torch.unique(triangle_row[mine], return_inverse=True)
            height = vertices[faces[mine]].mean(1)[:, 1]
            mean = vertices.new_zeros(len(names)).index_add(0, place, height)
            mean = mean / torch.bincount(place, minlength=len(names))
            lower[mine] = (mean < (mean.amax() + mean.amin()) / 2)[place]
        for name in torch.unique(triangle_row):
            mine = torch.unique(faces[triangle_row == name])
            reach = away[mine] - away[mine].amin()
            share[mine] = reach / torch.quantile(reach, 0.9).clamp_min(1e-9)
        return Lashes(lower, share.clamp(0, 1))


def _rows(vertices: Tensor, faces: Tensor) -> Tensor:
    """``(V,)`` number of the connected row that each vertex is in."""
    ends = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]]]).cpu().numpy()
    links = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(vertices), len(vertices)))
    return torch.from_numpy(connected_components(links, directed=False)[1]).long().to(faces.device)


def strand_cover(eyes: Eyeballs, which: Tensor, lower: Tensor, share: Tensor, position: Tensor) -> Tensor:
    """Opacity ``(P,)`` of lash pixels at ``position (P, 3)``, ``share (P,)`` of the way from root to tip, round eyeball
    ``which (P,)``; ``lower (P,)`` are fainter.

    Strands fan out from the eyeball's centre and taper; at the roots they merge into a line. Without eyeballs lashes
    are veils.
    """
    if not len(eyes.radius):
        return torch.full_like(position[:, 0], 0.55)
    away = (position - eyes.centre[which]) / eyes.radius[which][:, None]
    faint = lower.float()
    turn = torch.atan2(away[:, 1], away[:, 0])
    wave = 0.5 + 0.5 * torch.sin(STRANDS * turn + 1.7 * torch.sin(5 * turn) + 1.5 * share)
    threshold = -0.1 + 1.0 * share * (1 + 0.9 * faint) + 0.25 * faint
    slant = away[:, 1].abs() / away[:, :2].norm(dim=1).clamp_min(1e-9)
    corner = ((slant - 0.08) / 0.25).clamp(0, 1)  # lashes that lie flat in the corners of the eye would be bars
    return ((wave - threshold) / 0.35 + 0.5).clamp(0, 1) * (0.92 - 0.45 * faint) * corner
