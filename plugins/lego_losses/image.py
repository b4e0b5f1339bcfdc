"""LeGO's three image losses on embeddings ``(views, D)`` of pictures from ten cameras (arXiv 2403.15227, section 3.3).

LeGO matches both directions by their mean squared difference, and then they are one loss twice:
``(T - S) - (T_s - S_s) = (S_s - S) - (T_s - T)`` up to the sign. Here the style direction is matched by its cosine, as
in StyleGAN-NADA, and the identity direction in size too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn.functional import cosine_similarity

if TYPE_CHECKING:
    from torch import Tensor

    from lego_cli.api import StyleBatch

LEAST = 1e-8


class ImageLoss:
    """Squared difference of the embeddings of the exemplar and of what DT makes of its identity, relative to the style.

    1 is as far as the unstyled identity is.
    """

    name = "image"
    weight = 0.1
    pictures = True

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        source, target = batch.embed(batch.source[None]), batch.embed(batch.target[None])
        style = (target - source).square().mean().clamp_min(LEAST)
        return (batch.embed(batch.made[None]) - target).square().mean() / style


class AcrossDomainLoss:
    """1 less the cosine between what the style does to pictures of the exemplar and of each person."""

    name = "across-domain"
    weight = 0.1
    pictures = True

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        style = batch.embed(batch.target[None]) - batch.embed(batch.source[None])
        found = batch.embed(batch.styled) - batch.embed(batch.people)
        return (1 - cosine_similarity(found, style, dim=-1)).mean()


class InDomainLoss:
    """Squared difference between how a person and the exemplar differ with and without style, relative to without."""

    name = "in-domain"
    weight = 0.1
    pictures = True

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        before = batch.embed(batch.people) - batch.embed(batch.source[None])
        after = batch.embed(batch.styled) - batch.embed(batch.target[None])
        return (after - before).square().mean() / before.square().mean().clamp_min(LEAST)
