"""In Python as on the command line: ``force=True`` replaces results, never what they were made from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

import lego_cli
from lego_cli import LegoError

TEXTURED = "mtllib flat.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nusemtl skin\nf 1/1 2/2 3/3\n"


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """A triangle with a texture."""
    path = tmp_path / "flat.obj"
    path.write_text(TEXTURED)
    path.with_name("flat.mtl").write_text("newmtl skin\nmap_Kd skin.png\n")
    Image.new("RGB", (8, 8), (200, 100, 50)).save(path.with_name("skin.png"))
    return path


def refuses(save, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(LegoError, match="is the input"):
        save(path, force=True)
    assert path.read_bytes() == before


def test_a_picture_does_not_replace_the_texture_of_what_it_shows(flat):
    refuses(lego_cli.render(flat, size=64).save, flat.with_name("skin.png"))
    refuses(lego_cli.render(lego_cli.read_mesh(flat), size=64).save, flat.with_name("skin.png"))


def test_other_files_are_replaced_as_often_as_one_likes(flat, tmp_path):
    """What one call has read is nothing that another result must spare: notebooks run cells again and again."""
    place = tmp_path / "out.png"
    for _ in range(2):
        lego_cli.render(flat, size=64).save(place, force=True)
        lego_cli.read_mesh(flat)
    copy = tmp_path / "copy.obj"
    for _ in range(2):
        shutil.copyfile(flat, copy)
        lego_cli.render(copy, size=64)
        lego_cli.write_mesh(lego_cli.read_mesh(flat), copy, force=True)


@pytest.mark.slow
def test_neither_heads_nor_codes_nor_performances_replace_their_inputs(tmp_path):
    head, code = tmp_path / "in.obj", tmp_path / "in.json"
    shutil.copyfile(lego_cli.demo_head(), head)
    person = lego_cli.encode(head, quality="draft")
    person.save(code)
    made = lego_cli.stylize(person, style="pixar", topology="mask")
    refuses(made.save, head)
    refuses(made.posed("happy").save, head)
    again = lego_cli.encode(code)
    refuses(again.save, code)
    refuses(again.with_expression("happy").save, code)
    scene = made.save(tmp_path / "scene.glb")
    take = tmp_path / "take.json"
    values = '{"format": "lego-track", "version": 1, "fps": 30, "controls": ["jawOpen"], "values": [[0], [1]]}'
    take.write_text(values)
    refuses(lego_cli.animate(scene, take).save, scene)
