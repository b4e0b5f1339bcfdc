"""What a pickle is made of, one operation after the other, with every length checked before anything is cut out.

Long texts and bytes stay where they are in the file: operations carry views of it, decoded when somebody needs them.
"""

from __future__ import annotations

import codecs
import struct
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

SHORT = 256  # bytes of a text that may be a name
FIXED = {  # bytes of the number that follows, and how to read it
    b"K": "<B", b"M": "<H", b"J": "<i", b"G": ">d", b"h": "<B", b"j": "<I", b"q": "<B", b"r": "<I",
    b"\x80": "<B", b"\x95": "<Q",
}  # fmt: skip
COUNTED = {  # the length of what follows
    b"U": "<B", b"T": "<I", b"C": "<B", b"B": "<I", b"\x8e": "<Q", b"\x96": "<Q",
    b"\x8c": "<B", b"X": "<I", b"\x8d": "<Q", b"\x8a": "<B", b"\x8b": "<I",
}  # fmt: skip
LINES = {b"I": 1, b"L": 1, b"F": 1, b"S": 1, b"V": 1, b"g": 1, b"p": 1, b"c": 2, b"i": 2}
ALONE = frozenset(bytes([code]) for code in b"(012.])}aebRldtsuNo\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94")
FRAME = b"\x95"
LATIN, UTF8, ESCAPED, QUOTED = "latin1", "utf-8", "raw-unicode-escape", "quoted"
TEXTS = {b"U": LATIN, b"T": LATIN, b"S": QUOTED, b"V": ESCAPED, b"X": UTF8, b"\x8c": UTF8, b"\x8d": UTF8}
LAST_LEAD = 0xC3  # what letters up to 0xFF begin with in UTF-8
LONGEST_NUMBER = 32  # bytes or digits; sizes and places have fewer


@dataclass(frozen=True)
class Text:
    """A text in a pickle, as it stands there."""

    data: memoryview
    coding: str

    def short(self) -> str | None:
        """The text, or None when it is too long to be a name."""
        if len(self.data) > SHORT:
            return None
        if self.coding == ESCAPED:
            return bytes(self.data).decode(ESCAPED)
        return str(self.data, "utf-8") if self.coding == UTF8 else str(self.octets(), "latin1")

    def octets(self) -> bytes | memoryview:
        """The bytes that such a text stands for, as letters of Latin-1. Raises ``ValueError`` for other letters."""
        if self.coding == LATIN:
            return self.data
        return _unquoted(bytes(self.data)) if self.coding == QUOTED else _narrow(self.data, self.coding)


def _unquoted(text: bytes) -> bytes:
    if len(text) < 2 or text[:1] not in (b"'", b'"') or text[:1] != text[-1:]:
        raise ValueError("a text without quotes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of escapes that are none
        return codecs.escape_decode(text[1:-1])[0]


def _narrow(data: memoryview, coding: str) -> bytes:
    """Letters of Latin-1 to bytes; others are refused before one of them makes every letter take four bytes."""
    if coding == UTF8:
        wide = np.frombuffer(data, np.uint8).max(initial=0) > LAST_LEAD
    else:
        text = bytes(data)
        wide = b"\\U" in text or text.count(b"\\u") != text.count(b"\\u00")
        del text
    if wide:
        raise ValueError("letters that are no bytes")
    letters = str(data, "utf-8") if coding == UTF8 else codecs.raw_unicode_escape_decode(data)[0]
    return letters.encode("latin1")


def operations(data: bytes, most: int) -> Iterator[tuple[bytes, Any]]:
    """Operations with what follows each: a number, a :class:`Text`, a view of bytes, or words.

    Raises ``ValueError`` for one that is unknown or cut short, and for more than ``most`` of them.
    """
    view, place = memoryview(data), 0
    for _ in range(most):
        code = data[place : place + 1]
        place += 1
        if code in ALONE:
            yield code, None
            if code == b".":
                return
            continue
        argument, place = _argument(data, view, code, place)
        yield code, argument
    raise ValueError(f"it has more than {most:,} operations")


def _argument(data: bytes, view: memoryview, code: bytes, place: int) -> tuple[Any, int]:
    if code in LINES:
        words = []
        for _ in range(LINES[code]):
            end = data.index(b"\n", place)  # ValueError where there is none
            words.append(view[place:end])
            place = end + 1
        return _of_lines(code, words), place
    form = FIXED.get(code) or COUNTED.get(code)
    if code and form is None:
        raise ValueError("an unknown operation")
    if form is None or place + struct.calcsize(form) > len(data):
        raise ValueError("it is cut short")
    number = struct.unpack_from(form, data, place)[0]
    place += struct.calcsize(form)
    if (code in COUNTED or code == FRAME) and number > len(data) - place:
        raise ValueError("it is cut short")
    if code in FIXED:
        return number, place
    part = view[place : place + number]
    return _of_part(code, part), place + number


def _of_part(code: bytes, part: memoryview) -> Any:
    if code in (b"\x8a", b"\x8b"):
        return int.from_bytes(_number(part), "little", signed=True)
    return Text(part, TEXTS[code]) if code in TEXTS else part


def _of_lines(code: bytes, words: list[memoryview]) -> Any:
    if code in TEXTS:
        return Text(words[0], TEXTS[code])
    if code in (b"c", b"i"):
        return tuple(Text(word, UTF8).short() or "" for word in words)
    number: Callable[[bytes], Any] = float if code == b"F" else int
    text = _number(words[0])
    if code == b"I" and text in (b"00", b"01"):
        return text == b"01"
    return number(text.removesuffix(b"L") if code == b"L" else text)


def _number(part: memoryview) -> bytes:
    if len(part) > LONGEST_NUMBER:
        raise ValueError("a number without an end")
    return bytes(part)
