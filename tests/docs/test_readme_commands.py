"""The first commands of the README work as they are typed, one after the other, in one folder."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from performances import live_link_csv

from lego_cli.cli.application import run

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "kills"))
QUICK = {"finetune": "--steps 0 --field-steps 5 --samples 200".split(), "view": ["--no-open"]}


def first_commands() -> list[str]:
    """The ``lego`` lines up to the first heading, in order."""
    start = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What it does")[0]
    return [line.partition("#")[0].strip() for line in start.splitlines() if line.startswith("lego ")]


def test_they_are_found():
    assert [line.split()[1] for line in first_commands()] == ["stylize", "stylize", "animate", "finetune", "view"]


@pytest.mark.slow
def test_they_work_in_order_in_one_folder(tmp_path, monkeypatch):
    from kill_runs import pair

    monkeypatch.chdir(tmp_path)
    pair(tmp_path)
    shutil.copyfile(tmp_path / "pair" / "identity.obj", tmp_path / "in.obj")
    live_link_csv(tmp_path / "take.csv", 0.2)
    for line in first_commands():
        words = shlex.split(line)[1:]
        assert run([*words, *QUICK.get(words[0], []), "-q"]) == 0, line
    made = {path.name for path in tmp_path.iterdir() if path.is_file()}
    named = set(re.findall(r"`(in\.pixar[\w.]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert len(named) == 3
    assert made >= named | {"in.pixar.mask.obj", "take.glb", "take.html", "take.view.html", "clay.lego"}
