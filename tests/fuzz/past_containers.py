"""MATLAB files, pickles, archives of arrays and styles that readers once fell over; each as small as it shows it."""

from __future__ import annotations

import io
import pickle
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence

import numpy as np

from . import models
from .sample import Sample, alone


def element(kind: int, data: bytes) -> bytes:
    """An element of a MATLAB file."""
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def mat(name: bytes, flags: int, numbers: bytes, shape: tuple[int, ...] = (4, 5), most: int = 0) -> Sample:
    """A MATLAB file of one array."""
    parts = element(6, struct.pack("<II", flags, most)), element(5, struct.pack(f"<{len(shape)}i", *shape))
    matrix = element(14, b"".join(parts) + element(1, name) + numbers)
    return alone("codes.mat", b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM" + matrix)


def mats() -> dict[str, Sample]:
    """Arrays whose numbers are not where, what, or as many as they say."""
    table, whole = element(9, bytes(160)), element(5, struct.pack("<4i", 0, 2**30, -5, 7))
    deep = element(9, bytes(160))
    for _ in range(5000):
        deep = struct.pack("<II", 14, len(deep)) + deep
    return {
        "an array in the place of numbers": mat(b"exp", 6, element(14, b"")),
        "a tag without a type": mat(b"exp", 6, struct.pack("<II", 0, 160) + bytes(160)),
        "sparse with wild indices": mat(b"exp", 5, whole + whole + table, most=4),
        "a cell of numbers": mat(b"exp", 1, table),
        "an object": mat(b"exp", 3, table),
        "no numbers": mat(b"exp", 6, b""),
        "sizes below zero": mat(b"exp", 6, table, (-4, -5)),
        "sizes beyond memory": mat(b"exp", 6, table, (1 << 20, 1 << 20)),
        "arrays in arrays": alone("codes.mat", mat(b"exp", 6, table).files["codes.mat"][:128] + deep),
        "packed thrice": alone("codes.mat", mat(b"exp", 6, table).files["codes.mat"][:128]
                               + element(15, zlib.compress(element(15, zlib.compress(deep[:200]))))),
    }  # fmt: skip


def pickles() -> dict[str, Sample]:
    """Memory asked for by a number, and arrays that are not what they say."""
    model = models.flame_model()
    wild = models.csc_matrix(model["J_regressor"])
    wild.indices = wild.indices + np.int32(1 << 29)
    falling = models.csr_matrix(model["J_regressor"])
    falling.indptr = falling.indptr[::-1].copy()
    held = {"a place far out in the memo": b"\x80\2Nr\0\0\0\x10" + b"0}.",
            "as many bytes as there are in the world": b"\x80\5\x96" + struct.pack("<Q", 1 << 40) + b".",
            "sparse with wild indices": pickle.dumps(model | {"J_regressor": wild}, 2),
            "sparse with falling pointers": pickle.dumps(model | {"J_regressor": falling}, 2),
            "lists in lists": b"\x80\2" + b"]" * 100_000 + b"a" * 99_999 + b".",
            "a class that runs programs": b"cos\nsystem\n(S'true'\ntR."}  # fmt: skip
    return {what: alone("model.pkl", data) for what, data in held.items()}


def npy(header: str, data: bytes = bytes(240), version: bytes = b"\1\0") -> bytes:
    """An array on disk with any header."""
    return b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header.encode("latin-1") + data


def zipped(members: Sequence[tuple[str, bytes]], kind: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", kind) as archive:
        warnings.simplefilter("ignore")  # names that are there twice
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, kind)
    return stream.getvalue()


def npzs() -> dict[str, Sample]:
    """Archives of arrays with headers, members and methods that nobody writes."""

    def form(shape: str, kind: str = "'<f8'", name: str = "exp.npy") -> bytes:
        return zipped([(name, npy(f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}"))])

    good = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 10), }"
    crooked = bytearray(zipped([("exp.npy", npy(good))], zipfile.ZIP_LZMA))
    crooked[45:60] = b"\xff" * 15
    made = {
        "a shape without end": form("(" + "1," * 70 + ")"), "a shape of text": form("'abc'"),
        "a shape below zero": form("(-1, 10)"), "more numbers than there are": form("(1 << 40,)"),
        "objects": form("(3,)", "'|O'"), "fields in fields": form("(3,)", "[('a', [('b', '<f8')])]"),
        "texts of two gigabytes": form("(1,)", "'<U500000000'"), "a type of nothing": form("(3, 10)", "'|V0'"),
        "no header": zipped([("exp.npy", npy("("))]), "a member that is no array": zipped([("exp.npy", b"hello")]),
        "a member without a suffix": zipped([("exp", b"hello")]), "crooked LZMA": bytes(crooked),
        "a header of ten thousand letters": zipped([("exp.npy", npy("{" + "'a':1," * 2000 + "}"))]),
        "a version to come": zipped([("exp.npy", npy(good, version=b"\x09\0"))]),
        "names that are there twice": zipped([("exp.npy", npy(good)), ("exp.npy", npy(good))]),
        "half a float": zipped([("exp.npy", npy("{'descr': '<f2', 'fortran_order': False, 'shape': (3, 10), }",
                                                b"\xff\x7b" * 30)), ("pose.npy", npy(good))]),
    }  # fmt: skip
    return {what: alone("codes.npz", data) for what, data in made.items()}


def styles() -> dict[str, Sample]:
    """Styles that lack a name, are as wide as a street, or talk to the terminal."""
    sound = next(iter(models.styles())).files["clay.lego"]
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def style(kind: int = zipfile.ZIP_DEFLATED, old: bytes = b"", new: bytes = b"") -> Sample:
        text = members["style.toml"].replace(old, new) if old else members["style.toml"]
        assert not old or text != members["style.toml"]
        return alone("clay.lego", zipped([*(members | {"style.toml": text}).items()], kind))

    return {
        "no name": style(old=b'name = "clay"\n', new=b""), "no licence": style(old=b"licence", new=b"license"),
        "30,000 wide": style(old=b"width = 8", new=b"width = 30000"),
        "layers without end": style(old=b"layers = 2", new=b"layers = 100000000"),
        "below zero": style(old=b"responses = 3", new=b"responses = -3"), "LZMA": style(zipfile.ZIP_LZMA),
        "a name of escapes": style(old=b'"clay"', new=b'"\\u001b]0;title\\u0007"'),
        "provenance that is a list": style(old=b"[provenance]", new=b"[[provenance]]"),
        "a field that is a word": style(old=b"[field]", new=b'field = "a"\n[fields]'),
    }  # fmt: skip
