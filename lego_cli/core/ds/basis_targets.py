"""The linear facts that a neural basis field is trained on: identity modes and action terms of a head model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import ARKIT

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel

CANDIDATES = 24
"""Terms looked at for each action."""


@dataclass(frozen=True)
class BasisTargets:
    """``fields[:, :, 0]`` is mean head minus template, then the identity modes (one standard deviation each, metres),
    then the action terms. ``action`` and ``weight`` say how a code mixes the terms (see ``BasisNet``)."""

    fields: Tensor  # (V, 3, 1 + shape + terms)
    action: Tensor  # (terms,)
    weight: Tensor  # (terms, 1 + shape)


def basis_targets(
    head: HeadModel, template: Floats, shape_size: int, terms: int, people: int, seed: int
) -> BasisTargets:
    """Identity modes by weighted PCA over ``people`` random heads, action terms by SVD.

    ``template (V, 3)`` is the head model's template with its parts in place.
    """
    neutral = head.neutral(np.concatenate([head.sample(n, p, seed + i) for i, (n, p) in enumerate(_mixture(people))]))
    weight = vertex_weights(head)
    mean, modes = principal_modes(torch.from_numpy(neutral.astype(np.float32)), weight, shape_size)
    action, term_weight, term_fields = action_terms(head, mean, modes, weight, terms)
    offset = (mean - torch.from_numpy(np.asarray(template, np.float32)))[..., None]
    return BasisTargets(torch.cat([offset, modes, term_fields], dim=2), action, term_weight)


def _mixture(people: int) -> list[tuple[int, str]]:
    return [(people // 4, "adult"), (people // 4, "plausible"), (people - 2 * (people // 4), "wide")]


def vertex_weights(head: HeadModel) -> Tensor:
    """(V,) how much an error at each vertex matters: the face most, inner parts least; mean 1."""
    vertices = np.asarray(head.vertices)
    weight = np.full(len(vertices), 0.25)
    skin = np.asarray(head.parts["skin"])
    front = np.clip((vertices[skin, 2] - np.median(vertices[skin, 2])) / 0.05, 0, 1)
    weight[skin] = 0.6 + 1.4 * front
    return torch.from_numpy((weight / weight.mean()).astype(np.float32))


def principal_modes(heads: Tensor, weight: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Heads ``(N, V, 3)`` to their mean ``(V, 3)`` and ``(V, 3, count)`` modes scaled to one standard deviation."""
    mean = heads.mean(0)
    root = weight.sqrt()[None, :, None]
    data = ((heads - mean) * root).reshape(len(heads), -1)
    values, vectors = torch.linalg.eigh((data @ data.T).double())
    values, vectors = values.flip(0)[:count], vectors.flip(1)[:, :count].float()
    modes = (data.T @ vectors) / np.sqrt(len(heads) - 1)
    modes = modes.reshape(*mean.shape, count) / root.transpose(1, 2).reshape(-1, 1, 1)
    return mean, modes


def solution(modes: Tensor, weight: Tensor) -> Tensor:
    """What takes displacements ``(N, 3V)`` to their weighted least-squares codes ``(N, K)``: ``(3V, K)``."""
    root = weight.sqrt()[:, None]
    basis = (modes * root[..., None]).reshape(-1, modes.shape[2])
    gram = basis.T @ basis
    ridge = 1e-6 * gram.diagonal().mean() * torch.eye(len(gram))
    return torch.linalg.solve(gram + ridge, (basis * root.expand(-1, 3).reshape(-1, 1)).T).T.contiguous()


def action_terms(
    head: HeadModel, mean: Tensor, modes: Tensor, weight: Tensor, terms: int
) -> tuple[Tensor, Tensor, Tensor]:
    """How each action looks on different heads, as few terms whose coefficients are affine in the shape code.

    Actions are linear in the neutral head (lids nearly), so steps along the identity modes say all; an SVD for each
    action orders it. Terms are shared out among the actions by the displacement they explain. Returns ``action (T,)``,
    ``weight (T, 1 + K)`` and ``fields (V, 3, T)``.
    """
    each = min(CANDIDATES, 1 + modes.shape[2])
    still = head.actions(mean.numpy())
    along = [head.actions((mean + modes[..., k]).numpy()) - still for k in range(modes.shape[2])]
    root = weight.sqrt()[:, None]
    fields, weights, energy = [], [], []
    for action in range(len(ARKIT)):
        rows = torch.from_numpy(np.stack([still[action], *[a[action] for a in along]]).astype(np.float32)) * root
        gram = rows.flatten(1) @ rows.flatten(1).T
        values, vectors = torch.linalg.eigh(gram.double())
        weights.append(vectors.flip(1)[:, :each].T.float())
        fields.append(torch.einsum("tk,kvc->vct", weights[-1], rows) / root[..., None])
        energy.append(values.flip(0)[:each])
    rank = torch.cat(energy)
    rank[::each] = float("inf")  # every action keeps its first term
    pick = rank.argsort(descending=True)[:terms].sort().values
    return pick // each, torch.cat(weights)[pick], torch.cat(fields, dim=2)[..., pick]
