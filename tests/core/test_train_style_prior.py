"""Training of the style prior: what it learns from, going on after a stop, and what it learns in miniature."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli.core.dt import train_style_prior as training
from lego_cli.core.training_options import TrainPriorOptions
from lego_cli.errors import LegoError
from lego_styles.family import AuthoredFamily

pytestmark = pytest.mark.slow


class Shrinker:
    """Everybody's nose goes the same share of the way back to the mean head's: large noses move further."""

    name = summary = "shrinker"
    licence = "CC0-1.0"

    def __init__(self, seed):
        self.share, self.seed = 0.3 + 0.05 * (seed % 8), seed

    def exemplar(self, head):
        return head.neutral(head.sample(1, "adult", 10_000 + self.seed))[0]

    def apply(self, head, neutral):
        tip = head.vertices[head.landmarks["ibug68"][30]]
        near = np.exp(-(((head.vertices - tip) / 0.03) ** 2).sum(1, keepdims=True))
        return neutral + self.share * near * (head.vertices - np.array([0, 0, 0.01]) - neutral)


class Shrinkers:
    name = "shrinkers"

    def draw(self, seed):
        return Shrinker(seed)


OPTIONS = TrainPriorOptions(styles=80, people=4, steps=120, trunk_steps=4)


def test_it_goes_on_from_its_checkpoint_to_the_same_lessons(stylist, tmp_path):
    short = TrainPriorOptions(styles=4, people=2)
    long = TrainPriorOptions(styles=6, people=2)
    path = tmp_path / "c"
    quiet = training.silent
    training.learn_from(stylist, Shrinkers(), short, path, quiet)
    resumed = training.learn_from(stylist, Shrinkers(), long, path, quiet)
    whole = training.learn_from(stylist, Shrinkers(), long, None, quiet)
    assert torch.equal(resumed.change, whole.change)
    assert torch.equal(resumed.shape, whole.shape)
    with pytest.raises(LegoError, match="other options"):
        training.learn_from(stylist, Shrinkers(), TrainPriorOptions(styles=6, people=3), path, quiet)


def test_it_learns_that_large_noses_move_further(stylist):
    prior = training.train_style_prior(stylist, Shrinkers(), OPTIONS)
    lessons = training.learn_from(stylist, Shrinkers(), TrainPriorOptions(styles=8, people=4), None, training.silent)
    answers = prior.answers(prior.read(lessons.delta.float()), lessons.shape)
    apart = lessons.others - lessons.shape[:, None]
    found = torch.einsum("brq,bnq,rvc->bnvc", answers, apart @ prior.looks.T, prior.modes)
    wanted = lessons.change.float()
    assert (found - wanted).norm() < 0.8 * wanted.norm()


def test_too_little_is_refused(stylist):
    with pytest.raises(LegoError, match="too little"):
        training.train_style_prior(stylist, Shrinkers(), TrainPriorOptions(styles=3))


def test_the_family_draws_the_same_style_for_a_seed_and_others_for_others(head):
    family = AuthoredFamily()
    assert family.draw(7).design == family.draw(7).design
    assert len({family.draw(seed).design.smoothing for seed in range(12)}) > 1
    for seed in range(6):
        recipe = family.draw(seed)
        person = recipe.exemplar(head)
        styled = recipe.apply(head, person)
        moved = np.linalg.norm((styled - person)[head.parts["skin"]], axis=1)
        assert np.isfinite(styled).all()
        assert 0.0002 < moved.mean() < 0.06


def test_the_family_is_as_symmetric_as_people_are(head):
    recipe = AuthoredFamily().draw(3)
    styled = recipe.apply(head, head.vertices)
    assert np.abs(styled[head.mirror] * [-1, 1, 1] - styled).max() < 5e-4
