"""Supervised contrast: pictures of the same thing together, all others apart (Khosla et al. 2020)."""

from __future__ import annotations

import torch
from torch import Tensor

TEMPERATURE = 0.3  # lower ones punish an embedding that knows nothing yet so much that all become equal


def contrast(embedding: Tensor, labels: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Unit embeddings ``(B, D)`` and labels ``(B,)`` to the mean negative log likelihood of the right neighbours.

    Those without another of their label in the batch are left out.
    """
    alike = embedding @ embedding.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    alike = alike.masked_fill(itself, -torch.inf)
    right = (labels[:, None] == labels) & ~itself
    count = right.sum(1)
    chance = alike - alike.logsumexp(1, keepdim=True)
    chosen = chance.masked_fill(~right, 0.0).sum(1) / count.clamp_min(1)
    return -chosen.sum() / (count > 0).sum().clamp_min(1)
