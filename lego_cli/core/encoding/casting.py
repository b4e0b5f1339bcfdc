"""The people that MAGE learns from: drawn, decoded and scanned, so that everything about them is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.ds.template_points import sparse_expressions
from lego_cli.core.encoding.head_fields import HeadFields, head_fields
from lego_cli.core.encoding.scans import Scan, Scanner
from lego_cli.core.geometry.similarity import Similarity

if TYPE_CHECKING:
    from lego_cli.api import Floats, Topology
    from lego_cli.core.stylist import Stylist


@dataclass(frozen=True)
class People:
    """A batch of people whose everything is known. Canonical frame, metres."""

    shape: Tensor  # (B, K)
    expression: Tensor  # (B, 52)
    neutral: Floats  # (B, V, 3)
    posed: Floats  # (B, V, 3)
    scans: list[Scan]
    placed: list[Similarity]  # the mean head over each of them

    def repeated(self, times: int) -> People:
        """Everybody several times."""
        return People(
            self.shape.repeat_interleave(times, 0),
            self.expression.repeat_interleave(times, 0),
            self.neutral.repeat(times, 0),
            self.posed.repeat(times, 0),
            [scan for scan in self.scans for _ in range(times)],
            [placed for placed in self.placed for _ in range(times)],
        )


class Casting:
    """Draws people and scans them; everything depends on the seed and the step number alone."""

    def __init__(self, stylist: Stylist, topologies: Sequence[Topology]) -> None:
        self.stylist = stylist
        self.fields: HeadFields = head_fields(stylist)
        assert isinstance(stylist.net, BasisNet)
        self._solver = ShapeSolver(stylist.head, stylist.net)
        self._scanner = Scanner(self.fields, topologies)

    def __call__(self, count: int, samples: int, seed: int) -> People:
        """``count`` people, scanned with about ``samples`` samples each."""
        rng = np.random.default_rng(seed)
        head, net = self.stylist.head, self.stylist.net
        share = ((count - count // 2 - count // 4, "wide"), (count // 2, "adult"), (count // 4, "plausible"))
        neutral = np.concatenate([head.neutral(head.sample(n, p, seed)) for n, p in share if n])
        shape = torch.from_numpy(self._solver(neutral)).float()
        expression = sparse_expressions(count, seed, net.expression_size)
        with torch.no_grad():
            motion = net.decode(self.stylist.prepared, shape, expression)
            motion -= net.decode(self.stylist.prepared, shape, torch.zeros_like(expression))
        posed = neutral.astype(np.float64) + motion.numpy()
        scans = [self._scanner(person, samples, rng) for person in posed]
        return People(shape, expression, neutral, posed, scans, [self._scanner.placed(person) for person in posed])
