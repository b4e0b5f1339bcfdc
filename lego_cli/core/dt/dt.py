"""DT while it is fine-tuned: the exemplar's displacement and its answers to other people, at the head model's vertices.

``DT(z) = DS(z) + J(z) (d + G A Q (z - z_ref))``: ``J`` are local frames, so ``d`` alone is delta transfer; ``A`` says
how the displacement changes with the person, along the modes ``G`` of the style prior and the directions ``Q`` of the
shape code that styles look at. ``A`` is a mixture of the prior's experts; what is learned are their shares, a few
numbers, since one example cannot teach more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from lego_cli.core.dt.style_prior import StylePrior

MOST_RESPONSES = 24  # of a style file
LEAST_ENERGY = 1e-3  # share of the answers' energy that may be left out


class DT(nn.Module):
    """A style at the ``V`` vertices of the head model, differentiable to all that it learns."""

    def __init__(self, delta: Tensor, shape: Tensor, prior: StylePrior, eyes: Sequence[Tensor]) -> None:
        """``delta (V, 3)`` metres in the mean head's frames, ``shape (K,)`` the exemplar's code.

        ``eyes`` are the vertices of eyeballs, which stay balls.
        """
        super().__init__()
        self.nudge = nn.Parameter(torch.zeros(prior.modes.shape[0]))  # of the displacement itself
        self.shares = nn.Parameter(torch.zeros(len(prior.experts)))
        self.delta: Tensor
        self.modes: Tensor
        self.looks: Tensor
        self.experts: Tensor
        self.shape: Tensor
        self.register_buffer("delta", delta.clone())
        self.register_buffer("modes", prior.modes.clone())  # (R, V, 3) metres
        self.register_buffer("looks", prior.looks.detach().clone())  # (Q, K)
        self.register_buffer("experts", prior.experts.detach().clone())  # (E, R, Q)
        self.register_buffer("shape", shape.clone())
        self.eyes = list(eyes)

    @property
    def answers(self) -> Tensor:
        """``A (R, Q)``."""
        return torch.einsum("e,erq->rq", self.shares, self.experts)

    def displacement(self, shape: Tensor) -> Tensor:
        """Codes ``(B, K)`` to displacements ``(B, V, 3)`` in the mean head's frames."""
        mixed = self.nudge + (shape - self.shape) @ self.looks.T @ self.answers.T
        return self.delta + torch.einsum("br,rvc->bvc", mixed, self.modes)

    def forward(self, heads: Tensor, turns: Tensor, shape: Tensor) -> Tensor:
        """Neutral people ``(B, V, 3)`` with frames ``(B, V, 3, 3)`` and codes ``(B, K)`` to styled ones."""
        moved = heads + torch.einsum("bvij,bvj->bvi", turns, self.displacement(shape))
        for eye in self.eyes:
            moved = moved.index_copy(1, eye, similar(heads[:, eye], moved[:, eye]))
        return moved

    def fields(self) -> tuple[Tensor, Tensor]:
        """What a style file keeps: ``(V, 1 + R, 3)`` fields and the ``(R, K)`` directions that they answer to."""
        size, turn = torch.linalg.eigh(torch.einsum("rvc,svc->rs", self.modes, self.modes).double())
        root = size.clamp_min(1e-9 * float(size[-1]) + 1e-30).sqrt()
        seen = root[:, None] * (turn.T @ (self.answers @ self.looks).detach().double())  # as large as on the head
        left, energy, right = (x.float() for x in torch.linalg.svd(seen, full_matrices=False))
        kept = int((energy.square().flip(0).cumsum(0).flip(0) > LEAST_ENERGY * energy.square().sum()).sum())
        kept = min(kept, MOST_RESPONSES)
        mixed = (turn / root).float() @ (left[:, :kept] * energy[:kept])
        responses = torch.einsum("rvc,rk->vkc", self.modes, mixed)
        own = self.displacement(self.shape[None])[0].detach()
        return torch.cat([own[:, None], responses], dim=1), right[:kept]


def similar(before: Tensor, after: Tensor) -> Tensor:
    """Points ``(B, n, 3)`` moved by the best scaling and shift, without rotation, towards where they should be."""
    centre, goal = before.mean(1, keepdim=True), after.mean(1, keepdim=True)
    a, b = before - centre, after - goal
    scale = (a * b).sum((1, 2), keepdim=True) / (a * a).sum((1, 2), keepdim=True)
    return goal + scale * a
