"""The paper's way of learning a style, a rival in ``lego bench style``: it must learn, and leave our DS alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lego_cli.core.dt import paper_dt
from lego_cli.core.dt.exemplar import exemplar_of_recipe
from lego_cli.core.dt.paper_dt import finetune_paper, styled_heads
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.learning.loss_choice import chosen_losses
from lego_cli.plugins import load_plugins

pytestmark = pytest.mark.slow


def test_it_comes_nearer_to_the_exemplar_and_changes_its_own_copy_of_ds(stylist, monkeypatch):
    registry = load_plugins(third_party=False).registry
    exemplar = exemplar_of_recipe(registry.get("styles", "ogre").recipe, stylist)
    losses = {"vertex": chosen_losses(registry, [])["vertex"]}
    before = {name: value.clone() for name, value in stylist.net.state_dict().items()}
    monkeypatch.setattr(paper_dt, "STEPS", 8)
    seen = []
    options = replace(FinetuneOptions(), people=1)
    report = lambda stage, done, total, **figures: seen.append(figures["loss"])  # noqa: E731
    dt = finetune_paper(stylist, exemplar, losses, None, options, report)
    assert all(torch.equal(value, before[name]) for name, value in stylist.net.state_dict().items())

    def off(head):
        return np.linalg.norm(head - exemplar.styled, axis=1)[stylist.skin].mean()

    shape = np.asarray(exemplar.shape)
    assert off(styled_heads(dt, shape[None])[0]) < 0.95 * off(stylist.neutral(shape))
    assert len(seen) == 8
    assert np.mean(seen[-3:]) < np.mean(seen[:3])
