"""The distance between corresponding vertices, the geometry term of LeGO's fine-tuning (arXiv 2403.15227)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

MM_PER_M = 1000.0


class VertexLoss:
    """Mean squared distance of corresponding vertices, in mm²."""

    name = "vertex"

    def __call__(self, stylised: Tensor, exemplar: Tensor) -> Tensor:
        """``(B, V, 3)`` heads in metres to a scalar; ``exemplar`` may be ``(V, 3)``."""
        return ((stylised - exemplar) * MM_PER_M).square().sum(-1).mean()
