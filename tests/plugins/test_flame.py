"""FLAME as a rig: the user's own file, read without running it, poses as the paper says."""

from __future__ import annotations

import os
import pickle
import sys
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_matrix, csr_matrix

from lego_cli.api import LegoError, ShapeRig
from lego_rigs.flame import NAMES, FlameRig, flame_arrays
from lego_rigs.inert_pickle import read_pickled_arrays

VERTICES, SHAPES = 40, 312


@pytest.fixture(scope="module")
def model() -> dict[str, np.ndarray]:
    """A made-up model of FLAME's make."""
    rng = np.random.default_rng(11)
    weights = rng.uniform(0, 1, (VERTICES, 5)) ** 4
    regressor = rng.uniform(0, 1, (5, VERTICES)) ** 8
    return {
        "v_template": rng.normal(0, 0.1, (VERTICES, 3)),
        "shapedirs": rng.normal(0, 0.01, (VERTICES, 3, SHAPES)),
        "posedirs": rng.normal(0, 0.01, (VERTICES, 3, 36)),
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
        "kintree_table": np.array([[4294967295, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.uint32),
        "f": rng.integers(0, VERTICES, (60, 3)).astype(np.uint32),
    }


Ch = type("Ch", (), {"__module__": "chumpy.ch", "__doc__": "What chumpy's arrays are in a pickle: numbers in ``x``."})


def chumpy_like(array: np.ndarray) -> object:
    holder = Ch()
    holder.x = array
    holder._dirty_vars = set()
    return holder


@pytest.fixture
def as_published(monkeypatch, model, tmp_path):
    """Write the model as FLAME's makers do: chumpy arrays, a sparse regressor, text beside; any protocol."""
    package, module = types.ModuleType("chumpy"), types.ModuleType("chumpy.ch")
    module.Ch = Ch
    monkeypatch.setitem(sys.modules, "chumpy", package)
    monkeypatch.setitem(sys.modules, "chumpy.ch", module)

    def write(protocol: int, sparse=csc_matrix):
        table = {**model, "bs_type": "lrotmin", "bs_style": "lbs", "J_regressor": sparse(model["J_regressor"])}
        for name in ("v_template", "shapedirs"):
            table[name] = chumpy_like(model[name])
        table["posedirs"] = np.asfortranarray(model["posedirs"])
        file = tmp_path / f"generic_model_{protocol}.pkl"
        file.write_bytes(pickle.dumps(table, protocol))
        return file

    return write


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("sparse", [csc_matrix, csr_matrix])
def test_a_published_file_gives_the_arrays_in_it(as_published, monkeypatch, model, protocol, sparse):
    file = as_published(protocol, sparse)
    for name in ("chumpy", "chumpy.ch"):
        monkeypatch.delitem(sys.modules, name)  # nobody has chumpy any more
    found = read_pickled_arrays(file, set(model))
    assert set(model) == set(found)
    for name, array in model.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def slow_posed(model, expression, joints):
    """FLAME's forward pass, one vertex and one joint at a time (Li et al. 2017, section 3)."""
    parents = [-1, 0, 1, 1, 1]
    shaped = [[v[c] + sum(d[c][300 + e] * expression[e] for e in range(12)) for c in range(3)]
              for v, d in zip(model["v_template"], model["shapedirs"], strict=True)]  # fmt: skip
    places = [sum(w * np.array(v) for w, v in zip(row, shaped, strict=True)) for row in model["J_regressor"]]
    turns = [np.eye(3), *(rodrigues(vector) for vector in joints)]
    feature = np.concatenate([(turn - np.eye(3)).ravel() for turn in turns[1:]])
    world = [np.eye(4)]
    world[0][:3, 3] = places[0]
    for k in range(1, 5):
        local = np.eye(4)
        local[:3, :3], local[:3, 3] = turns[k], places[k] - places[parents[k]]
        world.append(world[parents[k]] @ local)
    result = []
    for v, point in enumerate(shaped):
        corrected = np.array(point) + model["posedirs"][v] @ feature
        total = np.zeros(3)
        for k in range(5):
            there = world[k] @ np.append(corrected - places[k], 1)
            total += model["weights"][v, k] * there[:3]
        result.append(total)
    return np.array(result)


def rodrigues(vector):
    angle = np.linalg.norm(vector)
    if angle == 0:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


@pytest.fixture
def rig(model, tmp_path) -> FlameRig:
    np.savez(tmp_path / "flame.npz", **model)
    return FlameRig("flame", flame_arrays(tmp_path / "flame.npz"))


def test_it_poses_as_a_slow_copy_does(rig, model):
    rng = np.random.default_rng(3)
    expression, turns = rng.normal(0, 1, (4, 12)), rng.normal(0, 0.4, (4, 4, 3))  # neck, jaw, eyes
    assert isinstance(rig, ShapeRig)
    by_name = {f"exp_{k:03d}": expression[:, k] for k in range(12)}
    for joint, name in enumerate(("neck", "jaw", "eye_left", "eye_right")):
        by_name |= {f"{name}_{axis}": turns[:, joint, k] for k, axis in enumerate("xyz")}
    made = rig.posed(np.stack([by_name[control] for control in rig.controls], axis=1))
    for frame in range(4):
        np.testing.assert_allclose(made[frame], slow_posed(model, expression[frame], turns[frame]), atol=1e-6)


def test_rest_is_the_template_and_bounds_hold_it(rig, model):
    np.testing.assert_allclose(rig.posed(np.zeros((1, len(rig.controls))))[0], model["v_template"], atol=1e-9)
    assert (rig.bounds[:, 0] < 0).all()
    assert (rig.bounds[:, 1] > 0).all()


class Runs:
    """What a bad pickle asks for."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call


MARK = "was_run"
BAD = (
    Runs(os.mkdir, (MARK,)),
    Runs(eval, (f"__import__('os').mkdir('{MARK}')",)),
    Runs(getattr, ("text", "upper")),
    Runs(__import__, ("this",)),
    Runs(np.load, ("x.npy",)),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.call[0].__name__)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_wants_to_run_something_is_refused(tmp_path, monkeypatch, bad, protocol):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "flame.pkl"
    file.write_bytes(pickle.dumps({"v_template": np.zeros((3, 3)), "f": bad}, protocol))
    with pytest.raises(LegoError, match="names "):
        flame_arrays(file)
    assert not (tmp_path / MARK).exists()


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps([1, 2]), pickle.dumps({"f": 1}), b"\x80\x04."])
def test_what_is_no_model_is_refused(tmp_path, content):
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(LegoError) as caught:
        flame_arrays(tmp_path / "a.pkl")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("shapedirs", lambda a: a[:, :, :300]),
        ("weights", lambda a: a[:, :4]),
        ("posedirs", lambda a: a[:, :, :27]),
        ("v_template", lambda a: np.full_like(a, np.nan)),
        ("f", lambda a: a + 999),
        ("kintree_table", lambda a: a[:, [0, 2, 1, 3, 4]]),
    ],
)
def test_models_that_are_not_flames_are_refused(tmp_path, model, name, change):
    np.savez(tmp_path / "x.npz", **(model | {name: change(model[name])}))
    with pytest.raises(LegoError):
        flame_arrays(tmp_path / "x.npz")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_pickles_never_get_through(tmp_path_factory, model, data):
    """Cut, changed and doubled bytes: an error, or arrays that are those of a model."""
    table = {name: array[:4] for name, array in model.items()}
    content = bytearray(pickle.dumps(table | {"J_regressor": csc_matrix(model["J_regressor"])}, 2))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    file = tmp_path_factory.getbasetemp() / "damaged.pkl"
    file.write_bytes(content)
    try:
        arrays = read_pickled_arrays(file, NAMES)
    except LegoError:
        return
    assert all(isinstance(array, np.ndarray) and array.dtype.kind in "fiub" for array in arrays.values())
