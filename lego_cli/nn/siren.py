"""A sine network."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn


class Siren(nn.Module):
    """A sine network ``inputs -> width x layers -> outputs``, linear at the end (Sitzmann et al. 2020)."""

    def __init__(self, inputs: int, width: int, layers: int, outputs: int, frequency: float = 30.0) -> None:
        super().__init__()
        widths = [inputs, *[width] * layers, outputs]
        linears = [nn.Linear(a, b) for a, b in pairwise(widths)]
        self.linears = nn.ModuleList(linears)
        with torch.no_grad():
            for i, linear in enumerate(linears):
                n = widths[i]
                bound = frequency / n if i == 0 else math.sqrt(6 / n)
                linear.weight.uniform_(-bound, bound)
                linear.bias.uniform_(-math.pi, math.pi)

    def forward(self, x: Tensor) -> Tensor:
        """``(Q, inputs)`` to ``(Q, outputs)``."""
        for linear in self.linears[:-1]:
            x = torch.sin(linear(x))
        return self.linears[-1](x)
