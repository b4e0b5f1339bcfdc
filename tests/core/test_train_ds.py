"""What would break: training that does not learn, does not resume, or does not repeat."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from core.conftest import OPTIONS, SIZES

from lego_cli.core import training_run
from lego_cli.core.ds.basis_targets import BasisTargets, basis_targets, principal_modes, solution, vertex_weights
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.ds.template_points import SurfaceSampler, SurfaceSamples, sparse_expressions, unbroken_triangles
from lego_cli.core.ds.template_space import part_boxes
from lego_cli.core.ds.train_ds import _solve_mixing, train_ds
from lego_cli.errors import LegoError

pytestmark = pytest.mark.slow


def test_the_same_seed_gives_the_same_network_and_stopping_in_the_middle_changes_nothing(
    head, small_net, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_run, "CHECKPOINT_EVERY", 20)
    checkpoint = tmp_path / "ds.checkpoint"

    def stop(stage: str, done: int, total: int, **figures: float) -> None:
        if done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_ds(head, OPTIONS, checkpoint, stop, SIZES)
    resumed = train_ds(head, OPTIONS, checkpoint, sizes=SIZES)
    for name, value in small_net.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_checkpoint_of_other_options_is_refused(head, tmp_path):
    checkpoint = tmp_path / "ds.checkpoint"
    train_ds(head, replace(OPTIONS, steps=2), checkpoint, sizes=SIZES)
    with pytest.raises(LegoError, match="other options"):
        train_ds(head, replace(OPTIONS, steps=3), checkpoint, sizes=SIZES)


@pytest.mark.parametrize("network", ["basis", "hypernet"])
def test_training_lowers_the_error(head, network):
    seen = []
    options = replace(OPTIONS, network=network, steps=250, heads=4)
    train_ds(head, options, report=lambda stage, done, total, **f: seen.append(f["rms_mm"]), sizes=SIZES)
    assert np.mean(seen[-10:]) < 0.75 * seen[0]


def test_what_the_trunk_can_say_is_said_exactly(head, small_net):
    """The last, closed-form step: fields that are mixtures of basis functions come back as these mixtures."""
    template, weight = torch.from_numpy(np.asarray(head.template, np.float32)), vertex_weights(head)
    net, generator = BasisNet(small_net.boxes, SIZES), torch.Generator().manual_seed(0)
    net.trunk.load_state_dict(small_net.trunk.state_dict())
    phi = net.features(template).detach()
    count = 1 + SIZES.shape + SIZES.terms
    fields = (phi @ torch.randn(phi.shape[1], 3 * count, generator=generator)).view(len(phi), 3, count)
    facts = BasisTargets(fields, small_net.term_action, small_net.term_weight)
    every = torch.arange(len(phi))[:, None].expand(-1, 3)
    places = SurfaceSamples(every, torch.tensor([1.0, 0, 0]).expand(len(phi), -1))
    with torch.no_grad():
        _solve_mixing(net, SimpleNamespace(facts=facts, weight=weight, template=template), places)
    mixed = torch.einsum("vf,mcf->vcm", phi, net.mixing.view(count, 3, -1))
    assert (mixed - fields).square().mean().sqrt() < 0.01 * fields.square().mean().sqrt()


def test_an_unknown_network_is_refused(head):
    with pytest.raises(LegoError, match="no network"):
        train_ds(head, replace(OPTIONS, network="mlp"), sizes=SIZES)


def test_too_few_people_are_refused(head):
    with pytest.raises(LegoError, match="nothing to train on"):
        train_ds(head, replace(OPTIONS, people=SIZES.shape), sizes=SIZES)


def test_targets_reproduce_the_head_model(head):
    """With modes enough, mean + modes + terms is the head model itself: neutral and actions."""
    boxes = part_boxes(head, head.template_offsets)
    template = boxes.place(torch.from_numpy(np.asarray(head.template, np.float32))).numpy()
    facts = basis_targets(head, template, 20, 52 * 21, 21, 0)
    weight = vertex_weights(head)
    neutral = torch.from_numpy(head.neutral(head.sample(5, "adult", 0)).astype(np.float32))
    mean, modes = torch.from_numpy(template) + facts.fields[..., 0], facts.fields[..., 1:21]
    codes = (neutral - mean).flatten(1) @ solution(modes, weight)
    again = mean + torch.einsum("vck,bk->bvc", modes, codes)
    assert (again - neutral).norm(dim=2).max() < 5e-5, "the first heads were among the 21 behind the modes"
    affine = torch.cat([torch.ones(1), codes[0]])
    found = torch.zeros(52, *mean.shape).index_add(
        0, facts.action, (facts.fields[..., 21:] * (facts.weight @ affine)).permute(2, 0, 1)
    )
    truth = torch.from_numpy(head.actions(neutral[0].numpy()).astype(np.float32))
    error = (found - truth).norm(dim=2)
    assert error.mean() < 2e-5
    assert error.max() < 2e-3, "lids are only nearly linear in the head"


def test_the_face_counts_most_and_the_inside_least(head):
    """DS spends its accuracy where people look."""
    weight = vertex_weights(head).numpy()
    nose, cheek = head.landmarks["nose_tip"][0], head.landmarks["ibug68"][2]
    skin = np.asarray(head.parts["skin"])
    behind = skin[np.asarray(head.vertices)[skin, 2].argmin()]
    assert weight[nose] > 1.5 * weight[behind] > 2 * weight[head.parts["teeth_lower"]].max()
    assert weight[nose] >= weight[cheek] >= weight[behind]
    assert weight.mean() == pytest.approx(1)


def test_principal_modes_are_standard_deviations():
    generator = torch.Generator().manual_seed(0)
    heads = torch.randn(400, 30, 3, generator=generator) * torch.linspace(1, 3, 30)[:, None]
    weight = torch.ones(30)
    mean, modes = principal_modes(heads, weight, 90)
    codes = (heads - mean).flatten(1) @ solution(modes, weight)
    torch.testing.assert_close(codes.var(0), torch.ones(90), atol=1e-3, rtol=1e-3)


def test_places_never_stretch_between_parts_moved_apart(head):
    template = np.asarray(head.template)[unbroken_triangles(head)]
    longest = np.linalg.norm(template - np.roll(template, 1, axis=1), axis=2).max()
    assert longest < 0.06, "metres; a triangle across two boxes would be several times longer"
    places = SurfaceSampler(head).with_vertices(500, 0)
    assert torch.allclose(places.weights.sum(1), torch.ones(len(places.weights)), atol=1e-6)
    boxes = part_boxes(head, head.template_offsets)
    placed = boxes.place(torch.from_numpy(np.asarray(head.template, np.float32)))
    assert (placed - torch.from_numpy(np.asarray(head.vertices, np.float32))).norm(dim=1).max() < 0.02


def test_expressions_are_sparse_and_repeatable():
    codes = sparse_expressions(400, 5)
    assert torch.equal(codes, sparse_expressions(400, 5))
    assert codes.min() >= 0
    assert codes.max() <= 1
    assert 1 < (codes > 0).sum(1).float().mean() < 9
