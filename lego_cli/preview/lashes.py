"""Lashes are modelled as cards; here they thin out into strands towards their tips."""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from lego_cli.preview.eyes import Eyeballs

STRANDS = 78
"""Strands round the whole eyeball; a lid shows about a third of them."""


def lower_lashes(vertices: Tensor, faces: Tensor, eye: Tensor) -> Tensor:
    """``(T,)`` true for triangles of a lower row of lashes: of the separate rows of an eye, the lower ones.

    It does not ask where the eyeball is, because the upper lashes come down with the lid.
    """
    count = len(vertices)
    ends = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]]]).numpy()
    links = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    row = torch.from_numpy(connected_components(links, directed=False)[1]).long()[faces[:, 0]]
    lower = torch.zeros(len(faces), dtype=torch.bool)
    for one in torch.unique(eye):
        mine = (eye == one).nonzero()[:, 0]
        names, place = torch.unique(row[mine], return_inverse=True)
        height = vertices[faces[mine]].mean(1)[:, 1]
        total = torch.zeros(len(names)).index_add(0, place, height)
        mean = total / torch.bincount(place, minlength=len(names))
        lower[mine] = (mean < (mean.amax() + mean.amin()) / 2)[place]
    return lower


def strand_cover(eyes: Eyeballs, which: Tensor, lower: Tensor, position: Tensor) -> Tensor:
    """Opacity ``(P,)`` of lash pixels at ``position (P, 3)`` round eyeball ``which (P,)``; ``lower (P,)`` are fainter.

    Strands fan out from the eyeball's centre and taper from root to tip. Without eyeballs lashes are veils.
    """
    if not len(eyes.radius):
        return torch.full_like(position[:, 0], 0.55)
    away = (position - eyes.centre[which]) / eyes.radius[which][:, None]
    low, high = eyes.lash_reach[which].unbind(1)
    share = ((away.norm(dim=1) - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
    faint = lower.float()
    turn = torch.atan2(away[:, 1], away[:, 0])
    wave = 0.5 + 0.5 * torch.sin(STRANDS * turn + 1.7 * torch.sin(5 * turn) + 1.5 * share)
    threshold = 0.12 + 0.9 * share * (1 + 0.9 * faint)
    return ((wave - threshold) / 0.35 + 0.5).clamp(0, 1) * (0.85 - 0.4 * faint)
