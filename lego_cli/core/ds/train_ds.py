"""Training of DS on a head model: reads top to bottom; resumable and seeded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from lego_cli.api import Report, silent
from lego_cli.core.ds.basis_targets import BasisTargets, basis_targets, vertex_weights
from lego_cli.core.ds.surface_net import BasisNet, BasisSizes, HyperNet, HyperSizes
from lego_cli.core.ds.template_points import SurfaceSampler, SurfaceSamples, sparse_expressions
from lego_cli.core.ds.template_space import part_boxes
from lego_cli.core.training_options import TrainDsOptions
from lego_cli.core.training_run import TrainingRun
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import HeadModel


@dataclass(frozen=True)
class _Domain:
    """The head model's template, and the fields on it. Every step sees new places, so that DS is true between
    vertices too, not at vertices alone."""

    sampler: SurfaceSampler
    template: Tensor  # (V, 3)
    weight: Tensor  # (V,)
    facts: BasisTargets

    def draw(self, o: TrainDsOptions, step: int) -> tuple[SurfaceSamples, torch.Generator]:
        """This step's places, and a generator for whatever else the step draws."""
        generator = torch.Generator().manual_seed(o.seed * 1_000_003 + step)
        return self.sampler.draw(o.batch, generator), generator


def train_ds(
    head: HeadModel,
    options: TrainDsOptions | None = None,
    checkpoint: Path | None = None,
    report: Report = silent,
    sizes: BasisSizes | None = None,
) -> BasisNet | HyperNet:
    """Train a surface network on ``head``; goes on from ``checkpoint`` when there is one, and keeps it up to date."""
    o, sizes = options or TrainDsOptions(), sizes or BasisSizes()
    if o.network not in ("basis", "hypernet"):
        raise LegoError(f"no network called '{o.network}'", "choose basis or hypernet", ExitCode.USAGE)
    if o.people <= sizes.shape or o.steps < 1 or o.batch < 1:
        hint = f"give more than {sizes.shape} people, and at least one step and one point"
        raise LegoError("these numbers leave nothing to train on", hint, ExitCode.USAGE)
    torch.manual_seed(o.seed)
    template = torch.from_numpy(np.asarray(head.template, np.float32))
    boxes = part_boxes(head, head.template_offsets)
    facts = basis_targets(head, boxes.place(template).numpy(), sizes.shape, sizes.terms, o.people, o.seed)
    domain = _Domain(SurfaceSampler(head), template, vertex_weights(head), facts)
    net: BasisNet | HyperNet
    if o.network == "basis":
        net = BasisNet(boxes, sizes)
        _train_basis(net, domain, o, checkpoint, report)
    else:
        net = HyperNet(boxes, HyperSizes(shape=sizes.shape))
        _train_hypernet(net, domain, o, checkpoint, report)
    return net.eval().requires_grad_(False)


def _train_basis(net: BasisNet, domain: _Domain, o: TrainDsOptions, checkpoint: Path | None, report: Report) -> None:
    """Train the trunk on the strongest spatial functions of all fields together, then solve the mixing exactly."""
    fields = domain.facts.fields.flatten(1)
    gram = torch.einsum("vm,vn->mn", fields * domain.weight[:, None], fields)
    _, vectors = torch.linalg.eigh(gram.double())
    spatial = fields @ vectors.flip(1)[:, : o.fields].float() * 1000  # (V, fields), millimetres
    readout = nn.Linear(net.sizes.features, o.fields)
    nn.init.zeros_(readout.weight)

    def loss(step: int) -> Tensor:
        places, _ = domain.draw(o, step)
        found = readout(net.features(places.carry(domain.template))[:, :-1])
        error = (found - places.carry(spatial)).square().sum(1)
        return (error * places.carry(domain.weight)).mean()

    module = nn.ModuleList([net.trunk, readout])
    TrainingRun("train ds", module, o.steps, o.learning_rate, asdict(o), checkpoint, report).train(loss)
    with torch.no_grad():
        _solve_mixing(net, domain, domain.sampler.with_vertices(o.samples, o.seed))


def _solve_mixing(net: BasisNet, domain: _Domain, places: SurfaceSamples) -> None:
    """Weighted ridge regression from basis functions to all fields, in closed form."""
    facts = domain.facts
    count = facts.fields.shape[2]
    root = places.carry(domain.weight).double().sqrt()[:, None]
    features = net.features(places.carry(domain.template)).double() * root
    targets = places.carry(facts.fields.flatten(1)).double() * root
    gram = features.T @ features
    ridge = 1e-7 * gram.diagonal().mean() * torch.eye(len(gram), dtype=torch.float64)
    solved = torch.linalg.solve(gram + ridge, features.T @ targets)
    net.mixing.copy_(solved.reshape(-1, 3, count).permute(2, 1, 0).reshape(count, -1))
    net.term_action.copy_(facts.action)
    net.term_weight.copy_(facts.weight)


def _train_hypernet(net: HyperNet, domain: _Domain, o: TrainDsOptions, checkpoint: Path | None, report: Report) -> None:
    """LeGO's way: random codes, random template points, squared vertex error."""
    facts = domain.facts
    codes = BasisNet(net.boxes, BasisSizes(shape=net.sizes.shape, terms=len(facts.action)))
    codes.term_action.copy_(facts.action)
    codes.term_weight.copy_(facts.weight)

    def loss(step: int) -> Tensor:
        places, generator = domain.draw(o, step)
        shape = torch.randn(o.heads, net.shape_size, generator=generator)
        expression = sparse_expressions(o.heads, o.seed * 1_000_003 + step)
        prepared = net.prepare(places.carry(domain.template))
        fields = places.carry(facts.fields)
        wanted = prepared.placed + torch.einsum("pcm,bm->bpc", fields, codes.coefficients(shape, expression))
        found = net.decode(prepared, shape, expression)
        return ((found - wanted).mul(1000).square().sum(2) * places.carry(domain.weight)).mean()

    TrainingRun("train ds", net, o.steps, o.learning_rate / 10, asdict(o), checkpoint, report).train(loss)
