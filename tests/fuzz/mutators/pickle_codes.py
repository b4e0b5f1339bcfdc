"""Damage to pickles, opcode by opcode."""

from __future__ import annotations

import pickletools
import struct
from random import Random

from . import nasty

_CLASSES = (
    b"numpy\nndarray", b"numpy\ndtype", b"numpy.core.multiarray\n_reconstruct", b"numpy._core.multiarray\nscalar",
    b"numpy.core.numeric\n_frombuffer", b"_codecs\nencode", b"copy_reg\n_reconstructor", b"copyreg\n_reconstructor",
    b"__builtin__\nobject", b"builtins\nset", b"builtins\nfrozenset", b"collections\nOrderedDict", b"chumpy.ch\nCh",
    b"scipy.sparse.csc\ncsc_matrix", b"scipy.sparse._csr\ncsr_matrix", b"scipy.sparse._coo\ncoo_matrix",
    b"os\nsystem", b"builtins\neval", b"numpy\nload", b"builtins\nbytearray", b"numpy\nint64", b"",
)  # fmt: skip
_CODES = (
    b"(", b".", b"0", b"1", b"2", b"I00\n", b"I01\n", b"N", b"Q", b"R", b"a", b"b", b"d", b"}", b"e", b"g0\n", b"h\0",
    b"i" + _CLASSES[0] + b"\n", b"l", b"]", b"o", b"p9\n", b"q\xff", b"r\xff\xff\xff\x7f", b"s", b"t", b")", b"u",
    b"\x81", b"\x85", b"\x86", b"\x87", b"\x88", b"\x8f", b"\x90", b"\x91", b"\x92", b"\x93", b"\x94", b"\x97", b"\x98",
    b"\x80\2", b"\x80\5", b"\x80\xff", b"\x82\1", b"J\xff\xff\xff\x7f", b"J\xff\xff\xff\xff", b"K\0", b"K\3", b"L1L\n",
    b"P0\n", b"F1e999\n", b"Gabcdefgh", b"U\3abc", b"X\1\0\0\0a", b"C\1a", b"j\0\0\0\0", b"I-1\n", b"\x8a\4\0\0\0\x80",
    b"I" + b"9" * 400 + b"\n",
)  # fmt: skip
_SIZED = {b"T": 4, b"U": 1, b"B": 4, b"C": 1, b"X": 4, b"\x8c": 1, b"\x8d": 8, b"\x8e": 8, b"\x96": 8, b"\x8a": 1,
          b"\x8b": 4, b"\x95": 8, b"r": 4, b"q": 1, b"h": 1, b"j": 4, b"J": 4, b"K": 1, b"M": 2}  # fmt: skip
"""Opcodes that a number of so many bytes follows: a length, a place in the memo, or a value."""


def codes(data: bytes, dice: Random) -> bytes:
    """One to three opcodes left out, doubled, moved, put in, or given another argument."""
    found = [code for code in _split(data) if code[:1] != b"\x95" or dice.random() < 0.1]  # frames only say lengths
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(found))
        kind = dice.randrange(9)
        if kind == 0 and len(found) > 1:
            del found[at]
        elif kind == 1:
            found[at:at] = [found[at]] * dice.choice((1, 1, 2, 1000, 50_000 if len(found[at]) < 4 else 1))
        elif kind == 2:
            other = dice.randrange(len(found))
            found[at], found[other] = found[other], found[at]
        elif kind == 3:
            found.insert(at, dice.choice(_CODES))
        elif kind == 4:
            found[at] = dice.choice(_CODES)
        elif kind == 5:
            found.insert(
                at, dice.choice((b"c" + dice.choice(_CLASSES) + b"\n", b"(t", b")R", b"}b", b")\x81", b"(lp0\n0"))
            )
        else:
            _argue(found, dice)
    return b"".join(found)


def _argue(found: list[bytes], dice: Random) -> None:
    """Give one of the opcodes that have an argument another one."""
    places = [at for at, code in enumerate(found) if len(code) > 1]
    if not places:
        raise ValueError("no arguments")
    at = dice.choice(places)
    code, width = found[at], _SIZED.get(found[at][:1], 0)
    if code[:1] == b"c":
        found[at] = b"c" + dice.choice(_CLASSES) + b"\n"
    elif width and dice.random() < 0.8:
        value = (
            nasty.whole(dice)
            if dice.random() < 0.6
            else int.from_bytes(code[1 : 1 + width], "little") + dice.choice((-1, 1))
        )
        found[at] = code[:1] + (value % (1 << 8 * width)).to_bytes(width, "little") + code[1 + width :]
    elif code[:1] in b"ILFgp":
        found[at] = code[:1] + dice.choice((b"-1", b"99", b"9" * 30, b"nan", b"", b"1e999", b"True")) + b"\n"
    elif code[:1] == b"G":
        found[at] = b"G" + struct.pack(">d", dice.choice(nasty.REAL))
    elif len(code) > 1 + width:  # text: names of arrays, types such as "f8", byte orders
        text = dice.choice(
            (b"f8", b"O8", b"V0", b"U1", b"i4", b"b1", b"M8[ns]", b"f4,f4", b"<", b">", b"|", b"", b"F", b"C")
        )
        found[at] = code[:1] + (len(text) % (1 << 8 * width)).to_bytes(width, "little") + text if width else code + text


def _split(data: bytes) -> list[bytes]:
    """The bytes of each opcode with its argument."""
    starts = [at for _, _, at in pickletools.genops(data) if at is not None]
    return [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]
