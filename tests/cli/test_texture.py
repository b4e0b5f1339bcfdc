"""``lego stylize`` with a textured file, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from lego_cli import assets
from lego_cli.cli.application import run
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.texture import texture_pixels
from lego_cli.stylizing.looks import with_looks
from lego_cli.stylizing.stylizer import StylizeOptions

pytestmark = pytest.mark.slow

DRAFT = ["--style", "pixar", "--quality", "draft", "--json"]


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo head in green, with an MTL file, its picture, and a picture that is gone."""
    folder = tmp_path_factory.mktemp("painted")
    text = assets.data_file("demo_head.obj").read_text()
    place = text.index("\nf ") + 1
    (folder / "ann.obj").write_text(f"mtllib ann.mtl\n{text[:place]}usemtl skin\n{text[place:]}")
    (folder / "ann.mtl").write_text("newmtl skin\nmap_Kd ann.png\nmap_Bump gone.png\n")
    Image.fromarray(np.full((16, 16, 3), (30, 140, 40), np.uint8)).save(folder / "ann.png")
    return folder / "ann.obj"


def test_colours_come_along_to_another_topology(painted, tmp_path, capsys):
    command = ["stylize", str(painted), "--topology", "mask", "--texture-size", "128", "-o", str(tmp_path / "o.obj")]
    assert run([*command, *DRAFT]) == 0
    printed = capsys.readouterr()
    record = json.loads(printed.out)
    assert {Path(name).name for name in record["files"]} == {"o.mtl", "o.texture.png"}
    assert record["options"]["texture_size"] == 128
    assert record["metrics"]["texture_from_input"] > 0.9
    assert record["notes"] == ["gone.png is not there"]
    made = read_mesh(tmp_path / "o.obj")
    picture = texture_pixels(made.surfaces["skin"].texture)
    assert picture.shape == (128, 128, 3)
    assert np.abs(picture.astype(int) - (30, 140, 40)).max() < 4
    assert run([*command, *DRAFT]) == 2, "o.obj exists"
    capsys.readouterr()
    (tmp_path / "o.obj").unlink()
    (tmp_path / "o.obj.run.json").unlink()
    (tmp_path / "o.mtl").write_text("mine")
    assert run([*command, *DRAFT]) == 2
    assert "o.mtl exists" in capsys.readouterr().err
    assert not (tmp_path / "o.obj").exists()


def test_keep_takes_the_materials_where_it_goes(painted, tmp_path, capsys):
    output = tmp_path / "out" / "ann_styled.obj"
    assert run(["stylize", str(painted), "--topology", "keep", "-o", str(output), *DRAFT]) == 0
    capsys.readouterr()
    for name in ("ann.mtl", "ann.png"):
        assert (output.parent / name).read_bytes() == (painted.parent / name).read_bytes()
    assert read_mesh(output).surfaces == read_mesh(painted).surfaces
    before, after = painted.read_bytes().split(b"\n"), output.read_bytes().split(b"\n")
    assert {a.split()[0] for a, b in zip(before, after, strict=True) if a != b} <= {b"v", b"vn"}


def test_a_broken_picture_is_two_lines(painted, tmp_path, capsys):
    for name in ("ann.obj", "ann.mtl"):
        (tmp_path / name).write_bytes((painted.parent / name).read_bytes())
    (tmp_path / "ann.png").write_bytes((painted.parent / "ann.png").read_bytes()[:45])
    command = ["stylize", str(tmp_path / "ann.obj"), "--topology", "simplified", *DRAFT]
    assert run(command) == 1
    error = capsys.readouterr().err.splitlines()
    assert error[-2].startswith("error: the texture of the input cannot be read")
    assert "--no-texture" in error[-1]
    assert run([*command, "--texture-size", "9"]) == 2
    assert not (tmp_path / "ann.pixar.obj").exists()


def test_without_texture_nothing_is_looked_at(painted):
    made = SimpleNamespace()
    stylizer = SimpleNamespace(keeps=False, options=StylizeOptions(("pixar",), texture=False))
    assert with_looks(made, read_mesh(painted), None, stylizer) is made
