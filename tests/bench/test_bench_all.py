"""``lego bench all`` runs what the README and the docs claim."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from lego_cli.api import LegoError, silent
from lego_cli.bench.everything import COMMANDS, bench_all
from lego_cli.cli.bench import everything

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_every_bench_of_the_readme_is_among_them():
    pages = (ROOT / "README.md", ROOT / "docs" / "figures.md")
    text = " ".join(" ".join(page.read_text(encoding="utf-8") for page in pages).split())
    named = {tuple(shlex.split(found)) for found in re.findall(r"`lego bench ([^`]+)`", text)} - {("all",)}
    assert len(named) >= 4
    for command in named:
        assert any(set(command) <= set(known) for known in COMMANDS), command


def test_figures_come_back_by_command():
    found = dict(bench_all(commands=(("ds", "--people", "2"),)))
    assert found["ds", "--people", "2"]["basis_adult_mean_mm"] > 0


def test_what_is_done_is_shown_before_the_next_one_fails(monkeypatch, capsys):
    """A bench takes hours: what it has measured is not lost with what comes after."""
    monkeypatch.setattr(bench_all, "__defaults__", (silent, (("ds", "--people", "2"), ("rig", "nosuchstyle"))))
    with pytest.raises(LegoError, match="nosuchstyle"):
        everything()
    assert "lego bench ds --people 2" in (shown := capsys.readouterr().out)
    assert "mean, mm" in shown


def test_a_bench_that_fails_is_named():
    with pytest.raises(LegoError, match="bench rig nosuchstyle"):
        list(bench_all(commands=(("rig", "nosuchstyle"),)))
