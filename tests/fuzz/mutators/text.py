"""Damage to lines and words: OBJ, MTL, OFF, ASCII PLY and STL, headers of binary PLY, TOML, CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from . import nasty

_WORD = re.compile(rb"[^\s,;/=\[\]{}\":]+")
STATEMENTS = {
    ".obj": (b"v", b"vt", b"vn", b"f", b"l", b"p", b"o", b"g", b"s", b"usemtl", b"mtllib", b"vp", b"cstype", b"#MRGB",
             b"f 1 2 3", b"f -1 -2 -3", b"f 1/1/1 2/2/2 3/3/3", b"f 1//1 2//2 3//3", b"v 0 0 0 1 1 1", b"v 1 2 3 4",
             b"mtllib cube.mtl", b"usemtl Wet", b"s 1", b"s off", b"f 1 1 1", b"f 0 1 2", b"l 1 2", b"\\"),
    ".mtl": (b"newmtl", b"newmtl Wet", b"Kd", b"Kd 1 0 0", b"Ns 10", b"Pr 0.5", b"map_Kd skin.png", b"map_Kd -s 1 1 1",
             b"map_Kd", b"map_Bump x", b"-o", b"-s", b"-mm", b"Kd spectral a.rfl", b"Tf xyz 1"),
    ".ply": (b"element vertex", b"element face", b"element face 1", b"element vertex 99999999", b"property float x",
             b"property double x", b"property uchar red", b"property int8 a", b"property uint16 b", b"property list",
             b"property list uchar int vertex_indices", b"property list float int vertex_indices", b"end_header",
             b"property list uint double texcoord", b"property list int uint vertex_index", b"format ascii 1.0",
             b"format binary_little_endian 1.0", b"format binary_big_endian 1.0", b"comment TextureFile skin.png",
             b"obj_info x", b"property float s", b"property float t", b"property int texnumber", b"element edge 2",
             b"element empty 1000000000", b"ply"),
    ".off": (b"OFF", b"COFF", b"NOFF", b"STOFF", b"STCNOFF", b"4OFF", b"nOFF", b"OFF BINARY", b"0 0 0", b"3 0 1 2",
             b"1000000 0 0", b"#"),
    ".stl": (b"solid", b"facet normal 0 0 1", b"outer loop", b"vertex 0 0 0", b"endloop", b"endfacet", b"endsolid",
             b"facet", b"color 1 0 0"),
    ".toml": (b"[field]", b"[provenance]", b"[[field]]", b"format = 2", b"format = 1e999", b"width = 30000",
              b"layers = 100000", b"responses = 1000000", b"width = -1", b"width = 0", b"a.b.c = 1", b"x = 07:32:00",
              b"x = 1979-05-27", b"x = inf", b"x = nan", b'x = """', b"width = 0x7fffffffffffffff", b"name = 1",
              b"name = []", b'name = "\\u001b[31m"', b"licence = {}", b"summary = 1979-05-27T07:32:00Z"),
    ".csv": (b"sep=;", b"Timecode", b"_neutral", b"HeadYaw", b"BlendShapeCount", b"00:00:00:00.000", b"99:99:99:99",
             b"00:00:01;00", b'"', b'""', b"1,2,3", b";;;;", b"\t\t", b"1e400", b"-"),
}  # fmt: skip
"""Words and lines that a format knows."""

Mutator = Callable[[bytes, Random], bytes]


def for_suffix(suffix: str) -> tuple[Mutator, ...]:
    """Mutators of lines and words, which also know what ``suffix`` files say."""
    known = STATEMENTS.get(suffix, nasty.WORDS)

    def lines(data: bytes, dice: Random) -> bytes:
        return _lines(data, dice, known)

    def words(data: bytes, dice: Random) -> bytes:
        return _words(data, dice, known)

    return lines, words, words


def _lines(data: bytes, dice: Random, known: Sequence[bytes]) -> bytes:
    """Lines left out, doubled, moved, joined, or put in."""
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    if dice.random() < 0.3:
        at = min(at, dice.randrange(12))  # headers are short
    kind = dice.randrange(7)
    if kind == 0:
        del lines[at : at + dice.choice((1, 1, 2, 10))]
    elif kind == 1:
        lines[at:at] = [lines[at]] * dice.choice((1, 1, 2, 100, min(5000, 200_000 // (len(lines[at]) + 1))))
    elif kind == 2:
        other = dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines.insert(at, dice.choice(known))
    elif kind == 4:
        lines[at] = dice.choice(known) + b" " + lines[at]
    elif kind == 5:
        lines[at : at + 2] = [dice.choice((b"", b" ", b"\r", b"\\")).join(lines[at : at + 2])]
    else:
        end = dice.choice((b"\r\n", b"\r", b"\n\n", b"\x0b", b"\x0c", b"\xe2\x80\xa8"))
        return end.join(lines)
    return b"\n".join(lines)


def _words(data: bytes, dice: Random, known: Sequence[bytes]) -> bytes:
    """A word left out, doubled, replaced, or joined to the next."""
    places = [match.span() for match in _WORD.finditer(data[:60_000])]
    if not places:
        return data + dice.choice(known)
    place = dice.randrange(len(places))
    if dice.random() < 0.3:
        place = min(place, dice.randrange(30))
    start, end = places[place]
    word = data[start:end]
    kind = dice.randrange(8)
    if kind < 3:
        word = dice.choice(nasty.WORDS)
    elif kind == 3:
        word = str(nasty.whole(dice)).encode()
    elif kind == 4:
        word = data[slice(*dice.choice(places))]
    elif kind == 5:
        word = dice.choice(
            (b"", word + b" " + word, nasty.repeated(word, dice, dice.choice((20_000, 300_000))), word.swapcase())
        )
    elif kind == 6:
        word = dice.choice(known)
    else:
        word = _nudged(word, dice)
    return data[:start] + word + data[end:]


def _nudged(word: bytes, dice: Random) -> bytes:
    """A number that is a little more or less."""
    try:
        return str(int(word) + dice.choice((-2, -1, 1, 2))).encode()
    except ValueError:
        return b"-" + word
