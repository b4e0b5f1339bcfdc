"""docs/plugins.md, followed word by word by a stranger, is a plugin that works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lego_cli import hookspecs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
HOOKS = [name for name, hook in vars(hookspecs).items() if hasattr(hook, "lego_spec")]
MADE = {
    "rigs": "vowels", "rig_importers": "table", "drivers": "cues", "exporters": "pts", "styles": "tall",
    "style_families": "stretched", "style_losses": "smooth", "image_encoders": "tiny", "topologies": "domino",
    "renderers": "plain", "commands": "wave",
}  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The files of the page, and what pip has made of them."""
    folder, target = tmp_path_factory.mktemp("mine"), tmp_path_factory.mktemp("installed")
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for script in (name for name in FILES if "/" not in name and name.endswith(".py")):
        subprocess.run([sys.executable, script], cwd=folder, check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), str(folder)], check=True, timeout=300)
    return target


@pytest.fixture(scope="module")
def python(installed):
    """Run a text with the plugin installed; what it prints comes back."""

    def run(text: str) -> str:
        env = {**os.environ, "PYTHONPATH": str(installed)}
        command = [sys.executable, "-c", text]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_every_hook_has_its_place_in_the_tutorial():
    missing = [hook for hook in HOOKS if hook not in PAGE]
    assert not missing
    shown = [hook for hook in HOOKS if f"def {hook}(" in FILES["lego_mine/hooks.py"]]
    assert sorted(set(HOOKS) - set(shown)) == ["register_head_models"]


def test_all_of_it_can_be_made(lego, installed):
    done = lego("plugins", "check", "--json", path=installed)
    assert done.returncode == 0, done.stderr + done.stdout
    data = json.loads(done.stdout)
    assert data["problems"] == {}
    listed = json.loads(lego("plugins", "list", "--json", path=installed).stdout)
    found = {e["kind"]: (e["name"], e["status"]) for e in listed["entries"] if e["from"] == "lego-mine"}
    assert found == {kind: (name, "ok") for kind, name in MADE.items()}
    assert not [name for name in data["waiting"] if name in MADE.values()]


def test_the_command_runs(lego, installed):
    assert lego("wave", "--times", "2", path=installed).stdout == "hello hello\n"


def test_rigs_driver_and_exporter_do_their_work(lego, installed, tmp_path):
    for name in ("speech.cues", "my_rig.csv"):
        (tmp_path / name).write_text(FILES[name])
    played = lego("retarget", "speech.cues", "--to", "arkit", "-o", "arkit.json", path=installed, cwd=tmp_path)
    assert played.returncode == 0, played.stderr
    track = json.loads((tmp_path / "arkit.json").read_text())
    jaw = [row[track["controls"].index("jawOpen")] for row in track["values"]]
    assert jaw == pytest.approx([0, 0.6, 0.15, 0], abs=1e-6)
    home = {"LEGO_HOME": str(tmp_path / "home")}
    added = lego("rigs", "add", "table", "my_rig.csv", "--name", "own", path=installed, cwd=tmp_path, **home)
    assert added.returncode == 0, added.stderr
    shown = lego("rigs", "show", "own", "--json", path=installed, cwd=tmp_path, **home)
    assert "open" in shown.stdout, shown.stderr
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    written = lego("convert", "a.obj", "a.pts", path=installed, cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    assert (tmp_path / "a.pts").read_text().split()[:4] == ["3", "0.000000", "0.000000", "0.000000"]


def test_the_style_keeps_eyeballs_round_and_the_topology_lies_on_the_head(python):
    text = """
import numpy as np
from lego_cli import assets
from lego_cli.plugins import load_plugins
registry = load_plugins().registry
head = assets.head_model(registry)
recipe = registry.get("styles", "tall").recipe
person = recipe.exemplar(head)
made = recipe.apply(head, person)
size = lambda x: np.ptp(x[head.parts["eye_left"]], axis=0)
assert np.allclose(size(made), size(person), atol=1e-5)
assert np.ptp(made[:, 1]) > 1.15 * np.ptp(person[:, 1])
family = registry.get("style_families", "stretched")
assert family.draw(3).height == family.draw(3).height != family.draw(4).height
domino = registry.get("topologies", "domino")
places = np.einsum("va,vac->vc", domino.weights, np.asarray(head.vertices)[domino.anchors])
print(len(domino.points) > 300 and np.abs(places - domino.mesh.vertices).max() < 2e-3)
"""
    assert python(text) == "True"


def test_loss_encoder_and_renderer_compute_what_they_say(python):
    text = """
import torch
from lego_cli.api import Cameras, StyleBatch
from lego_cli.plugins import load_plugins
registry = load_plugins().registry
people = torch.rand(2, 5, 3)
faces = torch.tensor([[0, 1, 2], [2, 3, 4]])
def batch(styled):
    return StyleBatch(people[0], people[0], people[0], people, styled, styled, faces, None)
loss = registry.get("style_losses", "smooth")
assert float(loss(batch(people + 0.01))) < 1e-6 < float(loss(batch(people * 1.1)))
encoder = registry.get("image_encoders", "tiny")
assert encoder(torch.rand(2, 3, encoder.size, encoder.size)).shape == (2, 256)
corners = torch.tensor([[[-1.0, -1, 0], [1, -1, 0.3], [0, 1, 0], [0.8, 0.9, -0.5], [-0.7, 0.2, 0.4]]])
camera = Cameras(torch.tensor([[0.3, 0.1, 4.0]]), torch.zeros(1, 3), torch.tensor([[0.0, 1, 0]]), torch.tensor([40.0]))
faces = torch.tensor([[0, 1, 2], [2, 3, 4], [0, 3, 1]])
drawn = [registry.get("renderers", r).render(corners, faces, camera, (40, 40)) for r in ("plain", "torch")]
same = (drawn[0]["face"] == drawn[1]["face"]).float().mean()
print(bool(same > 0.99 and drawn[0]["face"].unique().numel() == 4))
"""
    assert python(text) == "True"


def test_the_example_plugin_passes_its_own_tests():
    example = ROOT / "examples" / "lego_plugin_example"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(example / "tests")]
    env = {**os.environ, "PYTHONPATH": str(example), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=example, timeout=120)
    assert done.returncode == 0, done.stdout
