"""DT and its prior: delta transfer to begin with, the exemplar untouched by answers, quiet places left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lego_cli.assets import style_prior
from lego_cli.core.avatar import rest_displacement, turned
from lego_cli.core.dt.crowd import draw_crowd
from lego_cli.core.dt.dt import DT, similar
from lego_cli.core.dt.exemplar import exemplar_of_heads
from lego_cli.core.dt.finetune_dt import OwnTuning, finetune_dt, starting_dt
from lego_cli.core.dt.style_prior import StylePrior, load_style_prior, save_style_prior
from lego_cli.core.stylist import Code
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.errors import LegoError
from lego_styles.hooks import source


@pytest.fixture(scope="module")
def exemplar(stylist):
    """A small nose alone: most of the head is left as it is."""
    head = stylist.head
    person = np.asarray(head.neutral(head.sample(1, "adult", 900_201))[0], np.float64)
    tip = person[head.landmarks["ibug68"][30]]
    near = np.exp(-(((person - tip) / 0.015) ** 2).sum(1, keepdims=True))
    return exemplar_of_heads(person, person + near * [0, 0.002, -0.006], stylist)


@pytest.fixture(scope="module")
def crowd(stylist):
    return draw_crowd(stylist, 3, 900_211)


def test_without_trust_dt_is_delta_transfer(stylist, exemplar, crowd):
    dt = starting_dt(stylist, exemplar, style_prior(), 0.0)
    found = dt(crowd.neutral, crowd.turns, crowd.shape).detach().numpy()
    delta = rest_displacement(stylist, exemplar.identity, exemplar.styled)
    for head, turns, styled in zip(crowd.neutral.numpy(), crowd.turns.numpy(), found, strict=True):
        asked = (head + turned(turns, delta))[stylist.skin]
        assert np.abs(styled[stylist.skin] - asked).max() < 1e-5


def test_answers_change_others_but_not_the_exemplar(stylist, exemplar, crowd):
    plain, trusting = (starting_dt(stylist, exemplar, style_prior(), t) for t in (0.0, 1.0))
    own = torch.from_numpy(exemplar.shape.astype(np.float32))[None]
    torch.testing.assert_close(trusting.displacement(own), plain.displacement(own), atol=1e-7, rtol=0)
    assert (trusting.displacement(crowd.shape) - plain.displacement(crowd.shape)).abs().max() > 2e-4


def test_where_the_exemplar_changes_nothing_nobody_is_changed(stylist, exemplar, crowd):
    dt = starting_dt(stylist, exemplar, style_prior(), 1.0)
    crown = stylist.head.landmarks["crown"]
    assert dt.displacement(crowd.shape)[:, np.atleast_1d(crown)].abs().max() < 2e-5


def test_eyeballs_stay_balls():
    ball = torch.nn.functional.normalize(torch.randn(1, 40, 3), dim=2)
    pulled = ball * torch.tensor([1.3, 1.1, 1.2]) + torch.tensor([0.1, 0.0, 0.2])
    found = similar(ball, pulled) - pulled.mean(1, keepdim=True)
    arms = ball - ball.mean(1, keepdim=True)
    torch.testing.assert_close(found / arms, (found / arms)[:, :1, :1].expand_as(found), atol=1e-4, rtol=1e-4)
    assert 1.1 < float((found / arms)[0, 0, 0].detach()) < 1.3


def test_what_a_style_file_keeps_is_dt(stylist, exemplar, crowd):
    dt = starting_dt(stylist, exemplar, style_prior(), 1.0)
    fields, directions = dt.fields()
    share = torch.cat([torch.ones(len(crowd), 1), (crowd.shape - dt.shape) @ directions.T], dim=1)
    kept = torch.einsum("vrc,br->bvc", fields, share)
    asked = dt.displacement(crowd.shape).detach()
    assert (kept - asked).norm(dim=2).mean() < 3e-5  # metres


def test_the_prior_brings_a_style_nearer_to_its_truth_on_the_unseen(stylist, head):
    """Pixar is in no training of the prior; its recipe is the truth."""
    recipe = source("pixar").recipe
    person = np.asarray(recipe.exemplar(head), np.float64)
    exemplar = exemplar_of_heads(person, np.asarray(recipe.apply(head, person), np.float64), stylist)
    crowd = draw_crowd(stylist, 6, 900_301)
    truth = np.stack([recipe.apply(head, p) for p in crowd.neutral.numpy()])
    errors = []
    for trust in (0.0, 1.0):
        dt = starting_dt(stylist, exemplar, style_prior(), trust)
        found = dt(crowd.neutral, crowd.turns, crowd.shape).detach().numpy()
        errors.append(np.linalg.norm((found - truth)[:, stylist.skin], axis=2).mean())
    assert errors[1] < 0.8 * errors[0]


def test_fine_tuning_lowers_what_it_minimises_and_is_the_same_each_time(stylist, exemplar):
    class Smooth:
        name, weight, pictures = "smooth", 1.0, False

        def __call__(self, batch):
            return 1e4 * (batch.styled - batch.people).square().mean()

    losses = {"smooth": (Smooth(), 1.0)}
    options = FinetuneOptions(steps=6, field_steps=5, samples=500, learning_rate=0.05, anchor=0.0)
    runs = [finetune_dt(stylist, exemplar, style_prior(), losses, None, "x", options=options) for _ in range(2)]
    assert runs[0].after["smooth"] < runs[0].before["smooth"]
    assert runs[0].kept
    for a, b in zip(runs[0].style.field.parameters(), runs[1].style.field.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_tuning_that_makes_it_worse_is_undone(stylist, exemplar):
    class Liar:
        """Its gradient points the wrong way."""

        name, weight, pictures = "liar", 1.0, False

        def __call__(self, batch):
            size = 1e4 * (batch.styled - batch.people).square().mean()
            return 2 * size.detach() - size

    options = FinetuneOptions(steps=4, field_steps=5, samples=500, learning_rate=0.2, anchor=0.0)
    tuned = finetune_dt(stylist, exemplar, style_prior(), {"liar": (Liar(), 1.0)}, None, "x", options=options)
    assert not tuned.kept
    start = starting_dt(stylist, exemplar, style_prior(), 1.0)
    torch.testing.assert_close(tuned.style.directions, start.fields()[1])


@pytest.mark.slow
def test_a_guessed_person_says_nothing_of_how_a_style_treats_people(stylist, exemplar):
    """A style mesh without its person is delta transfer for everybody: what is not known is not made up."""
    alone, options = replace(exemplar, paired=False), FinetuneOptions(steps=0, field_steps=5, samples=500)
    style = finetune_dt(stylist, alone, style_prior(), {}, None, "x", options=options).style
    assert style.field.responses == 0


@pytest.mark.slow
def test_leaving_the_prior_costs_the_square_of_the_way(stylist, exemplar):
    """Otherwise a few people that are learned from would decide for everybody."""
    dt = starting_dt(stylist, exemplar, style_prior(), 1.0)
    tuning = OwnTuning(stylist, exemplar, dt, {}, None, FinetuneOptions(anchor=3.0))
    with torch.no_grad():
        assert float(tuning.held()) == 0
        dt.shares[0] += 0.2
        dt.nudge[1] -= 0.1
        assert float(tuning.held()) == pytest.approx(3.0 * (0.2**2 + 0.1**2))


def test_a_prior_comes_back_and_other_files_are_refused(tmp_path, stylist):
    prior = style_prior()
    save_style_prior(prior, tmp_path / "p.safetensors", {"seed": "0"})
    again = load_style_prior(tmp_path / "p.safetensors")
    delta = 0.003 * torch.randn(2, len(stylist.head.vertices), 3)
    shape = torch.randn(2, stylist.net.shape_size)
    torch.testing.assert_close(
        again.answers(again.read(delta), shape), prior.answers(prior.read(delta), shape), atol=1e-3, rtol=1e-2
    )
    from lego_cli.assets import data_file

    with pytest.raises(LegoError, match="no style prior"):
        load_style_prior(data_file("ds.safetensors"))


def test_the_usual_style_reads_as_nothing_in_particular(stylist):
    """What sets an exemplar apart is read, not what all styles have in common."""
    prior = style_prior()
    usual = torch.zeros(1, len(stylist.head.vertices), 3)
    usual[:, prior.marks] = prior.usual
    summary, doubled = (prior.read(k * usual)[:, : prior.sizes.summary] for k in (1, 2))
    assert summary.abs().max() < 1e-5 < doubled.abs().max()


def test_a_style_beyond_all_that_was_learned_from_gets_bounded_answers(stylist):
    """Ears moved by half a metre must not make faces explode."""
    prior: StylePrior = style_prior()
    shape = torch.zeros(1, stylist.net.shape_size)
    wild = torch.zeros(1, len(stylist.head.vertices), 3)
    wild[:, stylist.head.landmarks["ear_left"], 1] = 0.5
    usual = 0.003 * torch.randn_like(wild)
    size = [float(prior.answers(prior.read(d), shape).norm()) for d in (usual, wild)]
    assert size[1] < 10 * max(size[0], 1.0)


def test_a_code_of_the_exemplar_gives_the_exemplar(stylist, exemplar):
    options = FinetuneOptions(steps=0, field_steps=300, samples=4000)
    style = finetune_dt(stylist, exemplar, style_prior(), {}, None, "x", options=options).style
    found = stylist.avatar(Code(exemplar.shape, np.zeros(52)), [(style, 1.0)]).neutral
    plain = stylist.neutral(exemplar.shape)
    made, asked = (found - plain)[stylist.skin], exemplar.delta[stylist.skin]
    assert np.linalg.norm(made - asked, axis=1).mean() < 0.0002
    assert isinstance(starting_dt(stylist, exemplar, style_prior(), 0.0), DT)


def test_ctrl_c_leaves_a_checkpoint_from_which_the_same_style_comes(stylist, exemplar, tmp_path):
    class Smooth:
        name, weight, pictures = "smooth", 1.0, False

        def __init__(self, stop):
            self.calls, self.stop = 0, stop

        def __call__(self, batch):
            self.calls += 1
            if self.calls == self.stop:
                raise KeyboardInterrupt
            return 1e4 * (batch.styled - batch.people).square().mean()

    options = FinetuneOptions(steps=6, field_steps=5, samples=500, learning_rate=0.05, anchor=0.0)
    path = tmp_path / "x.checkpoint"

    def run(stop, checkpoint):
        losses = {"smooth": (Smooth(stop), 1.0)}
        prior = style_prior()
        return finetune_dt(stylist, exemplar, prior, losses, None, "x", options=options, checkpoint=checkpoint)

    with pytest.raises(KeyboardInterrupt):
        run(5, path)  # the first call looks at the judges
    assert path.exists()
    other = exemplar_of_heads(exemplar.identity, 2 * exemplar.styled - exemplar.identity, stylist)
    with pytest.raises(LegoError, match="other options or inputs"):
        finetune_dt(
            stylist, other, style_prior(), {"smooth": (Smooth(0), 1.0)}, None, "x", options=options, checkpoint=path
        )
    resumed, whole = run(0, path).style, run(0, None).style
    for a, b in zip(resumed.field.parameters(), whole.field.parameters(), strict=True):
        assert torch.equal(a, b)
    assert torch.equal(resumed.directions, whole.directions)
