"""Damage to any bytes."""

from __future__ import annotations

from random import Random

from . import nasty


def _ends(data: bytes, dice: Random, most: int = 64) -> tuple[int, int]:
    at = dice.randrange(len(data) + 1)
    return at, min(len(data), at + dice.randint(0, most))


def flipped(data: bytes, dice: Random) -> bytes:
    """A few bits turned over."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 8)) if data else 0):
        changed[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def set_bytes(data: bytes, dice: Random) -> bytes:
    """A few bytes that are others."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4)) if data else 0):
        changed[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(changed)


def cut(data: bytes, dice: Random) -> bytes:
    """A piece left out."""
    at, end = _ends(data, dice)
    return data[:at] + data[end:]


def cut_short(data: bytes, dice: Random) -> bytes:
    """The end missing."""
    return data[: dice.randrange(len(data) + 1)]


def doubled(data: bytes, dice: Random) -> bytes:
    """A piece that is there twice, or very often."""
    at, end = _ends(data, dice)
    return data[:at] + nasty.repeated(data[at:end], dice) + data[end:]


def exchanged(data: bytes, dice: Random) -> bytes:
    """Two pieces in each other's place."""
    (a, b), (c, d) = sorted((_ends(data, dice), _ends(data, dice)))
    return data if b > c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def with_word(data: bytes, dice: Random) -> bytes:
    """A nasty word put in, or in the place of something."""
    at, end = _ends(data, dice, 8)
    return data[:at] + dice.choice(nasty.WORDS) + data[dice.choice((at, end)) :]


def with_number(data: bytes, dice: Random) -> bytes:
    """A nasty number over what was there, often where numbers are: at a multiple of two or four."""
    number = nasty.packed(dice)
    at = dice.randrange(len(data) + 1) // (step := dice.choice((1, 2, 4))) * step
    return data[:at] + number + data[at + len(number) :]


def counted(data: bytes, dice: Random) -> bytes:
    """A whole number in it that is a little more or less."""
    width, order = dice.choice((1, 2, 4, 8)), dice.choice(("little", "big"))
    if len(data) < width:
        return data
    at = dice.randrange(len(data) - width + 1)
    value = int.from_bytes(data[at : at + width], order) + dice.choice((-2, -1, 1, 2, 16))
    return data[:at] + (value % (1 << 8 * width)).to_bytes(width, order) + data[at + width :]


def lengthened(data: bytes, dice: Random) -> bytes:
    """Something behind the end."""
    return data + dice.choice((b"\0", b"\n", data, bytes(dice.randrange(1000)), dice.choice(nasty.WORDS)))


def spliced(data: bytes, dice: Random, other: bytes) -> bytes:
    """The beginning of one file and the end of another, or a piece of the other inside."""
    at, end = _ends(data, dice)
    start, stop = _ends(other, dice, 400)
    return data[:at] + (other[start:] if dice.random() < 0.5 else other[start:stop] + data[end:])


ALL = (flipped, set_bytes, cut, cut_short, doubled, exchanged, with_word, with_number, with_number, counted, lengthened)
