"""``--force`` replaces results of older runs, never an input, for every command that writes beside one."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from performances import live_link_csv
from PIL import Image

from lego_cli.cli.application import run

FLAT = "mtllib flat.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nusemtl skin\nf 1/1 2/2 3/3\n"
TRACK = {"format": "lego-track", "version": 1, "rig": "arkit", "fps": 30, "controls": ["jawOpen"], "values": [[0], [1]]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with inputs of each kind, linked to as ``link``."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "flat.obj").write_text(FLAT)
    (folder / "flat.mtl").write_text("newmtl skin\nmap_Kd skin.png\n")
    Image.new("RGB", (8, 8), (200, 100, 50)).save(folder / "skin.png")
    shutil.copyfile(folder / "skin.png", folder / "flat.png")
    (folder / "track.json").write_text(json.dumps(TRACK))
    live_link_csv(folder / "take.csv", 0.2)
    assert run(["convert", str(folder / "flat.obj"), str(folder / "flat.glb"), "-q"]) == 0
    for name in ("a", "b"):
        (folder / f"{name}.json").write_text("{}")
        (folder / f"{name}.obj").write_text(FLAT)
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    monkeypatch.chdir(folder)
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


COMMANDS = {
    "stylize": "stylize flat.obj --style pixar -o {}flat.obj",
    "stylize, its record": "stylize flat.obj.run.json --style pixar -o {}flat.obj",
    "stylize, its preview": "stylize flat.preview.png --style pixar --preview -o {}flat.obj",
    "morph": "stylize a.obj m_00.obj --morph 2 --style pixar -o {}m.obj",
    "encode": "encode flat.json -o {}flat.json",
    "average": "encode a.json b.json --average -o {}a.json",
    "animate": "animate flat.glb --drive take.csv -o {}flat.glb",
    "retarget": "retarget track.json --to vrm -o {}track.json",
    "convert": "convert flat.obj {}flat.obj",
    "convert, formats": "convert flat.glb {}flat.glb",
}
PREPARED = {
    "stylize, its record": "flat.obj.run.json",
    "stylize, its preview": "flat.preview.png",
    "morph": "m_00.obj",
    "encode": "flat.json",
}


@pytest.mark.parametrize("way", ["", "./../in/", "../link/", "././"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_writes_over_what_it_reads(folder, name, way, capsys):
    if name in PREPARED:
        (folder / PREPARED[name]).write_text("mine")
    before = contents(folder)
    assert run([*COMMANDS[name].format(way).split(), "--force", "-q"]) == 2
    assert "is the input" in capsys.readouterr().err
    assert contents(folder) == before


@pytest.mark.parametrize("way", ["", "./../in/", "../link/"])
def test_the_texture_of_a_mesh_is_an_input_too(folder, way, capsys):
    before = contents(folder)
    assert run(["render", "flat.obj", "-o", f"{way}skin.png", "--size", "64", "--force", "-q"]) == 2
    assert "is the input" in capsys.readouterr().err
    assert contents(folder) == before


def test_the_default_name_of_a_picture_does_not_eat_the_texture(folder, capsys):
    (folder / "flat.mtl").write_text("newmtl skin\nmap_Kd flat.png\n")
    before = contents(folder)
    assert run(["render", "flat.obj", "--size", "64", "--force", "-q"]) == 2
    assert "flat.png is the input itself" in capsys.readouterr().err
    assert contents(folder) == before


def test_frames_of_an_older_film_go_but_nobody_elses_pictures(folder):
    from lego_cli.preview.picture_file import write_frames

    frames = folder / "frames"
    write_frames((Image.new("RGB", (4, 4), (k, 0, 0)) for k in range(5)), frames)
    Image.new("RGB", (4, 4)).save(frames / "0007.png")
    (frames / "0008.png").write_bytes(b"no picture at all")
    write_frames((Image.new("RGB", (4, 4)) for _ in range(2)), frames)
    assert sorted(file.name for file in frames.iterdir()) == ["0000.png", "0001.png", "0007.png", "0008.png"]
