"""``lego bench style``: the truth is nobody's guess, and what is measured is what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lego_cli import assets
from lego_cli.bench.options import LOCAL, OURS, PAPER, TRUTH, UNTOUCHED, WORLD, BenchStyleOptions
from lego_cli.bench.style import StyleBench
from lego_cli.cli.bench_tables import style_tables
from lego_cli.core.dt import paper_dt
from lego_cli.core.dt.exemplar import exemplar_of_recipe
from lego_cli.core.dt.style_measures import StyleMeasures
from lego_cli.errors import LegoError
from lego_cli.plugins import load_plugins
from lego_cli.renderer_choice import choose_renderer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def registry():
    torch.set_num_threads(1)
    return load_plugins(third_party=False).registry


@pytest.fixture(scope="module")
def bench(registry):
    options = BenchStyleOptions(people=6, methods=(UNTOUCHED, WORLD, LOCAL, OURS, TRUTH))
    return StyleBench(registry, choose_renderer(registry), options)


@pytest.fixture(scope="module")
def figures(bench):
    return bench("pixar")


def test_the_truth_is_at_no_distance_from_itself_and_the_untouched_head_furthest(figures):
    assert figures[TRUTH]["mean_mm"] == 0
    assert figures[UNTOUCHED]["mean_mm"] == max(f["mean_mm"] for f in figures.values())
    assert figures[UNTOUCHED]["normal_gain"] == pytest.approx(0.0)
    assert figures[UNTOUCHED]["expression_direction"] == pytest.approx(1.0, abs=1e-4)


def test_what_is_learned_is_nearer_to_the_truth_than_delta_transfer(figures):
    assert figures[OURS]["mean_mm"] < 0.85 * figures[LOCAL]["mean_mm"]
    assert figures[LOCAL]["mean_mm"] < figures[WORLD]["mean_mm"]
    assert figures[OURS]["found"] == 1.0
    assert figures[OURS]["exemplar_percent"] < 0.15


def test_every_figure_is_a_number(figures):
    for method, found in figures.items():
        assert all(np.isfinite(value) for value in found.values()), method
        assert found["blink_pixels"] < 40000


def test_the_tables_take_real_figures(figures, capsys):
    style_tables({"pixar": figures})
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("pixar")]
    assert len(rows) == 1 + len(figures)
    assert f"{figures[OURS]['mean_mm']:.2f} / {figures[OURS]['p95_mm']:.2f}" in rows[0]


def test_ones_own_pair_is_measured_without_a_truth_and_beside_the_papers_way(bench, registry, monkeypatch):
    """As ``--pair`` does; the paper's way takes one step here."""
    monkeypatch.setattr(paper_dt, "STEPS", 1)
    monkeypatch.setattr(bench, "options", replace(bench.options, methods=(PAPER, TRUTH)))
    found = bench.of_pair("mine", exemplar_of_recipe(registry.get("styles", "ogre").recipe, bench.stylist))
    assert list(found) == [PAPER]
    assert "mean_mm" not in found[PAPER]
    assert all(np.isfinite(value) for value in found[PAPER].values())
    assert found[PAPER]["diversity"] > 0.5
    assert min(found[PAPER]["seconds"], found[PAPER]["peak_mb"]) > 0


def test_a_style_without_recipe_and_an_unknown_method_are_refused(bench, registry):
    with pytest.raises(LegoError, match="spin"):
        StyleBench(registry, choose_renderer(registry), BenchStyleOptions(methods=("spin",)))
    with pytest.raises(LegoError):
        bench("nobody")


def test_diversity_and_retrieval_fall_when_people_become_alike(registry):
    stylist = assets.stylist(registry)
    head, measures = stylist.head, StyleMeasures(stylist)
    people = head.neutral(head.sample(5, "adult", 4)).astype(np.float64)
    half = (people + people.mean(0)) / 2
    assert measures.diversity(people, half) == pytest.approx(0.25)
    assert measures.found_again(people, half) == 1.0
    assert measures.found_again(people, np.repeat(people[:1], 5, 0) + 1e-9 * people[::-1]) < 1.0


def test_gains_are_one_for_the_exemplar_itself(registry):
    stylist = assets.stylist(registry)
    head, measures = stylist.head, StyleMeasures(stylist)
    person = head.neutral(head.sample(1, "adult", 4))[0].astype(np.float64)
    styled = registry.get("styles", "ogre").recipe.apply(head, person).astype(np.float64)
    for gain in (measures.normal_gain, measures.curvature_gain):
        assert gain((person, styled), person[None], styled[None]) == pytest.approx(1.0, abs=1e-6)
        assert gain((person, styled), person[None], person[None]) == pytest.approx(0.0, abs=1e-6)
