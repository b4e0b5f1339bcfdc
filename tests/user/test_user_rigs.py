"""Rigs that the user adds: kept without pickles, found by name, said to be missing until then."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from lego_cli.animating.retarget import to_arkit
from lego_cli.animating.tracks import read_track
from lego_cli.api import ShapeRig, write_arrays
from lego_cli.cli.application import run
from lego_cli.errors import ExitCode, LegoError
from lego_cli.plugins import load_plugins
from lego_cli.registry import Entry, Owner
from lego_cli.user.rigs import load, rigs_folder


@pytest.fixture
def flame(tmp_path):
    """A made-up FLAME file."""
    rng = np.random.default_rng(1)
    model = {
        "v_template": rng.normal(size=(9, 3)),
        "shapedirs": rng.normal(size=(9, 3, 304)),
        "posedirs": rng.normal(size=(9, 3, 36)),
        "J_regressor": np.full((5, 9), 1 / 9),
        "weights": np.full((9, 5), 0.2),
        "f": np.array([[0, 1, 2], [2, 3, 4]]),
    }
    file = tmp_path / "generic_model.pkl"
    file.write_bytes(pickle.dumps(model, 2))
    return file


def answer(capsys, *arguments, code=0):
    assert run([*map(str, arguments), "--no-plugins"]) == code
    return capsys.readouterr()


def test_add_show_use_and_remove(capsys, flame):
    done = json.loads(answer(capsys, "rigs", "add", "flame", flame, "--json").out)
    assert (done["name"], done["controls"], done["vertices"]) == ("flame", 16, 9)
    shown = json.loads(answer(capsys, "rigs", "show", "flame", "--json").out)
    assert shown["controls"][:5] == ["exp_000", "exp_001", "exp_002", "exp_003", "jaw_x"]
    with np.load(rigs_folder() / "flame.npz", allow_pickle=False) as arrays:
        assert arrays["expressions"].shape == (9, 3, 4)
    rig = load_plugins(third_party=False).registry.get("rigs", "flame")
    assert isinstance(rig, ShapeRig)
    assert "already" in answer(capsys, "rigs", "add", "flame", flame, code=2).err
    answer(capsys, "rigs", "add", "flame", flame, "--name", "mine")
    answer(capsys, "rigs", "add", "flame", flame, "--force")
    answer(capsys, "rigs", "remove", "flame")
    assert "no rig called 'flame'" in answer(capsys, "rigs", "show", "flame", code=2).err
    answer(capsys, "rigs", "remove", "mine")


def test_what_is_no_model_is_not_kept(capsys, tmp_path):
    (tmp_path / "a.pkl").write_bytes(b"nothing")
    assert answer(capsys, "rigs", "add", "flame", tmp_path / "a.pkl", code=1).err.count("\n") == 2
    answer(capsys, "rigs", "add", "flame", tmp_path / "b.pkl", code=2)
    answer(capsys, "rigs", "add", "nix", tmp_path / "a.pkl", code=2)
    answer(capsys, "rigs", "add", "flame", tmp_path / "a.pkl", "--name", "../x", code=2)
    assert not rigs_folder().exists()


def test_ours_cannot_be_removed(capsys):
    assert "cannot be removed" in answer(capsys, "rigs", "remove", "arkit", code=2).err


def test_codes_of_a_model_that_is_not_here_say_how_to_get_it(tmp_path):
    registry = load_plugins(third_party=False).registry
    np.savez(tmp_path / "codes.npz", exp=np.ones((3, 50)), pose=np.zeros((3, 6)))
    track = read_track(tmp_path / "codes.npz", registry)
    assert track.rig == "flame"
    with pytest.raises(LegoError) as caught:
        to_arkit(track, registry)
    assert caught.value.code == ExitCode.MISSING
    assert "lego rigs add flame" in caught.value.hint


def test_a_rig_file_that_is_damaged_is_named(capsys, flame):
    answer(capsys, "rigs", "add", "flame", flame)
    file = rigs_folder() / "flame.npz"
    file.write_bytes(file.read_bytes()[:500])
    assert str(file) in answer(capsys, "rigs", "show", "flame", code=1).err
    np.savez(file, format=np.array("lego-rig 1"), importer=np.array("flame"))
    assert "damaged" in answer(capsys, "rigs", "show", "flame", code=1).err


class Odd:
    """An importer of somebody else's, whose rig fails in its own way."""

    name = rig_name = "odd"

    def __init__(self, failure: type[BaseException]) -> None:
        self.failure = failure

    def rig(self, name, arrays):
        raise self.failure("by itself")


@pytest.mark.parametrize("failure", [ZeroDivisionError, RuntimeError, RecursionError, AttributeError, KeyError])
def test_whatever_an_importer_fails_with_is_a_damaged_file(tmp_path, failure):
    registry = load_plugins(third_party=False).registry
    registry.add(Entry("rig_importers", "odd", lambda: Odd(failure), Owner("odd", "odd", "1")))
    write_arrays(tmp_path / "a.npz", {"format": np.array(["lego-rig 1"]), "importer": np.array(["odd"])})
    with pytest.raises(LegoError, match=r"a\.npz is damaged"):
        load(tmp_path / "a.npz", registry)


def test_a_full_memory_is_no_damaged_file(tmp_path):
    registry = load_plugins(third_party=False).registry
    registry.add(Entry("rig_importers", "odd", lambda: Odd(MemoryError), Owner("odd", "odd", "1")))
    write_arrays(tmp_path / "a.npz", {"format": np.array(["lego-rig 1"]), "importer": np.array(["odd"])})
    with pytest.raises(MemoryError):
        load(tmp_path / "a.npz", registry)


@pytest.mark.parametrize("value", [np.array([1.5]), np.array("lego-rig 2"), np.zeros(0), np.array([True])])
@pytest.mark.parametrize("key", ["format", "importer"])
def test_a_rig_file_of_other_words_is_refused(tmp_path, key, value):
    words = {"format": np.array("lego-rig 1"), "importer": np.array("flame")}
    write_arrays(tmp_path / "a.npz", words | {key: value})
    with pytest.raises(LegoError):
        load(tmp_path / "a.npz", load_plugins(third_party=False).registry)
