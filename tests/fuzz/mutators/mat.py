"""Damage to MATLAB files of version 5, element by element, in compressed ones too."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from random import Random

from . import nasty, plain

_HEADER, _MATRIX, _COMPRESSED = 128, 14, 15
_TYPES = (1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 14, 15, 16, 17, 18, 0, 8, 99, 255, 65535)
_CLASSES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0, 255)


@dataclass
class Element:
    """A type, and bytes or elements; ``size`` where it says another one than is so."""

    kind: int
    data: bytes = b""
    parts: list[Element] = field(default_factory=list)
    size: int | None = None
    small: bool = False

    def content(self, order: str) -> bytes:
        """What it holds, as bytes."""
        inner = b"".join(part.packed(order) for part in self.parts) if self.parts else self.data
        return zlib.compress(inner) if self.kind == _COMPRESSED and self.parts else inner

    def packed(self, order: str) -> bytes:
        """Tag and content, filled up to eight bytes."""
        data = self.content(order)
        size = (len(data) if self.size is None else self.size) % (1 << 32)
        if self.small and len(data) <= 4 and self.size is None:
            return struct.pack(f"{order}I", len(data) << 16 | self.kind & 0xFFFF) + data + b"\0" * (4 - len(data))
        padding = 0 if self.kind == _COMPRESSED else -len(data) % 8
        return struct.pack(f"{order}II", self.kind % (1 << 32), size) + data + b"\0" * padding


def elements(data: bytes, dice: Random) -> bytes:
    """One to three changes to elements. Raises ValueError for what is no such file."""
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None:
        raise ValueError("no MATLAB file of version 5")
    root = Element(0, parts=_parsed(data[_HEADER:], order))
    for _ in range(dice.choice((1, 1, 2, 3))):
        places = _places(root)
        if not places:
            raise ValueError("a file of nothing")
        parent, at = dice.choice(places)
        _change(parent, at, dice, order, places)
    return data[:_HEADER] + root.content(order)


def _places(root: Element) -> list[tuple[Element, int]]:
    queue, found = [root], []
    for parent in queue:
        found.extend((parent, at) for at in range(len(parent.parts)))
        queue.extend(parent.parts)
        if len(queue) > 500:
            break
    return found


def _change(parent: Element, at: int, dice: Random, order: str, places: list[tuple[Element, int]]) -> None:
    element = parent.parts[at]
    kind = dice.randrange(10)
    if kind == 0:
        del parent.parts[at]
    elif kind == 1:
        parent.parts[at:at] = [element] * dice.choice((1, 1, 2, 200))
    elif kind == 2:
        element.kind = dice.choice(_TYPES)
    elif kind == 3:
        element.size = (
            nasty.whole(dice) if dice.random() < 0.6 else len(element.content(order)) + dice.choice((-8, -1, 1, 8))
        )
    elif kind == 4:
        element.small = not element.small
    elif kind == 5:
        other, place = dice.choice(places)
        if place < len(other.parts) and not _within(element, other.parts[place]):
            parent.parts[at] = other.parts[place]
    elif kind == 6:
        parent.parts[at] = _nested(element, dice.choice((1, 2, 50, 5000)), dice, order)
    elif not element.parts:
        element.data = _numbers(element.data, dice, order)


def _nested(element: Element, depth: int, dice: Random, order: str) -> Element:
    """The element in others, one in the other."""
    kind = _COMPRESSED if depth < 3 and dice.random() < 0.3 else _MATRIX
    data = element.packed(order)
    for _ in range(depth - 1):
        data = struct.pack(f"{order}II", _MATRIX, len(data)) + data
    return Element(kind, zlib.compress(data) if kind == _COMPRESSED else data)


def _within(one: Element, other: Element) -> bool:
    """Whether an element lies somewhere in another, into which it must then not be put."""
    return one is other or any(_within(one, part) for part in other.parts)


def _numbers(data: bytes, dice: Random, order: str) -> bytes:
    """Flags, dimensions, names and values that are others."""
    if len(data) == 8 and dice.random() < 0.5:  # the class of an array, its flags, and how much it holds
        flags = dice.choice((0, 2, 4, 8, 16, 255, 14)) << 8 | dice.choice(_CLASSES)
        return struct.pack(f"{order}II", flags, nasty.whole(dice) % (1 << 32))
    if len(data) % 4 == 0 and data and dice.random() < 0.6:
        at = dice.randrange(len(data) // 4) * 4
        return data[:at] + struct.pack(f"{order}I", nasty.whole(dice) % (1 << 32)) + data[at + 4 :]
    return dice.choice(plain.ALL)(data, dice)


def _parsed(data: bytes, order: str, depth: int = 0) -> list[Element]:
    found, at = [], 0
    while at + 8 <= len(data) and len(found) < 300:
        kind, size = struct.unpack_from(f"{order}II", data, at)
        if kind >> 16:
            found.append(Element(kind & 0xFFFF, data[at + 4 : at + 4 + (kind >> 16)][:4], small=True))
            at += 8
            continue
        content = data[at + 8 : at + 8 + size]
        inner = zlib.decompressobj().decompress(content, 1 << 20) if kind == _COMPRESSED else content
        deeper = _parsed(inner, order, depth + 1) if kind in (_MATRIX, _COMPRESSED) and depth < 8 else []
        found.append(Element(kind, b"" if deeper else inner, deeper))
        at += 8 + size + (0 if kind == _COMPRESSED else -size % 8)
    return found
