"""One training loop for everything that is trained: Adam, warm-up and cosine, checkpoints, resumed to the same bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lego_cli.api import Report, silent
from lego_cli.core.checkpoint import read_checkpoint, restore
from lego_cli.files.atomic import atomic_write

CHECKPOINT_EVERY = 200  # steps


@dataclass(frozen=True)
class TrainingRun:
    """How to train ``module``. Everything that a step depends on is the step number and the checkpoint."""

    stage: str
    module: nn.Module
    steps: int
    learning_rate: float
    options: dict[str, Any]  # must match those of a checkpoint
    checkpoint: Path | None = None
    report: Report = silent
    squared: bool = True  # the loss is a mean square in mm²; otherwise a log likelihood
    decay: float = 0.0  # of the weights, decoupled from the gradient

    def train(self, loss: Callable[[int], Tensor]) -> None:
        """Minimise ``loss(step)``; goes on from the checkpoint when there is one."""
        optimiser = torch.optim.AdamW(self.module.parameters(), lr=self.learning_rate, weight_decay=self.decay)
        for step in range(self._resume(optimiser), self.steps):
            for group in optimiser.param_groups:
                group["lr"] = self._rate(step)
            optimiser.zero_grad()
            try:
                value = loss(step)
                value.backward()
            except KeyboardInterrupt:
                self._save(optimiser, step)
                raise
            optimiser.step()
            if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == self.steps:
                self._save(optimiser, step + 1)
            figure = float(value.detach())
            figures = {"rms_mm": math.sqrt(figure)} if self.squared else {"loss": figure}
            self.report(self.stage, step + 1, self.steps, **figures)

    def _rate(self, step: int) -> float:
        """Warm up over the first 2 %, then a cosine down to a hundredth."""
        warm = min(1.0, (step + 1) / (0.02 * self.steps + 1))
        return self.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / self.steps)))

    def _save(self, optimiser: torch.optim.Optimizer, step: int) -> None:
        if self.checkpoint is None:
            return
        state = {"module": self.module.state_dict(), "optimiser": optimiser.state_dict(), "options": self.options}
        with atomic_write(self.checkpoint) as temporary:
            torch.save({**state, "step": step}, temporary)

    def _resume(self, optimiser: torch.optim.Optimizer) -> int:
        if self.checkpoint is None or not self.checkpoint.exists():
            return 0
        state = read_checkpoint(self.checkpoint, self.options)
        return restore(state, self.checkpoint, self.module, optimiser)
