"""``lego render`` as typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lego_cli.cli.application import run
from lego_cli.mesh.write import write_mesh
from lego_cli.plugins import load_plugins
from lego_cli.rendering import axes_to_canonical
from lego_formats.obj import ObjExporter

WEDGE = "v -1 -1 0\nv 1 -1 0\nv 0 1 0\nv 0 -1 3\nf 1 2 3\nf 1 4 2\nf 2 4 3\nf 3 4 1\n"


@pytest.fixture
def wedge(tmp_path: Path) -> Path:
    path = tmp_path / "wedge.obj"
    path.write_text(WEDGE)
    return path


def test_contact_sheet_beside_the_input(wedge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", str(wedge), "--size", "64", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["output"] == str(wedge.with_suffix(".png"))
    assert done["views"] == ["front", "three_quarter", "side"]
    assert (done["vertices"], done["faces"]) == (4, 4)
    with Image.open(done["output"]) as sheet:
        assert sheet.width > 3 * 64


def test_turntable(wedge: Path) -> None:
    output = wedge.with_name("turn.gif")
    assert run(["render", str(wedge), "-o", str(output), "--turn", "5", "--size", "32"]) == 0
    with Image.open(output) as image:
        assert (image.n_frames, image.size) == (5, (32, 32))


def test_gif_keeps_time(wedge: Path) -> None:
    output = wedge.with_name("turn.gif")
    assert run(["render", str(wedge), "-o", str(output), "--turn", "2", "--size", "32", "--fps", "10"]) == 0
    with Image.open(output) as image:
        assert image.info["duration"] == 100


def test_mp4_needs_ffmpeg(wedge: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it, two lines and exit code 3 before any work; nothing is fetched."""
    monkeypatch.setenv("PATH", str(wedge.parent))
    assert run(["render", str(wedge), "-o", str(wedge.with_name("turn.mp4"))]) == 3
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 2
    assert "ffmpeg" in error[0]
    assert ".webp" in error[1]


def test_meshes_of_a_known_topology_get_brows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lego has written is recognised by its faces, so that its pictures look like the previews."""
    mesh = load_plugins(third_party=False).registry.get("topologies", "mask").mesh
    path = tmp_path / "mask.obj"
    write_mesh(mesh, path, {".obj": ObjExporter()})
    pictures = []
    for extra in ([], ["--no-makeup"]):
        output = tmp_path / f"{len(extra)}.png"
        command = ["render", str(path), "-o", str(output), "--view", "front", "--size", "96", "--json", *extra]
        assert run(command) == 0
        assert json.loads(capsys.readouterr().out)["topology"] == ("" if extra else "mask")
        pictures.append(np.asarray(Image.open(output)).astype(int))
    assert (pictures[1] - pictures[0]).max() > 40  # brows are darker than skin


def test_axes_of_the_file(wedge: Path, tmp_path: Path) -> None:
    """The wedge stored with Z up and facing -Y gives the picture of the upright one."""
    turned = tmp_path / "turned.obj"
    rows = [line.split() for line in WEDGE.splitlines()]
    turned.write_text("\n".join(f"v {r[1]} -{r[3]} {r[2]}" if r[0] == "v" else " ".join(r) for r in rows))
    pictures = []
    for path, extra in ((wedge, []), (turned, ["--up", "z", "--front=-y"])):
        output = path.with_suffix(".png")
        assert run(["render", str(path), "-o", str(output), "--views", "three_quarter", "--size", "64", *extra]) == 0
        pictures.append(np.asarray(Image.open(output)).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 2


def test_axes_are_rotations() -> None:
    for up, front in (("y", "z"), ("z", "-y"), ("-x", "z"), ("z", "x")):
        turn = axes_to_canonical(up, front)
        assert np.linalg.det(turn) == pytest.approx(1)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--views", "front,nose"], "no view called 'nose'"),
        (["--size", "5000"], "out of range"),
        (["--turn", "8", "-o", "wedge.png"], "wedge.png"),
        (["-o", "a.bmp"], "a.bmp"),
        (["--up", "w"], "no axis 'w'"),
        (["--up", "z", "--front=-z"], "one line"),
        (["--background", "pink"], "pink"),
        (["--background", "transparent", "-o", "a.jpg"], "cannot be transparent"),
        (["-o", "a.gif", "--turn", "720", "--size", "2048"], "too much for a .gif"),
        (["-o", "a.gif", "--fps", "0"], "--fps 0"),
        (["--device", "tpu"], "no 'tpu'"),
        (["--renderer", "tochr"], "tochr"),
    ],
)
def test_wrong_usage(wedge: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Two lines, nothing written."""
    assert run(["render", str(wedge), *arguments]) != 0
    error = capsys.readouterr().err.splitlines()
    assert any(line.startswith("error:") and message in line for line in error)
    assert any(line.startswith("hint:") for line in error)
    assert [path.name for path in wedge.parent.iterdir()] == ["wedge.obj"]


def test_does_not_overwrite(wedge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = wedge.with_suffix(".png")
    output.write_text("mine")
    assert run(["render", str(wedge), "--size", "32"]) == 2
    assert output.read_text() == "mine"
    assert run(["render", str(wedge), "--size", "32", "--force"]) == 0
    assert output.read_bytes().startswith(b"\x89PNG")


def test_a_turn_without_a_name_is_a_gif(wedge, capsys):
    assert run(["render", str(wedge), "--turn", "2", "--size", "64", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["output"] == str(wedge.with_suffix(".gif"))
    assert wedge.with_suffix(".gif").read_bytes().startswith(b"GIF")
