"""Training of MAGE on simulated scans of a head model's people: reads top to bottom; resumable and seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from lego_cli.api import Report, silent
from lego_cli.core.encoding.casting import Casting, People
from lego_cli.core.encoding.head_fields import HeadFields
from lego_cli.core.encoding.mage import UNIT, CodeNet, Mage, MageSizes
from lego_cli.core.encoding.mage_cascade import Guess, HeadAtMarks, Samples, corrected, moved_by, normalised, seen
from lego_cli.core.encoding.scans import Scan
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.training_options import TrainMageOptions
from lego_cli.core.training_run import TrainingRun
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Topology
    from lego_cli.core.stylist import Stylist

MM = 1000.0
NEAR_TURN = 65.0  # degrees: no rotation is further than this from one of the 24 axis orientations
FEWEST = 16  # samples of a head
SHOWN = 2  # how often each scan is shown in a step, turned differently
SHAPE_WEIGHT, EXPRESSION_WEIGHT = 0.002, 0.5  # squared mm per squared standard deviation, per squared unit


def train_mage(
    stylist: Stylist,
    topologies: Sequence[Topology],
    options: TrainMageOptions | None = None,
    checkpoint: Path | None = None,
    report: Report = silent,
    sizes: MageSizes | None = None,
) -> Mage:
    """Train the point network, then the cascade: each code network on what those before it leave.

    ``topologies`` are meshings of the skin, beside the head model's own, that scans are made of. Raises LegoError (exit
    code 2) for numbers that leave nothing to train on.
    """
    o = options or TrainMageOptions()
    _check(o)
    torch.manual_seed(o.seed)
    casting = Casting(stylist, topologies)
    sizes = sizes or MageSizes(stylist.net.shape_size, stylist.net.expression_size)
    mage = Mage(_marks(casting.fields, sizes.marks), sizes)
    train_points(mage, casting, o, checkpoint, report)
    train_stages(mage, casting, o, checkpoint, report)
    return mage.eval().requires_grad_(False)


def _check(o: TrainMageOptions) -> None:
    if o.batch < SHOWN or o.seed < 0 or min(o.steps, o.point_steps, o.samples // FEWEST, o.point_samples // FEWEST) < 1:
        hint = f"give at least {SHOWN} heads, one step and {FEWEST} samples, and no seed below 0"
        raise LegoError("these numbers leave nothing to train on", hint, ExitCode.USAGE)


def train_points(mage: Mage, casting: Casting, o: TrainMageOptions, checkpoint: Path | None, report: Report) -> None:
    """Laplace likelihood of where on the mean head each sample lies; clutter is to be uncertain."""

    def loss(step: int) -> Tensor:
        people = casting(o.batch // SHOWN, 4 * o.point_samples, _seed(o, 0, step))
        rng = np.random.default_rng([o.seed, step])
        shown = [_shown(scan, o, rng) for scan in people.scans for _ in range(SHOWN)]
        points, normals, places, known = (torch.from_numpy(np.stack(x)) for x in zip(*shown, strict=True))
        found, log_error = mage.points(points.float(), normals.float())
        away = (found - places.float()).square().sum(2).add(1e-10).sqrt() / UNIT
        likely = away * torch.exp(-log_error) + 3 * log_error
        return torch.where(known, likely, log_error.square()).mean()

    _run("points", mage.points, o.point_steps, o.point_rate, o, checkpoint, report, squared=False).train(loss)


def _shown(scan: Scan, o: TrainMageOptions, rng: np.random.Generator) -> tuple[Floats, ...]:
    """A scan turned anyhow, in no unit: points, normals, places on the mean head, whether they have one."""
    index = rng.integers(len(scan.points), size=o.point_samples)
    turn = Rotation.random(random_state=int(rng.integers(2**31)))
    if rng.random() < 0.75:
        axis = rng.normal(size=3)
        angle = np.radians(NEAR_TURN) * np.cbrt(rng.random())
        turn = Rotation.from_rotvec(axis / np.linalg.norm(axis) * angle)
    points = turn.apply(scan.points[index])
    return (*normalised(points)[:1], turn.apply(scan.normals[index]), scan.mean[index], scan.known[index])


def train_stages(mage: Mage, casting: Casting, o: TrainMageOptions, checkpoint: Path | None, report: Report) -> None:
    """Squared distances, in mm, of the corrected heads to the true ones: as posed, and neutral; all stages at once."""
    head, marks = HeadAtMarks(casting.fields, mage.marks), mage.marks.numpy()
    chosen = casting.stylist.skin[marks]
    weight = torch.from_numpy(np.where(casting.fields.front[marks], 1.5, 0.5)).float()[:, None]
    weight = weight / weight.mean()

    def loss(step: int) -> Tensor:
        people, truth, guesses = _attempt(mage, head, casting, o, step)
        placed, neutral = (torch.from_numpy(x[:, chosen]) for x in (truth, people.neutral))
        total = torch.zeros(())
        for guess in guesses:
            error = guess.place(head.decode(guess.shape, guess.expression)) - placed
            still = head.decode(guess.shape, torch.zeros_like(guess.expression)) - neutral
            squares = error.square().sum(2, keepdim=True) + 0.5 * still.square().sum(2, keepdim=True)
            total = total + (weight * squares).mean() * MM**2
            total = total + SHAPE_WEIGHT * (guess.shape - people.shape).square().sum(1).mean()
            total = total + EXPRESSION_WEIGHT * (guess.expression - people.expression).square().sum(1).mean()
        return total / len(mage.stages)

    _run("cascade", mage.stages, o.steps, o.learning_rate, o, checkpoint, report).train(loss)


def _attempt(
    mage: Mage, head: HeadAtMarks, casting: Casting, o: TrainMageOptions, step: int
) -> tuple[People, Floats, list[Guess]]:
    """People, where their vertices are in their samples' frames, and what the cascade makes of them, stage by stage."""
    rng = np.random.default_rng([o.seed, 1, step])
    people = casting(o.batch // SHOWN, int(o.samples * 2 ** rng.uniform(-1, 1)), _seed(o, 1, step)).repeated(SHOWN)
    true, guess, turned = _start(people, rng)
    inputs = [Samples(*pair) for pair in turned]
    truth = true.place(torch.from_numpy(people.posed).float()).numpy()
    guess = _mistaken(guess, torch.Generator().manual_seed(_seed(o, 1, step)))
    guesses = []
    for stage in mage.stages:
        assert isinstance(stage, CodeNet)
        guess = corrected(guess.detach(), stage, seen(guess, inputs, head))
        guesses.append(guess)
    return people, truth, guesses


def _start(people: People, rng: np.random.Generator) -> tuple[Guess, Guess, list[tuple[Floats, Floats]]]:
    """The true poses; those of the mean head; and the samples in frames of their own, a little off the canonical."""
    count = len(people.scans)
    turn = Rotation.from_rotvec(rng.normal(0, 0.1, (count, 3))).as_matrix()
    shift = rng.normal(0, 0.01, (count, 3))
    moved = [(s.points @ turn[k].T + shift[k], s.normals @ turn[k].T) for k, s in enumerate(people.scans)]
    own = [Similarity(1.0, turn[k], shift[k]) for k in range(count)]
    mean = [frame.after(placed) for frame, placed in zip(own, people.placed, strict=True)]
    return _guess(own, people), _guess(mean, people), moved


def _guess(placed: Sequence[Similarity], people: People) -> Guess:
    scale, rotation, shift = (
        torch.from_numpy(np.stack([getattr(p, name) for p in placed])).float()
        for name in ("scale", "rotation", "translation")
    )
    return Guess(scale, rotation, shift, torch.zeros_like(people.shape), torch.zeros_like(people.expression))


def _mistaken(guess: Guess, generator: torch.Generator) -> Guess:
    """The errors of an alignment: some degrees, millimetres and per cent."""
    spread = torch.tensor([0.09] * 3 + [0.007] * 3 + [0.05])
    wide = 0.3 + torch.rand(len(guess.scale), 1, generator=generator)
    return moved_by(guess, wide * spread * torch.randn(len(guess.scale), 7, generator=generator))


def _marks(fields: HeadFields, count: int) -> Ints:
    """Skin vertices at which the cascade looks: two thirds on the front of the face."""
    outside = fields.trust > 0
    front, rest = np.flatnonzero(fields.front & outside), np.flatnonzero(~fields.front & outside)
    return np.concatenate([
        front[_spread(fields.mean[front], count - count // 3)],
        rest[_spread(fields.mean[rest], count // 3)],
    ])  # fmt: skip


def _spread(points: Floats, count: int) -> Ints:
    """Farthest-point choice of ``count`` points."""
    chosen, away = [0], np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < count:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)


def _seed(o: TrainMageOptions, part: int, step: int) -> int:
    """Seeds of training heads; those of heads that are measured on lie elsewhere (``bench.options.UNSEEN``)."""
    return o.seed * 10_000_019 + (1 + part) * 2_000_000 + step


def checkpoints(checkpoint: Path) -> list[Path]:
    """Where the parts of a training keep their states."""
    return [_part(checkpoint, name) for name in ("points", "cascade")]


def _part(checkpoint: Path, name: str) -> Path:
    return checkpoint.with_suffix(f".{name}{checkpoint.suffix}")


def _run(
    stage: str, module: torch.nn.Module, steps: int, rate: float, o: TrainMageOptions,
    checkpoint: Path | None, report: Report, squared: bool = True,
) -> TrainingRun:  # fmt: skip
    path = checkpoint and _part(checkpoint, stage)
    return TrainingRun(f"train mage: {stage}", module, steps, rate, asdict(o), path, report, squared)
