"""One-shot fine-tuning: from an exemplar to a style that suits everybody (LeGO, section 3.3; reads top to bottom)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import Report, StyleLoss, silent
from lego_cli.core.avatar import EYES, rest_displacement
from lego_cli.core.ds.basis_targets import vertex_weights
from lego_cli.core.ds.template_points import SurfaceSampler
from lego_cli.core.dt.crowd import Crowd
from lego_cli.core.dt.dt import DT
from lego_cli.core.dt.style_field import fit_style_field
from lego_cli.core.dt.style_file import Style
from lego_cli.core.dt.style_prior import StylePrior, audible
from lego_cli.core.dt.tuning import Tuning
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.core.training_run import TrainingRun

if TYPE_CHECKING:
    from lego_cli.core.dt.exemplar import Exemplar
    from lego_cli.core.dt.view_embeddings import ViewEmbeddings
    from lego_cli.core.stylist import Stylist

SOUND = 12  # rounds of spreading what an exemplar moves, before the quiet places are found


@dataclass(frozen=True)
class Tuned:
    """A style, and how its losses went."""

    style: Style
    before: dict[str, float]  # of each loss, at delta transfer with the prior's answers
    after: dict[str, float]
    kept: bool  # False: fine-tuning made the total worse on people not learned from, and was undone


def finetune_dt(
    stylist: Stylist,
    exemplar: Exemplar,
    prior: StylePrior,
    losses: Mapping[str, tuple[StyleLoss, float]],
    views: ViewEmbeddings | None,
    name: str,
    *,
    licence: str = "yours",
    summary: str = "",
    options: FinetuneOptions | None = None,
    checkpoint: Path | None = None,
    report: Report = silent,
) -> Tuned:
    """Delta transfer, then the answers of the style prior, then the losses; never worse than where it started.

    ``losses`` are named losses with their weights; ``views`` may be None when none of them looks at pictures.
    """
    o = options or FinetuneOptions()
    torch.manual_seed(o.seed)
    dt = starting_dt(stylist, exemplar, prior, o.prior if exemplar.paired else 0.0)
    before, after, kept = {}, {}, True
    if o.steps and losses:
        run = OwnTuning(stylist, exemplar, dt, losses, views, o)
        start = {k: v.clone() for k, v in dt.state_dict().items()}
        before = run.figures()
        same = asdict(o) | {"exemplar": hashlib.sha256(dt.delta.numpy().tobytes()).hexdigest()}
        TrainingRun("fine-tune", dt, o.steps, o.learning_rate, same, checkpoint, report, squared=False).train(run.loss)
        after = run.figures()
        kept = run.total(after) <= run.total(before)
        if not kept:
            dt.load_state_dict(start)
    return Tuned(_distilled(stylist, dt, prior, name, licence, summary, o, report), before, after, kept)


def starting_dt(stylist: Stylist, exemplar: Exemplar, prior: StylePrior, trust: float) -> DT:
    """Delta transfer with ``trust`` times the answers that the prior reads off the exemplar."""
    head = stylist.head
    delta = torch.from_numpy(rest_displacement(stylist, exemplar.identity, exemplar.styled).astype(np.float32))
    shape = torch.from_numpy(np.asarray(exemplar.shape, np.float32))
    eyes = [torch.from_numpy(np.asarray(head.parts[eye])) for eye in EYES]
    dt = DT(delta, shape, prior, eyes)
    with torch.no_grad():
        dt.modes *= audible(delta, _surroundings(stylist))[:, None]
        dt.shares.add_(trust * prior.shares(prior.read(delta[None]), shape[None])[0])
    return dt


def _surroundings(stylist: Stylist) -> Callable[[Tensor], Tensor]:
    """Spreads values ``(V,)`` over the skin; what lies inside the head hears the loudest of it."""
    neighbours = head_fields(stylist).neighbours

    def spread(values: Tensor) -> Tensor:
        skin = values.numpy()[stylist.skin].astype(np.float64)
        for _ in range(SOUND):
            skin = np.maximum(skin, neighbours @ skin)
        for _ in range(SOUND):
            skin = neighbours @ skin
        result = np.full(len(values), skin.max())
        result[stylist.skin] = skin
        return torch.from_numpy(result.astype(np.float32))

    return spread


class OwnTuning(Tuning[DT]):
    """The losses of our own DT."""

    @cached_property
    def anchor(self) -> Tensor:
        """The prior's shares, once :meth:`held` has been asked for the first time."""
        return self.dt.shares.detach().clone()

    def neutral(self, people: Crowd) -> Tensor:
        """See :class:`Tuning`."""
        return self.dt(people.neutral, people.turns, people.shape)

    def exemplar(self) -> Tensor:
        """See :class:`Tuning`."""
        return self.dt(self.source[None], self.turns, self.dt.shape[None])

    def held(self) -> Tensor:
        """Squared distance from the prior's shares, and of the exemplar's displacement from its own."""
        far = (self.dt.shares - self.anchor).square().sum() + self.dt.nudge.square().sum()
        return self.options.anchor * far


def _distilled(
    stylist: Stylist, dt: DT, prior: StylePrior, name: str, licence: str, summary: str, o: FinetuneOptions,
    report: Report,
) -> Style:  # fmt: skip
    """DT as a style file: its fields and directions kept by one small network over template points."""
    fields, directions = dt.fields()
    places = SurfaceSampler(stylist.head).with_vertices(o.samples, o.seed)
    weight = places.carry(vertex_weights(stylist.head))
    field = fit_style_field(places.carry(stylist.points), places.carry(fields), weight, o, report, prior.trunk)
    return Style(name, licence, summary, dt.shape.clone(), field, directions)
