"""Named arrays on disk: what was written comes back; a bomb or a damaged file is two lines and takes no memory."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from lego_cli import arrays
from lego_cli.arrays import read_arrays, write_arrays
from lego_cli.errors import LegoError

ARRAYS = {"a": np.arange(6.0).reshape(2, 3), "names": np.array(["x", "yz"]), "none": np.zeros((0, 3), np.int32)}


def read(path: Path, **options):
    return read_arrays(path, "the thing", "make it again", **options)


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def packed(path: Path, members, method=zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


WRITERS = {
    "ours": write_arrays,
    "plain": lambda path, arrays: np.savez(path, **arrays),
    "compressed": lambda path, arrays: np.savez_compressed(path, **arrays),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_arrays_come_back_whoever_wrote_them(tmp_path, write):
    write(tmp_path / "a.npz", ARRAYS)
    found = read(tmp_path / "a.npz")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_only_what_is_wanted_is_looked_at(tmp_path):
    """A file of somebody's has more in it than we need, objects among it."""
    np.savez(tmp_path / "a.npz", exp=np.ones(3), meta=np.array([{}], object))
    assert list(read(tmp_path / "a.npz", wanted=lambda name: name == "exp")) == ["exp"]
    with pytest.raises(LegoError, match=r"meta\.npy: .*kind"):
        read(tmp_path / "a.npz")


def test_members_that_are_no_arrays(tmp_path):
    file = packed(tmp_path / "a.npz", [("a.npy", npy(np.ones(2))), ("readme.txt", b"hello")])
    assert list(read(file)) == ["a"]
    with pytest.raises(LegoError, match="no array"):
        read(packed(tmp_path / "b.npz", [("a.npy", b"hello")]))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(tmp_path, method):
    with pytest.raises(LegoError, match="packed"):
        read(packed(tmp_path / "a.npz", [("a.npy", npy(np.ones(99)))], method))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path):
    with pytest.raises(LegoError, match="two members"):
        read(packed(tmp_path / "a.npz", [("a.npy", npy(np.ones(9))), ("a.npy", npy(np.zeros(9)))]))


def test_what_is_missing_or_a_folder(tmp_path):
    for path in (tmp_path, tmp_path / "none.npz"):
        with pytest.raises(LegoError) as caught:
            read(path)
        assert caught.value.hint == "make it again"


def test_any_damage_is_arrays_or_two_lines(tmp_path):
    write_arrays(tmp_path / "a.npz", ARRAYS)
    good, dice, refused = (tmp_path / "a.npz").read_bytes(), random.Random(0), 0
    for _ in range(600):
        data = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        (tmp_path / "b.npz").write_bytes(data[: dice.choice([len(data), len(data), dice.randrange(len(data))])])
        try:
            assert all(isinstance(array, np.ndarray) for array in read(tmp_path / "b.npz").values())
        except LegoError as error:
            refused += "\n" not in error.message and bool(error.hint)
    assert refused > 400


def many(path: Path) -> None:
    """Half a million empty members: the directory alone would take half a gigabyte of objects."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0)
    data = b"".join(entry + b"%05x" % k for k in range(1 << 19))
    path.write_bytes(data + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(data), 0, 0))


def zeros(path: Path) -> None:
    """A megabyte that unpacks to a gigabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as file:
        file.write(npy(np.zeros(0, "u1")).replace(b"(0,), }          ", b"(1073741824,), }"))
        for _ in range(1024):
            file.write(bytes(1 << 20))


def liar(path: Path) -> None:
    """Says that it is small, and is not."""
    zeros(path)
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\1\2")
    data[entry + 24 : entry + 28] = struct.pack("<L", 200)
    path.write_bytes(data)


def shared(path: Path) -> None:
    """Two hundred members, all of them the same eight megabytes."""
    body = npy(np.zeros(8 << 20, "u1"))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = packer.compress(body) + packer.flush()
    sizes = struct.pack("<3L", zlib.crc32(body), len(deflated), len(body))
    local = struct.pack("<4s5H", b"PK\3\4", 20, 0, 8, 0, 0) + sizes + struct.pack("<2H", 9, 0) + b"aaaaa.npy" + deflated
    parts = [
        struct.pack("<4s6H", b"PK\1\2", 20, 20, 0, 8, 0, 0) + sizes + struct.pack("<5H2L", 9, 0, 0, 0, 0, 0, 0)
        + b"%05x.npy" % k for k in range(200)
    ]  # fmt: skip
    data = b"".join(parts)
    path.write_bytes(local + data + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 200, 200, len(data), len(local), 0))


@pytest.mark.slow
@pytest.mark.parametrize("bomb", [many, zeros, liar, shared], ids=lambda bomb: bomb.__name__)
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, bomb):
    bomb(tmp_path / "a.npz")
    tracemalloc.start()
    try:
        with pytest.raises(LegoError, match="cannot read the thing"):
            read(tmp_path / "a.npz")
        assert tracemalloc.get_traced_memory()[1] < 350 << 20  # most of it is room for the largest file allowed
    finally:
        tracemalloc.stop()


def test_what_is_not_wanted_may_be_as_large_and_as_many_as_it_likes(tmp_path, monkeypatch):
    """People keep vertices of every frame beside the codes."""
    monkeypatch.setattr(arrays, "MOST_BYTES", 10_000)
    path = tmp_path / "codes.npz"
    np.savez_compressed(path, exp=np.ones((3, 50)), **{f"verts_{k}": np.zeros(2000) for k in range(300)})
    assert list(read_arrays(path, "codes", "hint", lambda name: name == "exp")) == ["exp"]
    with pytest.raises(LegoError, match="too large"):
        read_arrays(path, "codes", "hint")
