"""Training of the style prior on random authored styles; reads top to bottom, seeded and resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import Report, silent
from lego_cli.core.avatar import rest_displacement
from lego_cli.core.checkpoint import read_checkpoint
from lego_cli.core.ds.basis_targets import vertex_weights
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.ds.template_points import SurfaceSampler
from lego_cli.core.dt.style_field import fit_style_field
from lego_cli.core.dt.style_prior import PriorSizes, StylePrior
from lego_cli.core.training_options import FieldOptions, TrainPriorOptions
from lego_cli.core.training_run import TrainingRun
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write
from lego_cli.nn import spread

if TYPE_CHECKING:
    from lego_cli.api import StyleFamily
    from lego_cli.core.stylist import Stylist

BATCH = 96  # styles
DROPOUT, DECAY = 0.2, 0.3
FEWEST = 80  # styles
FOR_MODES = 3000  # displacements that the modes are found from
FADING = 8  # modes after which the trunk cares half as much
TRUNK_SAMPLES = 40_000  # surface points beside the vertices
LESSONS_PER_FILE = 50  # styles between two checkpoints


@dataclass(frozen=True)
class Lessons:
    """``S`` styles, each on its exemplar and on ``N`` other people; displacements in the mean head's frames."""

    delta: Tensor  # (S, V, 3) half floats, metres: the exemplar's
    change: Tensor  # (S, N, V, 3) half floats: of each person's displacement against the exemplar's
    shape: Tensor  # (S, K) codes of the exemplars
    others: Tensor  # (S, N, K) codes of the people


def train_style_prior(
    stylist: Stylist,
    family: StyleFamily,
    options: TrainPriorOptions | None = None,
    checkpoint: Path | None = None,
    report: Report = silent,
) -> StylePrior:
    """Apply random styles to random people, then learn to tell the second person's displacement from the first's.

    Raises LegoError (exit code 2) for numbers that leave nothing to train on.
    """
    o = options or TrainPriorOptions()
    if o.styles < FEWEST or o.people < 2:
        raise LegoError("too little to learn from", f"give --styles {FEWEST} and --people 2 or more", ExitCode.USAGE)
    lessons = learn_from(stylist, family, o, checkpoint, report)
    torch.manual_seed(o.seed)
    sizes = PriorSizes(vertices=len(stylist.head.vertices), shape=stylist.net.shape_size)
    prior = StylePrior(sizes, DROPOUT)
    root = (vertex_weights(stylist.head) / vertex_weights(stylist.head).sum()).sqrt()
    wanted = _find_modes(prior, lessons, root)
    _find_reading(prior, lessons, root, stylist)
    _train(prior, lessons, wanted, o, report)
    _train_trunk(prior, lessons, root, stylist, o, report)
    return prior.cpu().eval().requires_grad_(False)


def learn_from(
    stylist: Stylist, family: StyleFamily, o: TrainPriorOptions, checkpoint: Path | None, report: Report
) -> Lessons:
    """The styles applied, from the checkpoint as far as it goes, by as many processes as wanted."""
    done = _read(checkpoint, o)
    with _workers(stylist, family, o) as lessons:
        for lesson in lessons(range(len(done), o.styles)):
            done.append(lesson)
            report("apply styles", len(done), o.styles)
            if checkpoint and (len(done) % LESSONS_PER_FILE == 0 or len(done) == o.styles):
                with atomic_write(checkpoint) as temporary:
                    torch.save({"options": _made_with(o), "lessons": done}, temporary)
    return Lessons(*(torch.stack(part) for part in zip(*done, strict=True)))


@contextmanager
def _workers(
    stylist: Stylist, family: StyleFamily, o: TrainPriorOptions
) -> Iterator[Callable[[Iterable[int]], Iterator[tuple[Tensor, ...]]]]:
    """What maps seeds to lessons in order: here, or in processes that hold a copy of the head model."""
    if o.workers < 2:
        yield partial(map, partial(_lesson, stylist, family, o))
        return
    tools = (stylist, family, o)
    with ProcessPoolExecutor(o.workers, get_context("spawn"), initializer=_equip, initargs=tools) as pool:
        yield partial(pool.map, _own_lesson, chunksize=4)


_TOOLS: list[Any] = []


def _equip(*tools: Any) -> None:
    torch.set_num_threads(1)
    _TOOLS[:] = tools


def _own_lesson(seed: int) -> tuple[Tensor, ...]:
    stylist, family, options = _TOOLS
    return _lesson(stylist, family, options, seed)


def _made_with(o: TrainPriorOptions) -> dict[str, int]:
    return {"people": o.people, "seed": o.seed}


def _read(checkpoint: Path | None, o: TrainPriorOptions) -> list[tuple[Tensor, ...]]:
    if checkpoint is None or not checkpoint.exists():
        return []
    lessons = read_checkpoint(checkpoint, _made_with(o)).get("lessons")
    if not isinstance(lessons, list) or not all(_is_lesson(lesson, o.people) for lesson in lessons):
        raise LegoError(f"{checkpoint} holds no lessons", "delete it to train from the start")
    return lessons[: o.styles]


def _is_lesson(lesson: Any, people: int) -> bool:
    """Whether it is what :func:`_lesson` gives."""
    if not isinstance(lesson, tuple) or not all(isinstance(part, Tensor) for part in lesson) or len(lesson) != 4:
        return False
    fields, changes, code, codes = (part.shape for part in lesson)
    return changes == (people, *fields) and codes == (people, *code) and len(fields) == 2 and len(code) == 1


def _lesson(stylist: Stylist, family: StyleFamily, o: TrainPriorOptions, seed: int) -> tuple[Tensor, ...]:
    """One style on its exemplar and on other people, half of them adults and half of the wide population."""
    head, recipe = stylist.head, family.draw(1_000_003 * o.seed + seed)
    adults, first = o.people // 2, 1_000_003 * o.seed + 2 * seed
    drawn = [head.sample(adults, "adult", first + 1), head.sample(o.people - adults, "wide", first + 2)]
    people = np.concatenate([recipe.exemplar(head)[None], head.neutral(np.concatenate(drawn))]).astype(np.float64)
    moved = np.stack([rest_displacement(stylist, p, np.asarray(recipe.apply(head, p), np.float64)) for p in people])
    codes = torch.from_numpy(_solver(stylist)(people)).float()
    fields = torch.from_numpy(moved).float()
    return fields[0].half(), (fields[1:] - fields[0]).half(), codes[0], codes[1:]


@lru_cache(maxsize=2)
def _solver(stylist: Stylist) -> ShapeSolver:
    assert isinstance(stylist.net, BasisNet)
    return ShapeSolver(stylist.head, stylist.net)


def _find_modes(prior: StylePrior, lessons: Lessons, root: Tensor) -> Tensor:
    """Principal modes of the changes; returns each change along them, ``(S, N, R)`` mm, root mean square over a head.

    Modes are kept so that a unit is a millimetre in this sense.
    """
    rows = lessons.change.flatten(0, 1)
    pick = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:FOR_MODES]
    _, _, axes = torch.linalg.svd((1000 * rows[pick].float() * root[:, None]).flatten(1), full_matrices=False)
    axes = axes[: prior.sizes.modes].view(-1, len(root), 3)
    prior.modes.copy_(axes / root[:, None] / 1000)
    along = [torch.einsum("nvc,rvc->nr", 1000 * part.float() * root[:, None], axes) for part in rows.split(500)]
    return torch.cat(along).view(*lessons.change.shape[:2], -1)


def _find_reading(prior: StylePrior, lessons: Lessons, root: Tensor, stylist: Stylist) -> None:
    """Principal components of the exemplars' displacements at marks all over the skin, each of unit variance."""
    skin = stylist.skin[spread(np.asarray(stylist.head.vertices, np.float64)[stylist.skin], 0.004)]
    count = min(prior.sizes.marks, len(skin))
    marks = torch.from_numpy(skin[:count])  # farthest points first
    prior.marks.copy_(marks)
    seen = lessons.delta[:, marks].float()
    prior.usual.copy_(seen.mean(0))
    weighted = ((seen - prior.usual) * root[marks, None]).flatten(1)
    _, size, axes = torch.linalg.svd(weighted, full_matrices=False)
    spread_ = size[: prior.sizes.summary, None] / (len(seen) - 1) ** 0.5
    reading = (axes[: prior.sizes.summary] / spread_).view(-1, count, 3) * root[marks, None]
    prior.reading.copy_(reading)
    prior.gauge.copy_(torch.linalg.pinv(prior.modes[:, marks].flatten(1).T).view_as(prior.gauge))


def _train(prior: StylePrior, lessons: Lessons, wanted: Tensor, o: TrainPriorOptions, report: Report) -> None:
    """Mean squared error of the changes along the modes, mm²; batches drawn on the CPU, the same on any device."""
    wanted, shape = wanted.to(o.device), lessons.shape.to(o.device)
    apart = lessons.others.to(o.device) - shape[:, None]
    read = prior.read(lessons.delta.float()).to(o.device)
    prior.to(o.device)

    def loss(step: int) -> Tensor:
        torch.manual_seed(o.seed * 1_000_003 + step)
        pick = torch.randint(len(read), (min(BATCH, len(read)),))
        answers = prior.answers(read[pick], shape[pick])
        found = torch.einsum("brq,bnq->bnr", answers, apart[pick] @ prior.looks.T)
        return (found - wanted[pick]).square().sum(2).mean()

    prior.train()
    run = TrainingRun("train prior", prior, o.steps, o.learning_rate, asdict(o), None, report, decay=DECAY)
    run.train(loss)


def _train_trunk(
    prior: StylePrior, lessons: Lessons, root: Tensor, stylist: Stylist, o: TrainPriorOptions, report: Report
) -> None:
    """A field of the strongest displacements of styles and of the modes that answer: what a new style starts from."""
    rows = 1000 * lessons.delta.float() * root[:, None]
    _, vectors = torch.linalg.eigh((rows.flatten(1) @ rows.flatten(1).T).double())
    share = vectors.flip(1)[:, : prior.sizes.summary].float() / len(rows) ** 0.5
    styles = torch.einsum("svc,sm->vmc", lessons.delta.float(), share)
    fading = 1 / (1 + torch.arange(prior.sizes.modes) / FADING)
    answers = (prior.modes.cpu() * fading[:, None, None]).transpose(0, 1)
    places = SurfaceSampler(stylist.head).with_vertices(TRUNK_SAMPLES, o.seed)
    fields = places.carry(torch.cat([styles.mean(1, keepdim=True), styles, answers], dim=1))
    weight = places.carry(vertex_weights(stylist.head))
    sizes = FieldOptions(o.trunk_steps, 2048, TRUNK_SAMPLES, prior.sizes.width, prior.sizes.layers, seed=o.seed)
    points, fields, weight = (x.to(o.device) for x in (places.carry(stylist.points), fields, weight))
    trained = fit_style_field(points, fields, weight, sizes, report)
    for own, known in zip(prior.trunk.linears[:-1], trained.net.linears[:-1], strict=True):
        own.load_state_dict(known.state_dict())
