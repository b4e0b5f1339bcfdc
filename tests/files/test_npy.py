"""NumPy's arrays byte by byte: all that numpy writes of plain values comes back, and nothing else gets in."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from numpy.lib import format as npy

from lego_cli.files.npy import array_of

SOUND = [
    np.arange(12.0).reshape(3, 4),
    np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)),
    np.array([1, -2, 3], ">i2"),
    np.array([[0.5, np.nan], [np.inf, -0.0]], ">f8"),
    np.array(7, np.uint8),
    np.zeros((0, 3), np.float16),
    np.zeros(0, np.str_),
    np.array([True, False]),
    np.array(["skin", "\N{LATIN SMALL LETTER E WITH ACUTE}ye \N{SKULL}", ""]),
    np.array(["skin"], ">U9"),
    np.array([1 + 2j]),
]


def written(array, version=(1, 0)) -> bytes:
    file = io.BytesIO()
    npy.write_array(file, array, version=version, allow_pickle=True)
    return file.getvalue()


def read(data: bytes, size: int | None = None, step: int = 1 << 20):
    return array_of((data[i : i + step] for i in range(0, len(data), step)), len(data) if size is None else size)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("array", SOUND, ids=lambda array: f"{array.dtype.str}{array.shape}")
def test_what_numpy_writes_comes_back_and_can_be_changed(array, version):
    again = read(written(array, version))
    np.testing.assert_array_equal(again, array)
    assert again.shape == array.shape
    assert again.dtype == array.dtype.newbyteorder("=")
    assert again.flags.writeable


def test_values_that_come_in_pieces_are_put_together():
    array = np.arange(5000, dtype=np.int32)
    np.testing.assert_array_equal(read(written(array), step=4096), array)


@pytest.mark.parametrize("header", ["{'shape': (2,), 'descr': '<f8', 'fortran_order': False}",
                                    '{"descr":"<f8","fortran_order":False,"shape":(2L,),}'])  # fmt: skip
def test_headers_of_other_writers_are_read(header):
    data = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + np.ones(2).tobytes()
    np.testing.assert_array_equal(read(data), [1, 1])


BAD = {
    "objects": written(np.array([None, "x"], object)),
    "rows": written(np.zeros(2, [("a", "<f4"), ("b", "<i4")])),
    "dates": written(np.zeros(2, "<M8[s]")),
    "long floats": written(np.zeros(2, np.longdouble)),
    "cut short": written(np.arange(9.0))[:-1],
    "too long": written(np.arange(9.0)) + b"\0",
    "only a start": written(np.arange(9.0))[:20],
    "nothing": b"",
    "no text": written(np.array(["ab"]))[:-4] + b"\xff\xff\xff\xff",
    "half a letter": written(np.array(["ab"]))[:-4] + b"\0\xd8\0\0",
    "no truth": written(np.array([True, False]))[:-1] + b"\7",
    "version 9": written(np.arange(3.0)).replace(b"NUMPY\1", b"NUMPY\x09"),
}  # fmt: skip


def shaped(text: str) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {text}, }}".encode()
    return b"\x93NUMPY\2\0" + len(header).to_bytes(4, "little") + header + bytes(16)


BAD |= {f"shape {text[:20]}": shaped(text) for text in (
    "(-1,)", "(True,)", "(2.0,)", "(1e3,)", f"({'9' * 400},)", "(0, 9999999999, 9999999999, 9999999999)", "2",
    "(2,),'x': 1", "(" * 4000, "(" + "1" * 9000, "(" + "1," * 4000, "(1," * 400 + ")" * 400, "(2,) + (1,)", "None",
)}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_no_array(name):
    with pytest.raises(ValueError, match=r"^it"):
        read(BAD[name])


def test_a_size_that_is_only_said_takes_no_memory():
    data = shaped("(100000000000,)")
    with pytest.raises(ValueError, match="does not hold"):
        read(data)


def test_any_damage_is_an_array_or_an_error():
    dice = random.Random(1)
    refused = 0
    for _ in range(3000):
        data = bytearray(written(dice.choice(SOUND)))
        for _ in range(dice.randint(1, 3)):
            data[dice.randrange(len(data))] = dice.choice(b"\0\1\xff'(),:<>0129FTUfi{}") if dice.random() < 0.7 else 65
        try:
            assert isinstance(read(bytes(data)).tolist(), object)
        except ValueError:
            refused += 1
    assert 500 < refused < 3000
