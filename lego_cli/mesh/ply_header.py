"""The header of a PLY file: which elements follow, how many, and whether the bytes can hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lego_cli.api import LegoError

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8", "int64": "i8", "uint64": "u8", "float16": "f2",
}  # fmt: skip
_END = re.compile(rb"^[ \t]*end_header[ \t]*(\r\n|\n|\r)", re.MULTILINE)
_LONGEST = 1 << 20
_FORMATS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_DAMAGED = "the file is damaged or was cut short: export the mesh again"


@dataclass(frozen=True)
class PlyProperty:
    """One column: a number, or a list whose length comes first (``counter`` is the type of that length)."""

    name: str
    kind: str  # numpy type without byte order
    counter: str | None = None


@dataclass(frozen=True)
class PlyElement:
    """A table of the file."""

    name: str
    count: int
    properties: tuple[PlyProperty, ...]


@dataclass(frozen=True)
class PlyHeader:
    """What the header declares. ``order`` is numpy's byte order, empty for ASCII."""

    order: str
    elements: tuple[PlyElement, ...]
    length: int  # bytes of the header


def read_ply_header(name: str, data: bytes) -> PlyHeader:
    """The header of a PLY file's bytes. Raises :class:`LegoError` where the bytes cannot hold what it declares."""
    end = _END.search(data[:_LONGEST].replace(b"\r\n", b" \n").replace(b"\r", b"\n"))
    if end is None:
        raise LegoError(f"{name} has a PLY header without an end", _DAMAGED)
    length = end.end()
    order = None
    tables: list[tuple[str, int, list[PlyProperty]]] = []
    for line in data[:length].decode("latin-1").splitlines()[1:]:
        words = line.split()
        if words[:1] == ["format"]:
            order = _FORMATS.get(words[1]) if len(words) > 1 else None
        elif words[:1] == ["element"]:
            tables.append(_element(name, words))
        elif words[:1] == ["property"]:
            if not tables:
                raise LegoError(f"{name} has a PLY property that belongs to no element", _DAMAGED)
            tables[-1][2].append(_property(name, words))
    _require_distinct(name, [table[0] for table in tables])
    for table in tables:
        _require_distinct(name, [column.name for column in table[2]])
    if order is None:
        raise LegoError(f"{name} has an unknown PLY format", "export it as ASCII or binary PLY 1.0")
    header = PlyHeader(order, tuple(PlyElement(title, count, tuple(kinds)) for title, count, kinds in tables), length)
    for element in header.elements:
        _require_room(name, header, element, len(data) - length)
    return header


def _element(name: str, words: list[str]) -> tuple[str, int, list[PlyProperty]]:
    if len(words) != 3 or not re.fullmatch(r"\d{1,18}", words[2]):
        raise LegoError(f"{name} has a PLY header line that makes no sense: {' '.join(words)[:60]!r}", _DAMAGED)
    return words[1], int(words[2]), []


def _property(name: str, words: list[str]) -> PlyProperty:
    if len(words) == 3 and words[1] in _TYPES:
        return PlyProperty(words[2], _TYPES[words[1]])
    if len(words) == 5 and words[1] == "list" and words[2] in _TYPES and words[3] in _TYPES:
        return PlyProperty(words[4], _TYPES[words[3]], _TYPES[words[2]])
    raise LegoError(f"{name} has a PLY header line that makes no sense: {' '.join(words)[:60]!r}", _DAMAGED)


def _require_distinct(name: str, titles: list[str]) -> None:
    seen: set[str] = set()
    for title in titles:
        if title in seen:
            raise LegoError(f"{name} declares {title[:40]!r} twice in its PLY header", _DAMAGED)
        seen.add(title)


def _require_room(name: str, header: PlyHeader, element: PlyElement, room: int) -> None:
    sizes = [int((column.counter or column.kind)[1]) if header.order else 2 for column in element.properties]
    least = element.count * max(sum(sizes), 1)
    if least - (0 if header.order else 1) > room:  # the last number of an ASCII file needs no blank behind it
        raise LegoError(
            f"{name} declares {element.count} of {element.name!r}, but has only {room} bytes for them", _DAMAGED
        )
