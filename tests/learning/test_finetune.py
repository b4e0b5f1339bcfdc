"""``lego finetune``: pairs in one topology, in two, and alone; and pairs that are none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lego_cli import assets
from lego_cli.api import LegoError, Mesh
from lego_cli.cli.application import run
from lego_cli.cli.finetune import _say as say
from lego_cli.core.dt.exemplar import (
    exemplar_of_meshes,
    exemplar_of_recipe,
    exemplar_of_style,
    same_topology,
    with_symmetry,
)
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.files.folders import styles_folder
from lego_cli.learning.finetuning import Pair, check_pair, find_pair
from lego_cli.learning.style_maker import StyleMaker
from lego_cli.mesh.read import read_mesh
from lego_cli.plugins import load_plugins
from lego_cli.renderer_choice import choose_renderer

pytestmark = pytest.mark.slow

FAST = "--field-steps 40 --samples 2000 --steps 2 --loss image=0 --loss across-domain=0 --loss in-domain=0".split()
DEMO = assets.data_file("demo_head.obj")


@pytest.fixture(scope="module")
def registry():
    torch.set_num_threads(1)
    return load_plugins(third_party=False).registry


@pytest.fixture(scope="module")
def stylist(registry):
    return assets.stylist(registry)


def nosed(mesh: Mesh, length: float = 1.2) -> Mesh:
    """The demo head (centimetres) with its nose drawn out, as an artist would by hand."""
    v = np.asarray(mesh.vertices, np.float64)
    front = v[np.argmax(v[:, 2])]
    near = np.exp(-(((v - front) / 1.5) ** 2).sum(1, keepdims=True))
    return mesh.with_vertices(v + near * [0, 0, length])


def write(mesh: Mesh, path: Path, registry) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exporters_by_suffix(registry)[path.suffix].write(mesh, path)
    return path


@pytest.fixture
def pair(tmp_path, registry):
    folder = tmp_path / "long nose"
    folder.mkdir()
    (folder / "identity.obj").write_bytes(DEMO.read_bytes())
    write(nosed(read_mesh(DEMO)), folder / "style.obj", registry)
    return folder


def test_a_pair_of_one_topology_gives_an_installed_style(pair, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["finetune", "--exemplar", str(pair), "--name", "nosey", *FAST, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["exemplar"].startswith("one topology")
    assert made["figures"]["exemplar_mean_percent"] < 0.3
    assert made["figures"]["identity_found"] == 1.0
    for file in ("nosey.lego", "nosey.png", "nosey.lego.run.json"):
        assert (tmp_path / file).stat().st_size > 1000
    assert (styles_folder() / "nosey.lego").is_file()
    assert not (tmp_path / "nosey.checkpoint").exists()
    assert run(["styles", "show", "nosey"]) == 0
    assert "responses" in capsys.readouterr().out
    say(made)
    shown = capsys.readouterr().out
    assert "--style nosey" in shown
    assert f"exemplar reproduced to {made['figures']['exemplar_mean_percent']:.3f} %" in shown
    assert run(["finetune", "--exemplar", str(pair), "--name", "nosey", *FAST]) == 2
    assert "--force" in capsys.readouterr().err


def test_what_moves_is_where_the_artist_moved_it(pair, stylist):
    exemplar = exemplar_of_meshes(read_mesh(pair / "identity.obj"), read_mesh(pair / "style.obj"), stylist)
    moved = np.linalg.norm(exemplar.delta, axis=1)
    tip, crown = (int(np.atleast_1d(stylist.head.landmarks[n])[0]) for n in ("nose_tip", "crown"))
    assert 0.008 < moved[tip] < 0.014
    assert moved[crown] < 0.0005
    eye = stylist.head.parts["eye_left"]
    assert moved[eye].max() < 0.002


def test_two_topologies_in_two_frames(pair, registry, stylist, tmp_path):
    """The styled mesh comes in millimetres, Z up, elsewhere, and half as fine."""
    style = read_mesh(pair / "style.obj")
    skin = style.triangles()[::1]
    turn = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
    moved = Mesh.from_faces(10 * np.asarray(style.vertices) @ turn.T + 500, skin)
    identity = read_mesh(pair / "identity.obj")
    assert not same_topology(identity, moved)
    exemplar = exemplar_of_meshes(identity, moved, stylist)
    away = np.linalg.norm(exemplar.delta, axis=1)
    tip = int(np.atleast_1d(stylist.head.landmarks["nose_tip"])[0])
    assert away[tip] > 0.006
    assert np.median(away[stylist.skin]) < 0.003


def test_a_style_alone_gets_a_person(pair, stylist):
    exemplar = exemplar_of_style(read_mesh(pair / "style.obj"), stylist)
    assert np.abs(exemplar.shape).max() <= 1.5
    assert 0.0005 < np.linalg.norm(exemplar.delta[stylist.skin], axis=1).mean() < 0.02


def test_symmetry_is_restored_where_a_style_nearly_has_it(pair, stylist):
    exemplar = exemplar_of_meshes(read_mesh(pair / "identity.obj"), read_mesh(pair / "style.obj"), stylist)
    even = with_symmetry(exemplar, stylist, 0.5)
    assert even is not exemplar
    assert np.linalg.norm(even.styled - exemplar.styled, axis=1).max() < 0.004
    assert with_symmetry(exemplar, stylist, 0.0) is exemplar


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda folder, registry: None, "has no style.* mesh"),
        (lambda folder, registry: (folder / "style.obj").write_text("v 0 0 0\n"), "style.obj"),
        (lambda folder, registry: write(ball(), folder / "style.obj", registry), "no head"),
    ],
)
def test_bad_pairs_are_two_lines_and_leave_nothing(build, said, tmp_path, registry, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "pair"
    folder.mkdir()
    (folder / "identity.obj").write_bytes(DEMO.read_bytes())
    build(folder, registry)
    assert run(["finetune", "--exemplar", str(folder), *FAST]) in (1, 2)
    error = capsys.readouterr().err.strip().splitlines()
    assert said in error[-2]
    assert error[-1].startswith("hint: ")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pair"]
    assert not list(styles_folder().glob("*")) if styles_folder().exists() else True


def ball() -> Mesh:
    import trimesh

    sphere = trimesh.creation.icosphere(4, 10.0)
    return Mesh.from_faces(sphere.vertices, sphere.faces)


def test_swapped_files_are_told(pair, registry, stylist, maker):
    write(nosed(read_mesh(DEMO), 4.0), pair / "identity.obj", registry)
    (pair / "style.obj").write_bytes(DEMO.read_bytes())
    files = find_pair(pair)
    exemplar = exemplar_of_meshes(read_mesh(files.identity), read_mesh(files.style), stylist)
    assert any("swapped" in warning for warning in check_pair(exemplar, files, maker))


def test_two_people_are_told_from_one(registry, stylist, maker, tmp_path):
    head = stylist.head
    for name, seed in (("identity", 900_401), ("style", 900_402)):
        person = head.neutral(head.sample(1, "wide", seed))[0].astype(np.float64)
        write(Mesh.from_faces(100 * person, head.mesh.triangles()), tmp_path / f"{name}.obj", registry)
    files = find_pair(tmp_path)
    exemplar = exemplar_of_meshes(read_mesh(files.identity), read_mesh(files.style), stylist)
    assert any("one person" in warning for warning in check_pair(exemplar, files, maker))


@pytest.fixture(scope="module")
def maker(registry):
    return StyleMaker(registry, choose_renderer(registry), FinetuneOptions(steps=0))


@pytest.fixture(scope="module")
def sound(stylist):
    """A pair that nothing is wrong with."""
    return exemplar_of_recipe(load_plugins(False).registry.get("styles", "ogre").recipe, stylist)


FILES = Pair(Path("style.obj"), Path("identity.obj"))


@pytest.mark.parametrize(
    ("files", "trust", "size", "said"),
    [
        (FILES, 1.0, 1.0, []),
        (FILES, 0.5, 1.0, ["50% of the face was not found"]),
        (FILES, 1.0, 0.0, ["the style does nothing"]),
        (Pair(FILES.style, None), 1.0, 1.0, ["no identity mesh"]),
    ],
)
def test_a_doubtful_pair_is_learned_with_a_warning(files, trust, size, said, sound, maker):
    pair = replace(sound, styled=sound.identity + size * sound.delta, trust=np.full_like(sound.trust, trust))
    warnings = check_pair(pair, files, maker)
    assert len(warnings) == len(said)
    assert all(text in warning for text, warning in zip(said, warnings, strict=True))


@pytest.mark.parametrize(("trust", "size", "said"), [(0.3, 1.0, "only 30% of the face"), (1.0, 20.0, "do not match")])
def test_what_cannot_be_a_person_and_its_style_is_refused(trust, size, said, sound, maker):
    pair = replace(sound, styled=sound.identity + size * sound.delta, trust=np.full_like(sound.trust, trust))
    with pytest.raises(LegoError, match=f"identity.obj and style.obj.*{said}|{said}.*identity.obj and style.obj"):
        check_pair(pair, FILES, maker)


def test_unknown_losses_and_weights_are_refused_before_anything_slow(pair, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for flag, said in (("vortex=1", "vortex"), ("edge=much", "edge=much"), ("edge", "edge")):
        assert run(["finetune", "--exemplar", str(pair), "--name", "x", "--loss", flag]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("flags", [("--steps", "-3"), ("--people", "0"), ("--field-steps", "0"), ("--prior", "7")])
def test_numbers_that_teach_nothing_are_refused(flags, pair, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["finetune", "--exemplar", str(pair), "--name", "x", *flags]) == 2
    assert flags[0] in capsys.readouterr().err


def test_styles_travel_between_people(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["styles", "export", "pixar", "-o", "mine.lego"]) == 0
    assert run(["styles", "export", "pixar", "-o", "mine.png"]) == 0
    assert (tmp_path / "mine.png").read_bytes().startswith(b"\x89PNG")
    assert run(["styles", "add", "mine.lego", "--name", "theirs"]) == 0
    assert run(["styles", "add", "mine.lego", "--name", "theirs"]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["styles", "remove", "theirs"]) == 0
    assert not (styles_folder() / "theirs.lego").exists()
    assert run(["styles", "remove", "pixar"]) == 2
    assert "cannot be removed" in capsys.readouterr().err
    (tmp_path / "bad.lego").write_text("no style")
    assert run(["styles", "add", "bad.lego"]) == 1
