"""``lego stylize`` as a user types it, on a head that the test makes awkward first."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lego_cli import assets
from lego_cli.cli.application import run
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.write import write_mesh
from lego_cli.plugins import load_plugins

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo head in millimetres, Z up, tilted, away from the origin, as an unwelded STL."""
    mesh = read_mesh(assets.data_file("demo_head.obj"))
    tilt = np.radians(15)
    turned = mesh.vertices @ np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]).T
    moved = turned[:, [0, 2, 1]] * [10, -10, 10] + [300, -120, 70]
    path = tmp_path_factory.mktemp("awkward") / "scan é 1.stl"
    write_mesh(mesh.with_vertices(moved), path, exporters_by_suffix(load_plugins(False).registry))
    return path


def test_as_typed_in_the_readme(awkward, tmp_path, capsys, monkeypatch):
    """A mask in the style, in the input's frame and unit, with a record and a picture; never over a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.stl").write_bytes(awkward.read_bytes())
    command = ["stylize", "in.stl", "--style", "pixar", "--topology", "mask", "--preview", "--json"]
    assert run(command) == 0
    result = json.loads(capsys.readouterr().out)
    source, made = read_mesh(Path("in.stl")), read_mesh(Path(result["output"]))
    low, high = source.vertices.min(0), source.vertices.max(0)
    margin = 0.15 * (high - low)
    assert (made.vertices.min(0) > low - margin).all()
    assert (made.vertices.max(0) < high + margin).all(), "the face must lie where the head was"
    assert np.ptp(made.vertices[:, 2]) > 0.5 * (high - low)[2], "Z is up, and a face is over half a head tall"
    assert np.median(made.vertices[:, 1]) < np.median(source.vertices[:, 1]), "this head looks along -Y"
    assert 0 < result["metrics"]["fit_mean_mm"] < 1.5
    record = json.loads(Path("in.pixar.mask.stl.run.json").read_text())
    assert record["options"]["topology"] == "mask"
    assert record["input"]["sha256"]
    assert Path("in.pixar.mask.preview.png").stat().st_size > 20_000
    before = Path(result["output"]).read_bytes()
    assert run(command) == 2
    assert "--force" in capsys.readouterr().err
    assert run([*command, "--force"]) == 0
    assert Path(result["output"]).read_bytes() == before, "the same input and seed give the same bytes"


def test_styles_mix_and_strength_zero_is_the_person(awkward, tmp_path):
    def stylized(*flags: str) -> np.ndarray:
        out = tmp_path / ("_".join(flags).replace("--", "") + ".ply")
        assert run(["stylize", str(awkward), *flags, "--frame", "canonical", "-o", str(out)]) == 0
        return read_mesh(out).vertices

    person = stylized("--style", "pixar", "--strength", "0")
    pixar, elf = stylized("--style", "pixar") - person, stylized("--style", "elf") - person
    mixed = stylized("--style", "pixar=0.5", "--style", "elf=0.25") - person
    skin = slice(0, 3000)  # eyeballs are kept balls, which is not linear
    assert np.linalg.norm(pixar[skin], axis=1).mean() > 0.001
    apart = np.abs(mixed[skin] - 0.5 * pixar[skin] - 0.25 * elf[skin]).max(1)
    assert np.quantile(apart, 0.9) < 1e-6, "a mixture is a sum"
    assert apart.max() < 5e-4, "but for lids and lips, which are put in contact again"


def test_expressions_move_the_right_parts(awkward, tmp_path):
    def stylized(name: str) -> np.ndarray:
        out = tmp_path / f"{name}.ply"
        flags = ["--style", "pixar", "--frame", "canonical", "--expression", name]
        assert run(["stylize", str(awkward), *flags, "-o", str(out)]) == 0
        return read_mesh(out).vertices

    rest = stylized("neutral")
    assert (stylized("jawOpen=0.8") - rest)[:, 1].min() < -0.008, "metres; the chin goes down"
    happy = np.linalg.norm(stylized("happy") - rest, axis=1)
    assert happy.max() > 0.004
    assert np.median(happy) < 0.001, "a smile leaves the skull alone"


def test_several_inputs_go_on_after_a_bad_one(awkward, tmp_path, capsys):
    bad, out = tmp_path / "bad.obj", tmp_path / "out"
    bad.write_text("v 0 0 nan\n")
    code = run(["stylize", str(bad), str(awkward), "--style", "ogre", "-o", str(out), "--json"])
    shown = capsys.readouterr()
    assert code == 1
    assert [Path(r["output"]).name for r in json.loads(shown.out)["results"]] == ["scan é 1.ogre.stl"]
    assert "bad.obj" in shown.err
    assert shown.err.count("error:") == 1


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (["--style", "pixer"], 2, "pixar"),
        (["--style", "pixar", "--topology", "maks"], 2, "mask"),
        (["--style", "pixar", "--topology", "FLAME"], 2, "no topology called 'FLAME'"),
        (["--style", "pixar=big"], 2, "NAME=0.7"),
        (["--style", "pixar", "--expression", "hapy"], 2, "happy"),
        (["--style", "pixar", "--strength", "9"], 2, "0 to 2"),
        (["--style", "pixar", "--encoder", "magic"], 2, "fit"),
        (["--style", "pixar", "-o", "a.xyz9"], 2, ".obj"),
        ([], 2, "--style pixar"),
    ],
)
def test_wrong_usage_is_two_lines(awkward, capsys, flags, code, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["stylize", str(awkward), *flags]) == code
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
    assert says in " ".join(lines)
    assert not list(tmp_path.iterdir())


def test_what_is_no_head_is_refused(tmp_path, capsys):
    cube = tmp_path / "cube.obj"
    corners = [f"v {x} {y} {z}" for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    quads = ["f 1 2 4 3", "f 5 7 8 6", "f 1 5 6 2", "f 3 4 8 7", "f 1 3 7 5", "f 2 6 8 4"]
    cube.write_text("\n".join([*corners, *quads, ""]))
    assert run(["stylize", str(cube), "--style", "pixar"]) == 1
    assert "head" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["cube.obj"]


def test_the_demo_shows_the_styles_that_are_asked_for(tmp_path, capsys):
    assert run(["stylize", "--demo", "--style", "elf", "-o", str(tmp_path / "demo"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert len(made["meshes"]) == 1
    for path in (*made["meshes"], *made["pictures"]):
        assert Path(path).stat().st_size > 20_000


@pytest.mark.parametrize(
    ("name", "flags", "told"),
    [
        ("a.glb", (), True),
        ("b.glb", ("--frame", "canonical"), False),
        ("c.obj", (), False),
    ],
)
def test_scene_files_that_are_not_upright_metres_say_so(awkward, tmp_path, capsys, name, flags, told):
    """A head of 230 units, lying on its back, surprises whoever opens it in a program that reads metres."""
    assert run(["stylize", str(awkward), "--style", "pixar", "-o", str(tmp_path / name), *flags, "--json"]) == 0
    notes = " ".join(json.loads(capsys.readouterr().out)["notes"])
    assert ("--frame canonical" in notes) == told
