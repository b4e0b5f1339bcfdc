"""LeGO's style loss: the surface normals of a styled person in the exemplar's expression (arXiv 2403.15227)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from lego_cli.api import StyleBatch

TINY = 1e-12


class NormalLoss:
    """Mean of 1 less the cosine between the normals of faces of the styled exemplar and of each styled person."""

    name = "normal"
    weight = 0.0  # it pulls everybody towards the exemplar's own face
    pictures = False

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        wanted, found = (face_normals(x, batch.triangles) for x in (batch.target[None], batch.still))
        return (1 - (wanted * found).sum(-1)).mean()


def face_normals(heads: Tensor, triangles: Tensor) -> Tensor:
    """Heads ``(B, V, 3)`` and ``(F, 3)`` triangles to unit normals ``(B, F, 3)``."""
    a, b, c = heads[:, triangles].unbind(2)
    across = torch.linalg.cross(b - a, c - a)
    return across / (across.square().sum(-1, keepdim=True) + TINY**2).sqrt()
