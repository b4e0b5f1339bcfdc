"""Damage to arrays of NumPy on disk: the header's shape, type and order, its version and length, and the numbers."""

from __future__ import annotations

import re
from random import Random

from . import nasty, plain

_TYPES = (
    "<f4", ">f8", "<f2", "|O", "|V0", "|V8", "<U1", "<U0", "<U1000000", "<U2147483647", "|S0", "|S5", "<M8[s]", "<M8",
    "<m8[ns]", "?", "<i8", "<u8", "|u1", "<c16", "<f16", "=f4", "f", "O", "nonsense", "", "<f4,<f4", "(2,)f4",
    "1000000f8", "<f4\0",
)  # fmt: skip
_TYPE_TEXTS = (
    "[('a', '<f4')]", "[('a', '<f4'), ('a', '<f4')]", "('<f4', (3,))", "('<f4', (1000000, 1000000))", "[]", "None", "1",
    "[('', '|V0')]", "{'names': ['a'], 'formats': ['<f4']}", "[('a', [('b', [('c', '<f4')])])]", "()", "True",
    "[('a', '<f4', (1000000000,))]", "['<f4']", "b'<f4'",
)  # fmt: skip
_SHAPES = (
    "()", "(0,)", "(1,)", "(-1,)", "(3,)", "(3, 3)", "(0, 0)", "(1, 1, 1, 1)", "(10000000000,)",
    "(4294967296, 4294967296)",
    "(9223372036854775807,)", "(9223372036854775808,)", "(1000000, 1000000)", "(0, 9223372036854775807)", "(2.0,)",
    "(True,)",
    "'abc'", "None", "3", "[3, 3]", "(1,)*99", "(1, " * 33 + ")" * 33, "(" + "1," * 40 + ")", "(" + "1," * 70 + ")",
    "(30000000, 3)", "(1000, 100000)", "(None,)", "(-1, -1)", "(0, -1)",
)  # fmt: skip
_HEADERS = (
    "{}", "{'descr': '<f4'}", "[]", "", "{", "1", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
    "(" * 200 + ")" * 200, "__import__('os')", "[" * 5000, "{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}",
    "{1: 2}", "{'a'}", "\0", "é" * 100, "'''", "1" * 5000, "-" * 4000 + "1", "not a header", "{**{}}", "f'{1}'",
    "lambda: 0", "1 if", "\t{}", "  {}", "{\n", "0777", "1L", "{'shape': (3L,)}", "\\", "(((1,),),)", "b'\\xff'",
)  # fmt: skip


def npy(data: bytes, dice: Random) -> bytes:
    """One change to the header or to the numbers behind it. Raises ValueError for what is no such array."""
    if data[:6] != b"\x93NUMPY":
        raise ValueError("no array of NumPy")
    version = data[6:8]
    wide = data[6] > 1
    size = int.from_bytes(data[8:12] if wide else data[8:10], "little")
    start = 12 if wide else 10
    header, rest = data[start : start + size].decode("latin-1"), data[start + size :]
    kind = dice.randrange(10)
    if kind < 3:
        header = re.sub(r"'shape': \([^)]*\)", lambda _: f"'shape': {dice.choice(_SHAPES)}", header)
    elif kind < 5:
        form = repr(dice.choice(_TYPES)) if dice.random() < 0.7 else dice.choice(_TYPE_TEXTS)
        header = re.sub(r"'descr': '[^']*'", lambda _: f"'descr': {form}", header)
    elif kind == 5:
        header = header.replace("False", dice.choice(("True", "1", "None", "'a'", "[]")))
    elif kind == 6:
        header = dice.choice(_HEADERS)
    elif kind == 7:
        header = plain.with_word(header.encode(), dice).decode("latin-1")
    elif kind == 8:
        version = dice.choice((b"\1\0", b"\2\0", b"\3\0", b"\4\0", b"\0\0", b"\xff\xff", b"\1\1"))
    else:
        rest = dice.choice(plain.ALL)(rest, dice)
    return _joined(version, header, rest, dice)


def _joined(version: bytes, header: str, rest: bytes, dice: Random) -> bytes:
    text = header.encode("utf-8" if version[:1] == b"\3" else "latin-1", "replace")
    wide = version[:1] not in (b"\1", b"\0")
    size = len(text) if dice.random() < 0.93 else abs(nasty.whole(dice))
    width = 4 if wide else 2
    return b"\x93NUMPY" + version + (size % (1 << 8 * width)).to_bytes(width, "little") + text + rest
