"""The losses of a fine-tuning: what is learned, shown on the exemplar and on a crowd, and how far it is off."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from lego_cli.api import StyleBatch, StyleLoss
from lego_cli.core.dt.crowd import Crowd, draw_crowd
from lego_cli.core.training_options import FinetuneOptions

if TYPE_CHECKING:
    from lego_cli.core.dt.exemplar import Exemplar
    from lego_cli.core.dt.view_embeddings import ViewEmbeddings
    from lego_cli.core.stylist import Stylist

Learner = TypeVar("Learner", bound=nn.Module)

CROWD, JUDGES = 48, 6  # people that are learned from, and that say whether it was for the better


class Tuning(ABC, Generic[Learner]):
    """The losses of one fine-tuning of ``dt``; what that is, and makes of people, subclasses say."""

    def __init__(
        self,
        stylist: Stylist,
        exemplar: Exemplar,
        dt: Learner,
        losses: Mapping[str, tuple[StyleLoss, float]],
        views: ViewEmbeddings | None,
        options: FinetuneOptions,
    ) -> None:
        self.stylist, self.dt, self.losses, self.views, self.options = stylist, dt, losses, views, options
        self._kept: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}
        self.crowd = draw_crowd(stylist, CROWD, options.seed + 17)
        self.judges = draw_crowd(stylist, JUDGES, options.seed + 170_017)
        self.source, self.target = (
            torch.from_numpy(x.astype(np.float32)) for x in (exemplar.identity, exemplar.styled)
        )
        self.turns = torch.from_numpy(stylist.turns(exemplar.identity).astype(np.float32))[None]
        inside = torch.zeros(len(self.source), dtype=torch.bool)
        inside[torch.from_numpy(stylist.skin)] = True
        triangles = torch.from_numpy(np.asarray(stylist.head.mesh.triangles()))
        self.triangles = triangles[inside[triangles].all(1)]

    def loss(self, step: int) -> Tensor:
        """The weighted total of one step, and what holds DT near its start."""
        generator = torch.Generator().manual_seed(self.options.seed * 1_000_003 + step)
        people = self.crowd.pick(torch.randperm(len(self.crowd), generator=generator)[: self.options.people])
        batch = self.batch(people, step)
        total = self.held()
        for loss, weight in self.losses.values():
            total = total + weight * loss(batch)
        return total

    def figures(self) -> dict[str, float]:
        """Each loss on people that are not learned from."""
        with torch.no_grad():
            batch = self.batch(self.judges, 0)
            return {name: float(loss(batch)) for name, (loss, _) in self.losses.items()}

    def total(self, figures: Mapping[str, float]) -> float:
        """The weighted sum."""
        return sum(self.losses[name][1] * value for name, value in figures.items())

    def batch(self, people: Crowd, setup: int) -> StyleBatch:
        """DT on the exemplar's identity and on some people."""
        made, still = self.exemplar()[0], self.neutral(people)
        styled = still + self._motion(still.detach(), people.expression)
        return StyleBatch(
            self.source, self.target, made, people.posed, styled, still, self.triangles, self._embedder(setup)
        )

    @abstractmethod
    def neutral(self, people: Crowd) -> Tensor:
        """``(B, V, 3)`` what is learned makes of people."""

    @abstractmethod
    def exemplar(self) -> Tensor:
        """``(1, V, 3)`` what it makes of the exemplar's identity."""

    @abstractmethod
    def held(self) -> Tensor:
        """A cost of going away from the start."""

    def _motion(self, still: Tensor, expression: Tensor) -> Tensor:
        """What expressions do to these heads; their gradient is left out, it is near the identity."""
        moving = expression.any(1)
        result = torch.zeros_like(still)
        if moving.any():
            rest = still[moving].numpy()
            posed = self.stylist.head.posed(rest, expression[moving].numpy())
            result[moving] = torch.from_numpy(np.asarray(posed - rest, np.float32))
        return result

    def _embedder(self, setup: int) -> Callable[[Tensor], Tensor]:
        found: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}

        def embed(heads: Tensor) -> Tensor:
            assert self.views is not None
            constant = any(heads.data_ptr() == x.data_ptr() for x in (self.source, self.target))
            kept, key = (
                (self._kept, (setup % self.views.setups, heads.data_ptr()))
                if constant
                else (found, (0, heads.data_ptr()))
            )
            if key not in kept:
                kept[key] = (heads, self.views(heads, setup))  # the heads too, so that their place stays theirs
            return kept[key][1]

        return embed
