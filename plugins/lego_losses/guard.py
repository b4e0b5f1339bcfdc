"""Guards against what no artist made: stretched edges and faces turned over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lego_losses.normal import face_normals

if TYPE_CHECKING:
    from torch import Tensor

    from lego_cli.api import StyleBatch

SHORTEST = 1e-5  # metres
SLACK = 0.1  # cosine that a face may turn further than the exemplar's without cost


class EdgeLoss:
    """Mean squared difference of the logarithms of two stretches of each edge: of a person's, of the exemplar's."""

    name = "edge"
    weight = 1.0
    pictures = False

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        a, b = batch.triangles, batch.triangles.roll(1, dims=1)

        def lengths(heads: Tensor) -> Tensor:
            return ((heads[:, a] - heads[:, b]).norm(dim=-1) + SHORTEST).log()

        wanted = lengths(batch.target[None]) - lengths(batch.source[None])
        return (lengths(batch.styled) - lengths(batch.people) - wanted).square().mean()


class FoldLoss:
    """Mean of how much further than the exemplar's faces a person's turn, as a difference of cosines."""

    name = "fold"
    weight = 10.0
    pictures = False

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        pairs = ((batch.source[None], batch.target[None]), (batch.people, batch.styled))
        own, found = (
            (face_normals(before, batch.triangles) * face_normals(after, batch.triangles)).sum(-1)
            for before, after in pairs
        )
        return torch.relu(own - SLACK - found).mean()
