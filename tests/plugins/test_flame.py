"""FLAME as a rig: the user's own file, read without running it, poses as the paper says."""

from __future__ import annotations

import os
import pickle
import random
import struct
import sys
import tracemalloc
import types

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix

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


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_numbers_of_any_width_are_read(tmp_path, model, kind, recwarn):
    """Half ones cannot hold the bound that numbers are compared with."""
    np.savez(tmp_path / "x.npz", **(model | {"shapedirs": model["shapedirs"].astype(kind)}))
    made = flame_arrays(tmp_path / "x.npz")
    np.testing.assert_allclose(made["expressions"], model["shapedirs"][:, :, 300:], atol=1e-4)
    assert not recwarn.list


def test_damaged_pickles_never_get_through(tmp_path, model):
    """Cut, changed and doubled bytes, always the same ones: an error, or arrays that are those of a model."""
    table = {name: array[:4] for name, array in model.items()}
    good = [
        pickle.dumps(table | {"J_regressor": csc_matrix(model["J_regressor"])}, protocol) for protocol in (0, 2, 4, 5)
    ]
    file, dice, refused = tmp_path / "damaged.pkl", random.Random(11), list[str]()
    for _ in range(1500):
        content = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 3)):
            start = dice.choice(
                [dice.randrange(len(content)), dice.randrange(400), len(content) - dice.randrange(1500)]
            )
            content[start : start + dice.randint(0, 9)] = dice.randbytes(dice.randint(0, 6))
        file.write_bytes(content)
        try:
            arrays = read_pickled_arrays(file, NAMES)
        except LegoError as error:
            refused.append(error.message)
        else:
            assert all(isinstance(array, np.ndarray) and array.dtype.kind in "fiub" for array in arrays.values())
    assert 300 < len(refused) < 1500
    assert max(map(len, refused)) < 300


def packed(*operations: bytes) -> bytes:
    return b"\x80\x04" + b"".join(operations) + b"."


def word(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def array(shape: bytes, kind: str = "f8", order: str = "<", data: bytes = b"B\x08\0\0\0" + bytes(8)) -> bytes:
    """The operations that make an array of those."""
    made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85C\x01btR"
    state = b"(K\x03" + word(order) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    return made + b"(K\x01" + shape + b"cnumpy\ndtype\n(" + word(kind) + b"\x89\x88tR" + state + b"\x89" + data + b"tb"


def entry(value: bytes) -> bytes:
    return packed(b"}", word("f"), value, b"s")


ONE = b"K\x01\x85"
HUGE = b"\x8a\x09" + b"\xff" * 8 + b"\0\x85"
BIG = b"X" + struct.pack("<I", 8 << 20) + b"a" * (8 << 20)
SAME = 2**61 - 1  # whose multiples have one hash
ENCODE = b"c_codecs\nencode\n"
BOMBS = {
    "a memory of two billions": packed(b"N", b"r\xff\xff\xff\x7f"),
    "eight gigabytes": packed(b"\x8e" + struct.pack("<Q", 8 << 30)),
    "a frame without an end": packed(b"\x95" + struct.pack("<Q", 1 << 60), b"N"),
    "tuples of tuples as a key": packed(b"}", b"N" + b"2\x86" * 5000, b"Ns"),
    "keys that collide": packed(
        b"}(", *(b"\x8a\x0b" + (SAME * k).to_bytes(11, "little") + b"N" for k in range(9000)), b"u"),
    "a long text a thousand times": packed(b"}", BIG + b"q\x01" + b"0",
        *(word(f"k{k}") + ENCODE + b"h\x01" + word("latin1") + b"\x86Rs" for k in range(1000))),
    "an array under a thousand names": packed(
        b"}", word("x") + array(b"J\0\0\x10\0\x85", data=b"B\0\0\x80\0" + bytes(8 << 20)) + b"q\x01s",
        *(word(f"k{k}") + b"h\x01s" for k in range(1000))),
    "a list of itself": packed(b"]q\x01h\x01a"),
    "a long number": packed(b"\x8b" + struct.pack("<I", 1 << 20) + b"\x7f" * (1 << 20)),
    "a long number in figures": packed(b"I" + b"9" * 100_000 + b"\n"),
    "too many operations": packed(b"](" + b"N" * 30_000 + b"e"),
    "no stack": packed(b"u"),
    "a call of a number": packed(b"K\x01)R"),
    "an array of impossible shape": entry(array(HUGE)),
    "a negative shape": entry(array(b"J\xff\xff\xff\xff\x85")),
    "a shape of truths": entry(array(b"\x88\x85")),
    "a shape of itself": entry(b"]q\x02h\x02a0" + array(b"h\x02\x85")),
    "a shape with nothing and too much": entry(array(b"K\0\x8a\x07" + b"\xff" * 6 + b"\x7f\x86", data=b"B\0\0\0\0")),
    "another order": entry(array(ONE, order="?")),
    "too few bytes": entry(array(ONE, data=b"C\x01a")),
    "letters that are no bytes": entry(array(ONE, data=word("\u20ac" * 99))),
    "truths that are neither": entry(array(b"K\x08\x85", "b1", data=b"C\x08" + b"\7" * 8)),
    "chumpy of itself": entry(b"cchumpy.ch\nCh\n)\x81q\x03}" + word("x") + b"h\x03sb"),
    "an object that is its own state": entry(b"cchumpy.ch\nCh\n)\x81q\x03h\x03b"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_an_error_before_it_goes_off(tmp_path, name):
    (tmp_path / "a.pkl").write_bytes(BOMBS[name])
    tracemalloc.start()
    try:
        with pytest.raises(LegoError):
            flame_arrays(tmp_path / "a.pkl")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 350 << 20  # most of it is room for the largest file allowed


def test_a_sound_array_of_that_make_is_read(tmp_path):
    """Guards the bombs above, which are made of the same operations."""
    for order, kind in (("<", "f8"), (">", "f8")):
        data = b"C\x08" + np.array([2.5], order + kind).tobytes()
        (tmp_path / "a.pkl").write_bytes(entry(array(ONE, kind, order, data)))
        assert read_pickled_arrays(tmp_path / "a.pkl", ["f"])["f"].tolist() == [2.5]


@pytest.mark.parametrize("form", [csc_matrix, csr_matrix, coo_matrix])
def test_sparse_matrices_of_any_form_add_up(tmp_path, form):
    matrix = form(np.array([[0, 1.5, 0], [2, 0, 0], [0, 0, 3], [4, 0, 0]]))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"f": matrix}, 2))
    np.testing.assert_array_equal(read_pickled_arrays(tmp_path / "a.pkl", ["f"])["f"], matrix.toarray())


@pytest.mark.parametrize(
    ("part", "numbers"),
    [
        ("indices", [0, 9, 1, 0]),
        ("indices", [0, -1, 1, 0]),
        ("indptr", [0, 1, 2, 99]),
        ("indptr", [0, 3, 2, 4]),
        ("indptr", [-1, 1, 2, 4]),
        ("indptr", [0, 4]),
        ("data", [1.0]),
        ("data", [[1.0] * 4]),
        ("_shape", (4, 3, 1)),
        ("_shape", (1 << 40, 1 << 40)),
        ("_shape", (4, -3)),
        ("_shape", (4, 2)),
    ],
)
def test_sparse_matrices_whose_numbers_do_not_fit_are_refused(tmp_path, part, numbers):
    """Scipy writes where such an index says: outside of the matrix."""
    matrix = csc_matrix(np.array([[0, 1.5, 0], [2, 0, 0], [0, 0, 3], [4, 0, 0]]))
    matrix.__dict__[part] = numbers if isinstance(numbers, tuple) else np.array(numbers)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"f": matrix}, 2))
    with pytest.raises(LegoError, match="sparse"):
        read_pickled_arrays(tmp_path / "a.pkl", ["f"])


STRANGE = {
    "nothing": None,
    "a few": np.ones(3),
    "text": np.array("x"),
    "no numbers": np.full((40, 3), np.nan),
    "none": np.zeros((0, 3)),
    "too large": np.full((40, 3, 12), 1e300),
    "one": np.array(3),
}


@pytest.mark.parametrize("name", ["template", "faces", "expressions", "correctives", "regressor", "weights"])
@pytest.mark.parametrize("other", STRANGE.values(), ids=STRANGE)
def test_arrays_of_another_rig_are_refused_by_name(tmp_path, model, name, other):
    np.savez(tmp_path / "flame.npz", **model)
    arrays = flame_arrays(tmp_path / "flame.npz") | {name: other}
    with pytest.raises(ValueError, match=name):
        FlameRig("flame", arrays)
