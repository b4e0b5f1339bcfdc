"""Codes of heads whose correspondence is known: exact least squares, because DS is linear in the shape code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.core.ds.basis_targets import solution, vertex_weights
from lego_cli.core.ds.surface_net import BasisNet, Prepared

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel


def identity_modes(net: BasisNet, prepared: Prepared) -> tuple[Tensor, Tensor]:
    """Mean neutral ``(Q, 3)`` and identity modes ``(Q, 3, K)`` of DS at prepared points."""
    still = torch.zeros(1, net.expression_size)
    mean = net.decode(prepared, torch.zeros(1, net.shape_size), still)[0]
    steps = net.decode(prepared, torch.eye(net.shape_size), still.expand(net.shape_size, -1))
    return mean, (steps - mean).permute(1, 2, 0).contiguous()


class ShapeSolver:
    """Shape codes of heads in the head model's own vertex order: weighted least squares."""

    def __init__(self, head: HeadModel, net: BasisNet) -> None:
        with torch.inference_mode():
            prepared = net.prepare(torch.from_numpy(np.asarray(head.template, np.float32)))
            self.mean, modes = identity_modes(net, prepared)
            self._solution = solution(modes, vertex_weights(head))

    def __call__(self, neutral: Floats) -> Floats:
        """Neutral heads ``(B, V, 3)`` to codes ``(B, K)``."""
        heads = torch.from_numpy(np.asarray(neutral, np.float32))
        return ((heads - self.mean).flatten(1) @ self._solution).double().numpy()
