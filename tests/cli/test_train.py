"""``lego train``: each command leaves a file that loads, keeps what is there, and says how to go on when stopped."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import torch

from lego_cli import assets
from lego_cli.cli.application import run
from lego_cli.core.ds import train_ds
from lego_cli.core.ds.surface_net import BasisSizes, load_surface_net
from lego_cli.core.dt import train_style_prior
from lego_cli.core.dt.style_file import read_style
from lego_cli.core.dt.style_prior import PriorSizes, load_style_prior
from lego_cli.core.encoding import train_mage
from lego_cli.core.encoding.mage import load_mage
from lego_cli.core.training_options import TrainDsOptions, TrainFaceOptions, TrainMageOptions, TrainPriorOptions
from lego_cli.learning import train_face
from lego_cli.nn import load_face_net

COMMANDS = (["ds"], ["mage"], ["face-encoder"], ["prior"], ["style", "elf"])
SMALL_DS = BasisSizes(shape=3, terms=60, width=16, layers=2, features=32)
DS = "train ds --steps 4 --people 6 --samples 500 --fields 24 --batch 64".split()
MAGE = "train mage --steps 1 --point-steps 1 --batch 2 --samples 300 --point-samples 32".split()
FACES = "train face-encoder --steps 1 --blocks 1 --people 2 --styles 2 --expressions 2 --batch 1 --views 1".split()
PRIOR = "train prior --styles 3 --people 2 --steps 2 --trunk-steps 2".split()
STYLE = "train style elf --steps 0 --field-steps 2 --samples 200".split()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_network_that_is_there_is_kept(command, folder, capsys):
    (folder / "mine").write_text("an hour of work")
    assert run(["train", *command, "-o", "mine"]) == 2
    assert "--force" in capsys.readouterr().err
    assert [path.read_text() for path in folder.iterdir()] == ["an hour of work"]


@pytest.mark.slow
def test_ds_goes_on_where_it_was_stopped(folder, monkeypatch, capsys):
    """With the very line that the error gives."""
    draws = []
    draw = train_ds._Domain.draw

    def stops(domain, options, step):
        draws.append(step)
        if len(draws) == 3:
            raise KeyboardInterrupt
        return draw(domain, options, step)

    monkeypatch.setattr(train_ds, "BasisSizes", lambda **_: SMALL_DS)
    monkeypatch.setattr(train_ds._Domain, "draw", stops)
    assert run([*DS, "-o", "ds.safetensors"]) == 130
    line = capsys.readouterr().err.partition("go on with: lego ")[2].partition(" (and")[0]
    assert sorted(path.name for path in folder.iterdir()) == ["ds.checkpoint"]
    assert run([*shlex.split(line), *DS[4:], "--json"]) == 0
    assert draws == [0, 1, 2, 2, 3]
    made = json.loads(capsys.readouterr().out)
    assert [path.name for path in folder.iterdir()] == [made["output"]]
    net = load_surface_net(Path(made["output"]))
    assert (net.shape_size, net.expression_size) == (3, 52)


@pytest.mark.slow
def test_mage_and_the_face_encoder_are_made_as_they_ship(folder, capsys):
    assert run([*MAGE, "-o", "new/mage.safetensors"]) == 0
    assert load_mage(folder / "new" / "mage.safetensors").sizes == assets.mage().sizes
    assert run([*FACES, "-o", "face.safetensors"]) == 0
    faces = load_face_net(folder / "face.safetensors")
    assert faces(torch.rand(1, 3, faces.sizes.picture, faces.sizes.picture)).isfinite().all()
    assert not list(folder.rglob("*.checkpoint*"))


@pytest.mark.slow
def test_a_style_prior_of_few_styles(folder, monkeypatch, capsys):
    assert run([*PRIOR, "-o", "prior.safetensors"]) == 2
    assert "--styles 80" in capsys.readouterr().err
    monkeypatch.setattr(train_style_prior, "FEWEST", 3)
    monkeypatch.setattr(train_style_prior, "TRUNK_SAMPLES", 500)
    monkeypatch.setattr(train_style_prior, "PriorSizes", lambda **sizes: PriorSizes(**sizes, modes=4, summary=2))
    assert run([*PRIOR, "-o", "prior.safetensors", "-q"]) == 0
    prior = load_style_prior(folder / "prior.safetensors")
    assert prior.modes.shape == (4, prior.sizes.vertices, 3)
    assert [path.name for path in folder.iterdir()] == ["prior.safetensors"]


@pytest.mark.slow
def test_a_recipe_becomes_a_style_for_everybody(folder, capsys):
    assert run([*STYLE, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["exemplar_mean_percent"] < 0.5
    assert made["identity_found"] == 1
    style = read_style(folder / made["output"])
    assert (made["output"], style.name) == ("elf.lego", "elf")
    assert style.thumbnail.startswith(b"\x89PNG")
    assert run(["styles", "add", made["output"], "--name", "mine"]) == 0
    assert run(["train", "style", "mine"]) == 2
    assert "'mine' has no recipe" in capsys.readouterr().err


STOPPED = (
    (train_ds, "train_ds", TrainDsOptions, "ds --network hypernet --steps 7 --seed 3"),
    (train_mage, "train_mage", TrainMageOptions, "mage --steps 7 --point-steps 8 --seed 3"),
    (train_style_prior, "train_style_prior", TrainPriorOptions, "prior --styles 90 --people 4 --steps 7 --seed 3"),
    (train_face, "prepared", TrainFaceOptions, "face-encoder --steps 7 --blocks 2 --seed 3"),
)


@pytest.mark.parametrize(("module", "function", "kind", "command"), STOPPED, ids=[s[3].split()[0] for s in STOPPED])
def test_the_line_after_an_interruption_repeats_what_was_asked_for(
    module, function, kind, command, folder, monkeypatch, capsys
):
    seen = []

    def stops(*given):
        seen.append(next(x for x in given if isinstance(x, kind)))
        raise KeyboardInterrupt

    monkeypatch.setattr(assets, "stylist", lambda registry: None)  # not needed
    monkeypatch.setattr(module, function, stops)
    asked = ["train", *command.split(), "-o", "my nets/new.safetensors"]
    assert run(asked) == 130
    assert "nothing was kept yet" in capsys.readouterr().err
    (folder / "my nets").mkdir()
    for name in ("new.checkpoint", "new.points.checkpoint"):
        (folder / "my nets" / name).touch()
    assert run(asked) == 130
    line = capsys.readouterr().err.partition("go on with: lego ")[2].partition(" (and")[0]
    assert run(shlex.split(line)) == 130
    assert line in capsys.readouterr().err
    assert seen == seen[:1] * 3
