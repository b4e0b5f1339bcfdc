"""Every numbered example runs as it stands, and writes what it says."""

from __future__ import annotations

import ast
import runpy
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lego_cli
from lego_cli.mesh.rigged_gltf import read_rigged

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
MOST_LINES = 40
WRITES = {
    "01_stylize": ("pixar.obj", "pixar.png"),
    "02_mix_styles": ("half.obj", "more.obj"),
    "03_keep_topology": ("chibi_keep.obj",),
    "04_expressions": ("expressions.png",),
    "05_edit_a_code": ("stronger.code.json", "stronger.obj"),
    "06_finetune": ("pair/identity.obj", "pair/style.obj", "balloon.lego", "balloon.obj"),
    "07_animate": ("take.csv", "pixar_take.glb"),
    "08_vrm": ("smile.json", "elf.vrm"),
    "09_turntable": ("turntable.gif",),
    "10_move_a_shape": ("orc_smiles.glb",),
}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.mark.parametrize("name", WRITES)
def test_an_example_writes_what_it_says(name, out, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [f"examples/{name}.py", str(out)])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    for file in WRITES[name]:
        assert (out / file).stat().st_size > 100
    look_at(out, name)


def look_at(out: Path, name: str) -> None:
    """What would be wrong with a file though it is there."""
    if name == "02_mix_styles":
        half, more = (lego_cli.read_mesh(out / f"{n}.obj").vertices for n in ("half", "more"))
        assert np.abs(half - more).max() > 0.005 * np.ptp(half)
    if name == "06_finetune":
        pair = [lego_cli.read_mesh(out / "pair" / f"{n}.obj").vertices for n in ("identity", "style")]
        assert np.abs(pair[0] - pair[1]).max() > 0.02 * np.ptp(pair[0])
    if name == "07_animate":
        (clip,) = read_rigged(out / "pixar_take.glb").clips
        assert clip.times[-1] == pytest.approx(1.0, abs=0.02)
        assert np.abs(np.diff(clip.values, axis=0)).max() > 0.01
    if name == "09_turntable":
        with Image.open(out / "turntable.gif") as film:
            assert film.n_frames == 12
    if name == "10_move_a_shape":
        assert len(read_rigged(out / "orc_smiles.glb").controls) == 52


def test_examples_are_all_here_and_short():
    files = sorted((ROOT / "examples").glob("[0-9]*.py"))
    assert [file.stem for file in files] == sorted(WRITES)
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert len(text.splitlines()) < MOST_LINES, file.name
        assert ast.get_docstring(ast.parse(text)), file.name
