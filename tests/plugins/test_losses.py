"""The style losses: zero where nothing is wrong, and with gradients that mend what is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from lego_cli.api import StyleBatch
from lego_cli.plugins import load_plugins

TRIANGLES = torch.tensor([[0, 1, 2], [0, 2, 3], [0, 3, 1]])
SQUARE = torch.tensor([[0.0, 0.0, 0.004], [0.01, 0.0, 0.0], [-0.01, 0.01, 0.0], [-0.01, -0.01, 0.0]])


@pytest.fixture(scope="module")
def losses():
    registry = load_plugins(third_party=False).registry
    return {name: registry.get("style_losses", name) for name in registry.names("style_losses")}


def batch(**changed):
    """Delta transfer of a shift and a stretch: everybody gets what the exemplar gets."""
    stretch = torch.tensor([1.2, 1.0, 1.0])
    people = torch.stack([SQUARE * 1.1, SQUARE * torch.tensor([0.9, 1.0, 1.0])])
    whole = {
        "source": SQUARE, "target": SQUARE * stretch, "made": SQUARE * stretch,
        "people": people, "styled": people * stretch, "still": people * stretch,
    } | changed  # fmt: skip
    return StyleBatch(**whole, triangles=TRIANGLES, embed=lambda heads: heads.flatten(1)[:, None] * 100)


def test_all_of_lego_and_two_guards_are_there(losses):
    assert set(losses) == {"vertex", "image", "across-domain", "in-domain", "normal", "edge", "fold"}
    for name, loss in losses.items():
        assert loss.name == name
        assert loss.pictures == (name in {"image", "across-domain", "in-domain"})


def test_the_docs_tell_the_weights_that_are_used(losses):
    page = (Path(__file__).parents[2] / "docs/styles.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([a-z-]+)` \| ([0-9.]+) \|", page, re.MULTILINE))
    assert {name: float(weight) for name, weight in told.items()} == {n: loss.weight for n, loss in losses.items()}


@pytest.mark.parametrize("name", ["vertex", "image", "edge", "fold"])
def test_what_is_as_it_should_be_costs_nothing(losses, name):
    assert float(losses[name](batch())) == pytest.approx(0.0, abs=1e-4 if name == "edge" else 1e-6)


def test_vertices_two_millimetres_off_cost_four(losses):
    off = batch(made=SQUARE * torch.tensor([1.2, 1.0, 1.0]) + torch.tensor([0.0, 0.002, 0.0]))
    assert float(losses["vertex"](off)) == pytest.approx(4.0, rel=1e-4)


def test_an_unstyled_exemplar_costs_one_in_pictures(losses):
    assert float(losses["image"](batch(made=SQUARE))) == pytest.approx(1.0, rel=1e-4)


def test_a_style_that_goes_the_other_way_costs_two(losses):
    people = batch().people
    assert float(losses["across-domain"](batch(styled=people + (people - batch().styled)))) > 1.9
    assert float(losses["across-domain"](batch())) < 0.05


def test_people_who_all_become_one_cost_as_much_as_they_differed(losses):
    one = batch(styled=batch().target.expand(2, -1, -1))
    assert float(losses["in-domain"](one)) == pytest.approx(1.0, rel=1e-4)
    assert float(losses["in-domain"](batch())) < 0.2


def test_a_stretch_of_the_exemplar_is_wanted_of_everybody(losses):
    assert float(losses["edge"](batch(styled=batch().people))) > 0.003


def test_a_face_turned_over_costs_and_its_gradient_mends_it(losses):
    flipped = (batch().styled * torch.tensor([1.0, 1.0, -3.0])).requires_grad_(True)
    cost = losses["fold"](batch(styled=flipped))
    assert cost.item() > 0.01
    cost.backward()
    with torch.no_grad():
        better = flipped - 1e-4 * flipped.grad / flipped.grad.norm()
    assert float(losses["fold"](batch(styled=better))) < cost.item()


def test_normals_are_those_of_the_exemplar_at_best(losses):
    same = batch(still=batch().target.expand(2, -1, -1))
    assert float(losses["normal"](same)) == pytest.approx(0.0, abs=1e-6)
    assert float(losses["normal"](batch(still=batch().people))) > 1e-4
