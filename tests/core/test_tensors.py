"""Tensors on disk: they come back, and a damaged file is one error, whatever is wrong with it."""

from __future__ import annotations

import json
import random
import struct

import pytest
import torch

from lego_cli.core.tensors import load_tensors, save_tensors
from lego_cli.errors import ExitCode, LegoError

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(1, dtype=torch.int64)}


def test_they_come_back_and_the_same_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        save_tensors(tmp_path / name, TENSORS, {"kind": "x", "also": "y"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    tensors, meta = load_tensors(tmp_path / "a")
    assert meta == {"kind": "x", "also": "y"}
    assert all(torch.equal(tensors[name], value) for name, value in TENSORS.items())


def headed(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


BAD = {
    "nothing": b"",
    "a long header": struct.pack("<Q", 90 << 20) + b" " * 100,
    "a header of many tensors": headed(
        {f"t{k}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for k in range(90_000)}
    ),
    "a tensor that is not there": headed({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}),
    "a size beyond sizes": headed(
        {"a": {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 4]}}, bytes(4)
    ),
    "another kind": headed({"a": {"dtype": "X9", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
    "a list": headed([1, 2]),
    "no JSON": struct.pack("<Q", 4) + b"{{{{",
}


@pytest.mark.parametrize("name", BAD)
def test_damage_is_one_error(tmp_path, name):
    (tmp_path / "a").write_bytes(BAD[name])
    with pytest.raises(LegoError, match="cannot be read"):
        load_tensors(tmp_path / "a")


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(LegoError) as caught:
        load_tensors(tmp_path / "a")
    assert caught.value.code == ExitCode.MISSING


def test_any_damage_is_tensors_or_an_error(tmp_path):
    save_tensors(tmp_path / "a", TENSORS, {"kind": "x"})
    good, dice, refused = (tmp_path / "a").read_bytes(), random.Random(2), 0
    for _ in range(500):
        data = bytearray(good)
        for _ in range(dice.randint(1, 3)):
            data[dice.randrange(len(data))] = dice.choice(
                (0, 255, 34, 48, 57, 70, 91, 93, 123, 125, dice.randrange(256))
            )
        (tmp_path / "b").write_bytes(data[: dice.choice([len(data), len(data), dice.randrange(len(data))])])
        try:
            load_tensors(tmp_path / "b")
        except LegoError:
            refused += 1
    assert 200 < refused < 500
