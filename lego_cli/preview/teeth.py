"""Teeth painted onto rows that were modelled as one strip: gaps along the arch, and gums above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

WIDTHS = ((8.6, 6.8, 7.7, 7.0, 6.8, 10.0, 9.5), (5.4, 6.0, 6.9, 7.1, 7.2, 11.0, 10.5))
"""Widths of the teeth in mm from the middle back, upper and lower (Wheeler's Dental Anatomy, table of averages)."""

STRIP = 400
"""Rows with more triangles than this have teeth of their own, which need no paint."""

GUM_COLOUR, GAP_COLOUR = (0.52, 0.20, 0.185), (0.20, 0.10, 0.075)


@dataclass(frozen=True)
class Jaws:
    """The rows of teeth to paint: ``R`` of them."""

    centre: Tensor  # (R, 3) behind the middle of the arch
    axes: Tensor  # (R, 3, 3) rows: across, from the gum to the biting edge, forward; each by half the size of the arch
    height: Tensor  # (R, 2) the gum's and the biting edge's place along the second axis
    borders: Tensor  # (R, N) angle of the borders between teeth, 0 in the middle, in radians

    @staticmethod
    def fit(vertices: Tensor, faces: Tensor, jaw: Tensor) -> tuple[Tensor, Jaws]:
        """Rows from triangles ``faces (T, 3)`` with ``jaw (T,)`` 1 for upper teeth, 2 for lower, 0 for neither.

        Returns the row of each triangle, -1 for those that need no paint.
        """
        row = torch.full_like(jaw, -1)
        fits: list[tuple[Tensor, ...]] = []
        for number in (1, 2):
            mine = jaw == number
            if 8 <= int(mine.sum()) <= STRIP:
                row[mine] = len(fits)
                fits.append(_fit(vertices[torch.unique(faces[mine])], number))
        if not fits:
            empty = vertices.new_zeros
            return row, Jaws(empty(0, 3), empty(0, 3, 3), empty(0, 2), empty(0, 7))
        return row, Jaws(*(torch.stack(values) for values in zip(*fits, strict=True)))

    def paint(self, which: Tensor, position: Tensor, colour: Tensor) -> Tensor:
        """``colour (P, 3)`` of tooth pixels at ``position (P, 3)`` in row ``which (P,)``, painted."""
        local = (self.axes[which] @ (position - self.centre[which])[..., None])[..., 0]
        low, high = self.height[which].unbind(1)
        bite = ((local[:, 1] - low) / (high - low)).clamp(0, 1)  # 0 at the gum's far end, 1 at the biting edge
        angle = torch.atan2(local[:, 0], local[:, 2]).abs()
        off, phase = _from_border(self.borders[which], angle)
        width = 0.012 + 0.035 * (bite - 0.75).clamp_min(0) + 0.03 * (0.55 - bite).clamp_min(0)
        gap = (1 - off / width).clamp(0, 1) ** 0.7 * 0.8
        outer = ((local[:, [0, 2]].norm(dim=1) - 0.62) / 0.25).clamp(0, 1)  # the side of the tongue lies in the dark
        tooth = colour * ((0.86 + 0.14 * torch.sin(torch.pi * phase.clamp(0, 1))) * (0.45 + 0.55 * outer))[:, None]
        tooth = tooth + gap[:, None] * (colour.new_tensor(GAP_COLOUR) - tooth)
        edge = 0.30 + 0.13 * (2 * phase - 1).abs() ** 2.5
        gum = ((edge - bite) / 0.05 + 0.5).clamp(0, 1)[:, None]
        return tooth + gum * (colour.new_tensor(GUM_COLOUR) - tooth)


def _fit(vertices: Tensor, number: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The arch lies in the plane of the two largest variances and opens backwards."""
    middle = (vertices.amin(0) + vertices.amax(0)) / 2
    _, axes = torch.linalg.eigh(torch.cov((vertices - middle).double().T))
    down = axes[:, 0].to(vertices)
    down = down * torch.sign(down[1] + 1e-12) * (-1 if number == 1 else 1)
    side = normalize(torch.linalg.cross(down.new_tensor([0.0, 0.0, 1.0]), down), dim=0)
    side = side * torch.sign(side[0] + 1e-12)
    forward = torch.linalg.cross(side, down) * (-1 if number == 1 else 1)
    forward = forward * torch.sign(forward[2] + 1e-12)
    local = (vertices - middle) @ torch.stack([side, down, forward]).T
    low, high = local.amin(0), local.amax(0)
    half, depth = (high[0] - low[0]) / 2, high[2] - low[2]
    centre = middle + (low[0] + high[0]) / 2 * side + low[2] * forward
    scaled = torch.stack([side / half, down, forward / depth])
    borders = _borders(WIDTHS[number - 1], float(depth / half))
    return centre, scaled, torch.stack([low[1], high[1]]), borders.to(vertices)


def _borders(widths: tuple[float, ...], aspect: float) -> Tensor:
    """Angles at which the teeth meet, on a quarter of an ellipse ``aspect`` as deep as it is wide at the back."""
    angle = np.linspace(0, np.pi / 2, 400)
    steps = np.hypot(np.diff(np.sin(angle)), aspect * np.diff(np.cos(angle)))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.concatenate([[0.0], np.cumsum(widths)]) / sum(widths) * along[-1]
    return torch.from_numpy(np.interp(places, along, angle)).float()


def _from_border(borders: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Angle to the nearest border, and how far across its tooth each place is, 0..1; both ``(P,)``."""
    tooth = torch.searchsorted(borders.contiguous(), angle[:, None].contiguous()).clamp(1, borders.shape[1] - 1)
    before, after = borders.gather(1, tooth - 1)[:, 0], borders.gather(1, tooth)[:, 0]
    off = torch.minimum(angle - before, after - angle).clamp_min(0)
    return off, (angle - before) / (after - before)
