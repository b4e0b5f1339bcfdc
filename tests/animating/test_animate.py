"""Performances on heads, from the file that drives to the files that come out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from performances import live_link_csv
from PIL import Image

from lego_cli.animating.animate_files import check_outputs, write_animated
from lego_cli.animating.animation import AnimateOptions, CastOptions, animate, outputs_of
from lego_cli.animating.track_options import TrackOptions
from lego_cli.api import ARKIT, ExitCode, LegoError, Mesh
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_cli.mesh.write import write_mesh
from lego_cli.plugins import load_plugins
from lego_cli.registry import Entry, Owner
from lego_cli.renderer_choice import choose_renderer
from lego_cli.stylizing.stylizer import StylizeOptions, Stylizer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def registry():
    return load_plugins(third_party=False).registry


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    path = tmp_path_factory.mktemp("take") / "take.csv"
    live_link_csv(path, seconds=10)
    return path


@pytest.fixture(scope="module")
def played(registry, take):
    return animate("pixar", take, registry)


def test_a_style_plays_ten_seconds(played, take):
    clip = played.clip
    assert clip.name == "take"
    assert clip.values.shape == (len(clip.times), 52)
    assert clip.times[-1] == pytest.approx(10, abs=0.1)
    assert clip.head is not None
    table = np.genfromtxt(take, delimiter=",", names=True, dtype=None, encoding="utf-8")
    assert np.allclose(clip.values[:, ARKIT.index("jawOpen")], table["JawOpen"], atol=1e-5)
    assert played.head.correctives


def test_the_scene_keeps_the_clip_and_can_be_animated_again(played, registry, take, tmp_path):
    scene, again = tmp_path / "pixar.glb", tmp_path / "again.glb"
    write_animated(played, scene, registry, None, AnimateOptions())
    read = read_rigged(scene)
    assert read.controls == ARKIT
    assert [clip.name for clip in read.clips] == ["take"]
    assert np.allclose(read.clips[0].values, played.clip.values, atol=1e-5)
    assert np.allclose(read.clips[0].head, played.clip.head, atol=1e-4)
    other = animate(scene, take, registry, track_options=TrackOptions(trim="1:2", gain=("jawOpen=0.5",)))
    write_animated(other, again, registry, None, AnimateOptions())
    clips = read_rigged(again).clips
    assert [len(clip.times) for clip in clips] == [61]
    half = clips[0].values[:, ARKIT.index("jawOpen")]
    assert np.allclose(half, 0.5 * played.clip.values[60:121, ARKIT.index("jawOpen")], atol=1e-5)


def test_a_page_holds_the_clip_and_asks_nobody(played, registry, tmp_path):
    page = tmp_path / "pixar.html"
    write_animated(played, page, registry, None, AnimateOptions())
    text = page.read_text(encoding="utf-8")
    assert "<title>" in text
    assert len(text) > 1_000_000
    assert 'src="http' not in text


def test_pictures_move_at_the_rate_that_was_asked(played, registry, tmp_path):
    short = animate("pixar", played_take(played, tmp_path), registry)
    options = AnimateOptions(size=32)
    film, frames = tmp_path / "a.gif", tmp_path / "frames"
    renderer = choose_renderer(registry)
    write_animated(short, film, registry, renderer, options, fps=10)
    with Image.open(film) as picture:
        assert picture.n_frames == 4
        assert picture.info["duration"] == 100
    write_animated(short, frames, registry, renderer, options, fps=10)
    names = sorted(path.name for path in frames.iterdir())
    assert names == ["0000.png", "0001.png", "0002.png", "0003.png"]
    first, last = (np.asarray(Image.open(frames / name), float) for name in (names[0], names[-1]))
    assert np.abs(first - last).mean() > 0.1


def played_take(played, folder):
    """A third of a second as a track file: the mouth opens."""
    values = [[0.0], [0.3], [0.6], [1.0]]
    track = {"format": "lego-track", "version": 1, "rig": "arkit", "fps": 10, "controls": ["jawOpen"], "values": values}
    path = folder / "open.json"
    path.write_text(json.dumps(track), encoding="utf-8")
    return path


def test_another_rig_can_stand_between(registry, tmp_path):
    """By emotions alone, a wink has nobody to play it."""
    values = [[0.0, 0.0], [1.0, 0.8]]
    track = {
        "format": "lego-track", "version": 1, "rig": "arkit", "fps": 30, "controls": ["eyeBlinkLeft", "mouthSmileLeft"],
        "values": values,
    }  # fmt: skip
    path = tmp_path / "wink.json"
    path.write_text(json.dumps(track), encoding="utf-8")
    made = animate("elf", path, registry, options=AnimateOptions(rig="emotions"))
    assert np.abs(made.clip.values[0]).max() == 0, "rest stays rest"
    assert made.clip.values[1, ARKIT.index("eyeBlinkLeft")] < 0.3
    assert made.clip.values[1, ARKIT.index("mouthSmileRight")] > 0.05, "emotions have two sides"
    assert any("loses" in note for note in made.notes)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("no_such_style", {}, "no_such_style"),
        ("nowhere.obj", {}, "no file"),
        ("pixar", {"rig": "no_such_rig"}, "no_such_rig"),
    ],
)
def test_wrong_names_are_said_before_anything_slow(registry, take, source, options, message):
    with pytest.raises(LegoError, match=message) as raised:
        animate(source, take, registry, options=AnimateOptions(**options))
    assert raised.value.code == ExitCode.USAGE


def test_a_file_without_shapes_needs_a_style(registry, take, tmp_path):
    path = tmp_path / "bare.glb"
    mesh = Mesh.from_faces(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]))
    write_mesh(mesh, path, exporters_by_suffix(registry))
    with pytest.raises(LegoError, match="no shapes") as raised:
        animate(path, take, registry)
    assert "--style" in raised.value.hint


def test_outputs_are_checked_first(registry, tmp_path):
    check = AnimateOptions()
    with pytest.raises(LegoError, match="cannot hold an animation") as raised:
        check_outputs((tmp_path / "a.obj",), registry, check)
    assert ".glb" in raised.value.hint
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x.png").write_bytes(b"")
    with pytest.raises(LegoError, match="not empty"):
        check_outputs((tmp_path / "full",), registry, check)
    (tmp_path / "there.glb").write_bytes(b"")
    with pytest.raises(LegoError, match="exists"):
        check_outputs((tmp_path / "there.glb",), registry, check)
    check_outputs((tmp_path / "there.glb", tmp_path / "full"), registry, check, force=True)
    for wrong in ({"view": "sideways"}, {"size": 9}, {"background": "pink"}):
        with pytest.raises(LegoError):
            check_outputs((tmp_path / "new.gif",), registry, AnimateOptions(**wrong))
    (tmp_path / "b.glb.run.json").write_bytes(b"")
    with pytest.raises(LegoError, match=r"b\.run\.json exists"):
        check_outputs((tmp_path / "b.glb",), registry, check)
    with pytest.raises(LegoError, match="two results"):
        check_outputs((tmp_path / "a.glb", tmp_path / "a.glb"), registry, check)


def test_a_long_gif_is_refused_with_a_way_out(played, registry, tmp_path):
    with pytest.raises(LegoError, match="are too much for a") as raised:
        write_animated(played, tmp_path / "a.gif", registry, choose_renderer(registry), AnimateOptions(size=2048), 25)
    assert ".mp4" in raised.value.hint
    assert not list(tmp_path.iterdir())


def test_results_go_beside_the_input(take, tmp_path):
    assert outputs_of(tmp_path / "in.obj", take, CastOptions(), []) == (tmp_path / "in.take.glb",)
    assert outputs_of("pixar", take, CastOptions(), [tmp_path / "x.html"]) == (tmp_path / "x.html",)


def test_people_without_a_style_may_play(registry):
    with pytest.raises(LegoError, match="no style"):
        Stylizer(registry, StylizeOptions())
    assert Stylizer(registry, CastOptions(), bare=True).styles == []
    assert CastOptions().frame == "canonical"


def test_the_command_line_does_it(lego, tmp_path):
    path = played_take(None, tmp_path)
    scene = tmp_path / "out dir" / "ähm.glb"
    done = lego("animate", "chibi", "--drive", str(path), "-o", str(scene), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["frames"] == 4
    assert told["shapes"] == 52
    assert told["outputs"] == [str(scene)]
    assert json.loads((tmp_path / "out dir" / "ähm.glb.run.json").read_text(encoding="utf-8"))["performance"][
        "path"
    ] == str(path)
    again = lego("animate", "chibi", "--drive", str(path), "-o", str(scene))
    assert again.returncode == ExitCode.USAGE
    assert "--force" in again.stderr


def test_a_format_whose_writer_is_not_installed_is_refused_at_once(tmp_path):
    registry = load_plugins(third_party=False).registry
    owner = Owner("mine", "mine", "1", built_in=False)
    needs = ("module:no_such_module",)
    registry.add(Entry("exporters", "fbx", "no_such_module:Exporter", owner, "", needs, "pip install fbx-writer"))
    with pytest.raises(LegoError) as raised:
        check_outputs((tmp_path / "a.fbx",), registry, AnimateOptions())
    assert raised.value.code == ExitCode.MISSING
    assert "fbx-writer" in raised.value.hint
