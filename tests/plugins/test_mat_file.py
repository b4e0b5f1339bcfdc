"""MATLAB's files: what scipy writes is read as scipy reads it; what is damaged ends as arrays or as one error."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from lego_drivers.mat_file import NewerVersionError, read_mat

MOST = 64 << 20
RNG = np.random.default_rng(5)
KINDS = ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
ARRAYS = {
    **{f"a_{kind}": (RNG.uniform(0, 99, (4, 3))).astype(kind) for kind in KINDS},
    "small": np.array([[1, 2]], np.int16),  # four bytes: stored in the tag
    "row": np.arange(5.0),
    "one": np.array(7.0),
    "whole": np.full((2, 2), 300.0),
    "deep": RNG.normal(size=(2, 3, 4)),
    "none": np.zeros((0, 3)),
    "truth": np.array([[True, False]]),
    "a_name_of_31_letters_as_may_be_x": RNG.normal(size=(3, 1)),
}
OTHERS = {
    "cells": np.array([[np.ones(3), "x"]], object),
    "struct": {"exp": np.ones(3), "b": "text"},
    "text": "hello",
    "many": np.array(["ab", "cd"]),
}


def saved(arrays, **options) -> bytes:
    file = io.BytesIO()
    savemat(file, arrays, **options)
    return file.getvalue()


def read(data: bytes, most: int = MOST):
    return read_mat(data, lambda name: name in ARRAYS or name == "exp", most)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("one_d", ["row", "column"])
def test_what_scipy_writes_is_read_as_scipy_reads_it(packed, one_d):
    data = saved(ARRAYS | OTHERS, do_compression=packed, oned_as=one_d, long_field_names=True)
    found, theirs = read(data), loadmat(io.BytesIO(data))
    assert found.keys() == ARRAYS.keys()
    for name, array in found.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)
        assert array.shape == theirs[name].shape
        assert array.dtype.isnative


def element(kind: int, data: bytes, order: str) -> bytes:
    return struct.pack(f"{order}2I", kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(name: str, shape, kind: int, stored: int, numbers: bytes, order: str = "<", flags: int = 0) -> bytes:
    parts = (
        element(6, struct.pack(f"{order}2I", kind | flags << 8, 0), order),
        element(5, struct.pack(f"{order}{len(shape)}i", *shape), order),
        element(1, name.encode(), order),
        element(stored, numbers, order),
    )
    return element(14, b"".join(parts), order)


def file_of(*elements: bytes, order: str = "<", version: int = 0x0100) -> bytes:
    return (
        b"MATLAB 5.0".ljust(124)
        + struct.pack(f"{order}H", version)
        + {"<": b"IM", ">": b"MI"}[order]
        + b"".join(elements)
    )


def packed(data: bytes, order: str = "<") -> bytes:
    small = zlib.compress(data)
    return struct.pack(f"{order}2I", 15, len(small)) + small


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("pack", [lambda data, order: data, packed], ids=["plain", "packed"])
def test_both_byte_orders_and_numbers_stored_as_smaller_ones(order, pack):
    """MATLAB stores whole doubles as bytes or shorts, and old computers wrote the other way round."""
    small = matrix("exp", (1, 3), 6, 2, bytes([1, 2, 250]), order)
    large = matrix("row", (2, 1), 6, 9, struct.pack(f"{order}2d", -1.5, 2.5), order)
    data = file_of(pack(small, order), pack(large, order), order=order)
    found, theirs = read(data), loadmat(io.BytesIO(data))
    for name in ("exp", "row"):
        np.testing.assert_array_equal(found[name], theirs[name])
        assert found[name].dtype == np.float64


def test_what_is_not_asked_for_is_not_unpacked():
    bomb = packed(matrix("huge", (1, 200 << 20), 6, 2, bytes(200 << 20)))
    good = matrix("exp", (1, 3), 6, 2, b"abc")
    tracemalloc.start()
    try:
        assert read(file_of(bomb, good))["exp"].tolist() == [[97, 98, 99]]
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_bombs_are_refused_before_they_go_off():
    eight = b"".join(packed(matrix("exp", (1, 10 << 20), 9, 2, bytes(10 << 20))) for _ in range(8))
    data = file_of(eight)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="too much"):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


GOOD = struct.pack("<2d", 1, 2)
BAD = {
    "complex": saved({"exp": np.array([1 + 2j])}),
    "fewer numbers": file_of(matrix("exp", (1, 3), 6, 9, GOOD)),
    "more numbers": file_of(matrix("exp", (1, 1), 6, 9, GOOD)),
    "negative": file_of(matrix("exp", (-1, -2), 6, 9, GOOD)),
    "endless": file_of(matrix("exp", (0, 2**31 - 1, 2**31 - 1, 2**31 - 1), 6, 9, b"")),
    "no such numbers": file_of(matrix("exp", (1, 2), 6, 8, GOOD)),
    "text for numbers": file_of(matrix("exp", (1, 2), 6, 16, GOOD)),
    "one dimension": file_of(matrix("exp", (2,), 6, 9, GOOD)),
    "many dimensions": file_of(matrix("exp", (1,) * 40 + (2,), 6, 9, GOOD)),
    "cut short": file_of(matrix("exp", (1, 2), 6, 9, GOOD))[:-9],
    "half a tag": file_of(b"\x0e\0\0"),
    "a large small element": file_of(struct.pack("<2I", 9 << 16 | 14, 0)),
    "no zlib": file_of(struct.pack("<2I", 15, 4) + b"abcd"),
    "zlib cut short": file_of(struct.pack("<2I", 15, 30), packed(matrix("exp", (1, 2), 6, 9, RNG.bytes(16)))[8:38]),
    "more packed arrays than there are": file_of(*[packed(matrix("x", (1, 1), 6, 2, b"1"))] * 10_001),
    "level 4": struct.pack("<5I", 0, 1, 1, 0, 4) + b"exp\0" + struct.pack("<d", 1),
    "nothing": b"",
    "a head alone": b"MATLAB 5.0".ljust(128),
    "version 9": file_of(version=9),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_damage_is_an_error(name):
    with pytest.raises(ValueError, match=r".") as caught:
        read(BAD[name])
    assert not isinstance(caught.value, NewerVersionError)


def test_files_of_version_7_3_are_told_apart():
    for data in (
        file_of(version=0x0200),
        b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n",
        b"\x89HDF\r\n\x1a\n" * 20,
    ):
        with pytest.raises(NewerVersionError):
            read(data)


@pytest.mark.parametrize("pack", [False, True])
def test_any_damage_is_arrays_or_an_error(pack):
    """Broken bytes, mostly in the tags and heads of arrays; scipy's own reader dies of some."""
    arrays = {name: ARRAYS[name] for name in ("a_f8", "a_i2", "small", "deep")} | {"exp": np.ones((3, 4)), "b": "text"}
    good, dice, refused = saved(arrays, do_compression=pack), random.Random(int(pack)), 0
    for _ in range(4000):
        data = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(124, len(data))] = dice.choice((0, 1, 2, 5, 14, 15, 255, dice.randrange(256)))
        try:
            found = read(bytes(data[: dice.choice([len(data), len(data), dice.randrange(len(data))])]))
        except ValueError:
            refused += 1
        else:
            assert all(isinstance(array, np.ndarray) and array.dtype.kind in "fiu" for array in found.values())
    assert 500 < refused < 4000
