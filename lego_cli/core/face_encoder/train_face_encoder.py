"""Training of the face encoder on pictures of a head model's people in random styles; resumable and seeded."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from lego_cli.api import ARKIT, Report, silent
from lego_cli.core.face_encoder.clay_pictures import ClayPictures
from lego_cli.core.face_encoder.contrast import contrast
from lego_cli.core.face_encoder.face_cameras import VIEWS
from lego_cli.core.face_encoder.face_pool import UNIT, FacePool
from lego_cli.core.tensors import save_tensors
from lego_cli.core.training_options import TrainFaceOptions
from lego_cli.core.training_run import TrainingRun
from lego_cli.errors import ExitCode, LegoError
from lego_cli.nn import EXPRESSION, PARTS, FaceNet, FaceSizes

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, Renderer

REGRESSION = 20.0  # weight of the squared errors of expression values, which are small
UNCHECKED = ("minutes", "workers", "device")  # options that another part of the same training may change
TIMED = (6, 20)  # steps before the clock starts, and steps timed
SETTLING = 2  # batches of each view that the shift and scale of the embedding are measured on at the end
HINT = "give at least 2 people, 2 styles and 2 expressions, one block, view and step, and no seed below 0"


class Trainee(nn.Module):
    """The network, and what reads expression values off it while it learns."""

    def __init__(self, sizes: FaceSizes) -> None:
        super().__init__()
        self.net = FaceNet(sizes)
        self.reading = nn.Linear(sizes.part, len(ARKIT))

    def loss(self, pictures: Tensor, labels: Tensor, codes: Tensor) -> Tensor:
        """Pictures of one view ``(B, 3, size, size)``, labels ``(B, 3)`` by part, expressions ``(B, 52)``."""
        embedding = self.net(pictures)
        apart = [contrast(self.net.part(embedding, name), labels[:, k]) for k, name in enumerate(PARTS)]
        read = self.reading(self.net.sizes.part**0.5 * self.net.part(embedding, EXPRESSION))
        return torch.stack(apart).sum() + REGRESSION * (read - codes).square().mean()


class FaceTraining:
    """One training: the pool on its device, the network, and what a step draws.

    Every view is contrasted with itself alone. Pictures of one head from two sides need not look alike: style losses
    compare pictures of one view, and a profile does not show what a front does.
    """

    def __init__(
        self, head: HeadModel, renderer: Renderer, pool: FacePool, options: TrainFaceOptions,
        sizes: FaceSizes | None = None,
    ) -> None:  # fmt: skip
        check(options)
        torch.manual_seed(options.seed)
        self.options, self.pool = options, pool.to(options.device)
        self.trainee = Trainee(sizes or FaceSizes()).to(options.device)
        self.pictures = ClayPictures(head, renderer, self.trainee.net.sizes.picture, options.device)

    def loss(self, step: int) -> Tensor:
        """The loss of one step: depends on the seed and the step number alone."""
        o = self.options
        rng = np.random.default_rng([o.seed, step])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        views = rng.choice(list(VIEWS), min(o.views, len(VIEWS)), replace=False)
        return torch.stack([self._view_loss(str(view), rng, generator) for view in views]).mean()

    def _view_loss(self, view: str, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        count = len(self.pool.heads)
        chosen = torch.from_numpy(rng.choice(count, min(self.options.batch, count), replace=False))
        chosen = chosen.to(self.pool.heads.device)
        heads = self.pool.heads[chosen].flatten(0, 1).float() * UNIT
        labels, codes = (each[chosen].flatten(0, 1) for each in (self.pool.labels, self.pool.codes))
        return self.trainee.loss(self.pictures(heads, view, generator), labels, codes)

    @torch.no_grad()
    def _settle(self, step: int) -> None:
        """Measure shift and scale of the embedding anew, over all views alike."""
        spread = self.trainee.net.spread
        spread.reset_running_stats()
        spread.momentum = None  # a plain mean
        rng, generator = np.random.default_rng([self.options.seed, step]), torch.Generator().manual_seed(step)
        for view in SETTLING * list(VIEWS):
            self._view_loss(view, rng, generator)

    def affordable(self) -> TrainFaceOptions:
        """The options with as many steps as ``minutes`` allow on this machine; a few steps are timed for that."""
        o = self.options
        if o.minutes <= 0:
            return o
        begin, state = 0.0, {name: value.clone() for name, value in self.trainee.state_dict().items()}
        for k in range(sum(TIMED)):
            if k == TIMED[0]:
                begin = time.perf_counter()
            self.loss(k).backward()
            float(next(self.trainee.parameters()).grad.sum())  # type: ignore[union-attr]  # waits for the device
        each = (time.perf_counter() - begin) / TIMED[1]
        self.trainee.load_state_dict(state)
        self.trainee.zero_grad()
        return replace(o, steps=max(1, min(o.steps, int(60 * o.minutes / each))))

    def train(self, steps: int, checkpoint: Path | None = None, report: Report = silent) -> FaceNet:
        """Train for ``steps``, going on from the checkpoint when there is one."""
        kept = {k: v for k, v in asdict(replace(self.options, steps=steps)).items() if k not in UNCHECKED}
        run = TrainingRun(
            "face encoder", self.trainee, steps, self.options.learning_rate, kept, checkpoint, report, squared=False
        )
        run.train(self.loss)
        self._settle(steps)
        return self.trainee.net.cpu().eval().requires_grad_(False)


def check(o: TrainFaceOptions) -> None:
    """Raise LegoError (exit code 2) for numbers that leave nothing to train on, or for a device that is not there."""
    if min(o.people, o.styles, o.expressions) < 2 or min(o.blocks, o.batch, o.views, o.steps) < 1 or o.seed < 0:
        raise LegoError("these numbers leave nothing to train on", HINT, ExitCode.USAGE)
    if o.device not in ("cpu", "cuda"):
        raise LegoError(f"no device called '{o.device}'", "known devices: cpu, cuda", ExitCode.USAGE)
    if o.device == "cuda" and not torch.cuda.is_available():
        raise LegoError("there is no CUDA device here", "train with --device cpu", ExitCode.MISSING)


def save_face_net(net: FaceNet, path: Path, provenance: dict[str, str]) -> None:
    """Write weights (half precision) and sizes as one safetensors file."""
    tensors = {k: v.half() if v.is_floating_point() else v.int() for k, v in net.state_dict().items()}
    save_tensors(path, tensors, net.described() | provenance)
