"""The space that DS takes points from: the open-mouthed template head, with inner parts set apart from it.

Eyeballs, teeth and tongue touch skin that moves differently, so no smooth field could hold both. In template
space they lie in boxes of their own; :meth:`PartBoxes.place` puts a template point back where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel


class PartBoxes(nn.Module):
    """Axis-aligned boxes of template space and how far each was moved."""

    def __init__(self, box: Tensor, offset: Tensor) -> None:
        """``box (N, 2, 3)`` lower and upper corners, ``offset (N, 3)``, metres."""
        super().__init__()
        self.box: Tensor
        self.offset: Tensor
        self.register_buffer("box", box)
        self.register_buffer("offset", offset)

    def place(self, points: Tensor) -> Tensor:
        """Template points ``(Q, 3)`` to the place in the open-mouthed head that they stand for ``(Q, 3)``."""
        inside = ((points[:, None] >= self.box[:, 0]) & (points[:, None] <= self.box[:, 1])).all(2)
        return points - inside.to(points.dtype) @ self.offset


def part_boxes(head: HeadModel, offsets: Mapping[str, Floats], margin: float = 0.015) -> PartBoxes:
    """The boxes of every part that ``offsets`` moves away from the skin."""
    template = np.asarray(head.template, np.float32)
    parts = [name for name in sorted(offsets) if np.any(offsets[name])]
    box = [[template[head.parts[p]].min(0) - margin, template[head.parts[p]].max(0) + margin] for p in parts]
    offset = [offsets[p] for p in parts]
    return PartBoxes(
        torch.from_numpy(np.asarray(box, np.float32).reshape(-1, 2, 3)),
        torch.from_numpy(np.asarray(offset, np.float32).reshape(-1, 3)),
    )
