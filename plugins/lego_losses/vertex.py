"""The distance between corresponding vertices, the geometry term of LeGO's fine-tuning (arXiv 2403.15227)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from lego_cli.api import StyleBatch

MM_PER_M = 1000.0


class VertexLoss:
    """Mean squared distance between what DT makes of the exemplar's identity and the exemplar, in mm²."""

    name = "vertex"
    weight = 1.0
    pictures = False

    def __call__(self, batch: StyleBatch) -> Tensor:
        """See :class:`lego_cli.api.StyleLoss`."""
        return ((batch.made - batch.target) * MM_PER_M).square().sum(-1).mean()
