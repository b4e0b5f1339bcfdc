"""The people that a style is tried on while it is learned: random heads with codes, frames and expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.ds.template_points import sparse_expressions

if TYPE_CHECKING:
    from lego_cli.core.stylist import Stylist


@dataclass(frozen=True, eq=False)
class Crowd:
    """``N`` people; metres, canonical frame, the head model's vertices."""

    shape: Tensor  # (N, K)
    neutral: Tensor  # (N, V, 3)
    turns: Tensor  # (N, V, 3, 3) local frames
    expression: Tensor  # (N, 52); zeros for every other one
    posed: Tensor  # (N, V, 3)

    def __len__(self) -> int:
        return len(self.shape)

    def pick(self, index: Tensor) -> Crowd:
        """Some of them."""
        return Crowd(*(x[index] for x in (self.shape, self.neutral, self.turns, self.expression, self.posed)))


def draw_crowd(stylist: Stylist, count: int, seed: int) -> Crowd:
    """``count`` people, adults and the wide population in turn; every other one has an expression."""
    head = stylist.head
    drawn = [head.sample(count, population, seed) for population in ("adult", "wide")]
    neutral = head.neutral(np.where(np.arange(count)[:, None] % 2, drawn[1], drawn[0]))
    expression = sparse_expressions(2 * count, seed).numpy()
    expression = expression[expression.any(1)][:count] * (np.arange(count) // 2 % 2)[:, None]
    assert isinstance(stylist.net, BasisNet)
    arrays = (
        ShapeSolver(head, stylist.net)(neutral),
        neutral,
        stylist.frames(neutral),
        expression,
        head.posed(neutral, expression),
    )
    return Crowd(*(torch.from_numpy(np.asarray(x, np.float32)) for x in arrays))
