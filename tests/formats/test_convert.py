"""``lego convert``: shapes stay where they can, and what a format cannot hold is said."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rigged_heads import odd_head

from lego_cli.api import RiggedHead
from lego_cli.cli.application import run
from lego_cli.convert import file_names
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_formats.glb import GlbExporter


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rigged(head: RiggedHead, name: str = "in.glb") -> str:
    from pathlib import Path

    GlbExporter().write_rigged(head, Path(name))
    return name


def test_shapes_stay_in_a_glb(here, real, capsys):
    assert run(["convert", rigged(real), "out.glb", "--dense", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["shapes"], told["clips"], told["left_out"]) == (54, 2, [])
    back = read_rigged(here / "out.glb")
    assert back.controls == real.controls
    np.testing.assert_allclose(back.shapes, real.shapes, atol=1e-6)
    assert b'"sparse"' not in (here / "out.glb").read_bytes()
    assert run(["convert", "in.glb", "out.glb"]) == 2, "nothing is overwritten unasked"
    assert run(["convert", "in.glb", "out.glb", "--force"]) == 0


def test_a_folder_holds_an_obj_for_each_shape(here, real, capsys):
    """For tools that take one mesh per shape: one order of vertices, quads kept, where the head stood."""
    assert run(["convert", rigged(real), "shapes/", "-q"]) == 0
    capsys.readouterr()
    files = {path.stem: path for path in (here / "shapes").iterdir() if path.suffix == ".obj"}
    assert set(files) == {"neutral", *real.all_shapes()}
    neutral, jaw = read_mesh(files["neutral"]), read_mesh(files["jawOpen"])
    np.testing.assert_array_equal(neutral.corner_vertex, jaw.corner_vertex)
    assert (neutral.face_sizes == 4).all()
    linear, offset = real.placement[:3, :3], real.placement[:3, 3]
    np.testing.assert_allclose(neutral.vertices, real.mesh.vertices @ linear.T + offset, atol=1e-4)
    move = real.shapes[real.controls.index("jawOpen")] @ linear.T
    np.testing.assert_allclose(jaw.vertices - neutral.vertices, move, atol=2e-4)
    assert run(["convert", "in.glb", "shapes", "-q"]) == 2
    assert run(["convert", rigged(odd_head()), "few", "-q"]) == 0
    assert run(["convert", "in.glb", "few", "-q", "--force"]) == 0
    assert len(list((here / "few").glob("*.obj"))) == 4


def test_what_a_format_cannot_hold_is_said(here, capsys):
    name = rigged(odd_head())
    assert run(["convert", name, "out.stl"]) == 0
    out, said = capsys.readouterr()
    assert "cannot hold shapes, clips, textures, UVs: left out" in said
    assert "shapes" not in out, "what was left out is not counted as written"
    assert run(["convert", name, "out.obj"]) == 0
    assert "cannot hold shapes, clips: left out" in capsys.readouterr().err
    assert (read_mesh(here / "out.obj").face_sizes > 4).any()
    assert run(["convert", "out.obj", "cut.stl"]) == 0
    assert "quads and polygons are cut" in capsys.readouterr().err
    assert run(["convert", "out.obj", "again.off"]) == 0
    assert run(["convert", "again.off", "last.ply"]) == 0
    assert "left out" not in capsys.readouterr().err.splitlines()[-1:]
    np.testing.assert_allclose(read_mesh(here / "last.ply").vertices, odd_head().mesh.vertices, atol=1e-6)


def test_still_formats_show_the_pose_that_the_file_opens_in(here):
    from dataclasses import replace

    head = replace(odd_head(), pose=np.array([0.0, 0.0, 1.0]))
    assert run(["convert", rigged(head), "out.ply", "-q"]) == 0
    np.testing.assert_allclose(read_mesh(here / "out.ply").vertices, head.posed(head.pose[None])[0], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["in.glb", "out.xyz"], 2),
        (["in.glb", "in.glb"], 2),
        (["in.glb", "in.glb", "--force"], 2),
        (["missing.glb", "out.obj"], 2),
        (["still.ply", "folder/"], 2),
        (["broken.glb", "out.obj"], 1),
    ],
)
def test_what_cannot_be_done_is_two_lines(here, arguments, code, capsys):
    rigged(odd_head())
    run(["convert", "in.glb", "still.ply", "-q"])
    (here / "broken.glb").write_bytes((here / "in.glb").read_bytes()[:500])
    before = (here / "in.glb").read_bytes()
    capsys.readouterr()
    assert run(["convert", *arguments, "-q"]) == code
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
    assert (here / "in.glb").read_bytes() == before


def test_names_of_shapes_make_names_of_files():
    """Targets of others have any name; none may leave the folder, and none may replace another."""
    names = file_names(["../../etc/passwd", "A", "a", "", "...", "con/con", "Mund auf", "x" * 300])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name and "/" not in name and not name.startswith(".") and len(name) < 120 for name in names)


def test_inspect_tells_shapes_and_clips(here, real, capsys):
    assert run(["inspect", rigged(real), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["shapes"] == list(real.controls)
    assert facts["correctives"] == {c.name: list(c.controls) for c in real.correctives}
    assert facts["clips"] == {"talk": "1.00 s", "nod": "1.00 s"}
    assert facts["unstyled"]
    assert run(["inspect", "in.glb"]) == 0
    assert "talk 1.00 s" in capsys.readouterr().out
