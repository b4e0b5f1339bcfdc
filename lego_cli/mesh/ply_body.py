"""The tables of a PLY file, ASCII or binary, with lists of any length (quads and n-gons stay)."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.ply_header import PlyElement, PlyHeader, PlyProperty

if TYPE_CHECKING:
    from lego_cli.api import Ints

    Columns = dict[str, np.ndarray]

_DAMAGED = "the file is damaged or was cut short: export the mesh again"
_STRUCT = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f8": "d"}


def read_ply_tables(name: str, data: bytes, header: PlyHeader) -> dict[str, tuple[Columns, Columns]]:
    """For each element its columns, and the row lengths of those that are lists.

    A column of numbers is ``(count,)``; a list column holds all rows behind one another.
    """
    body, order, at = data, header.order, header.length
    if not order:  # numbers of a text file become a binary file of doubles, so that there is one reader
        body, order, at = _as_doubles(name, data[at:]), "=", 0
    tables = {}
    for element in header.elements:
        element_read = element if header.order else _doubled(element)
        tables[element.name], at = _table(name, body, at, order, element_read)
    return tables


def _as_doubles(name: str, body: bytes) -> bytes:
    words = body.split()
    try:
        return np.array(list(map(float, words)), dtype=np.float64).tobytes()
    except ValueError as error:
        if any(b"," in word for word in words):
            hint = "export again with a point as the decimal sign (English number format)"
            raise LegoError(f"{name}: a number has a decimal comma", hint) from error
        raise LegoError(f"{name}: something that is no number among the numbers", _DAMAGED) from error


def _doubled(element: PlyElement) -> PlyElement:
    columns = (PlyProperty(column.name, "f8", column.counter and "f8") for column in element.properties)
    return replace(element, properties=tuple(columns))


def _table(name: str, body: bytes, at: int, order: str, element: PlyElement) -> tuple[tuple[Columns, Columns], int]:
    """The columns and list lengths of one element, and where the next one begins."""
    if not element.count or not element.properties:
        empty = {column.name: np.zeros(0) for column in element.properties}
        lists = {column.name: np.zeros(0, np.int64) for column in element.properties if column.counter}
        return (empty, lists), at
    lengths = _first_lengths(name, body, at, order, element)
    regular = _regular(body, at, order, element, lengths)
    return regular if regular is not None else _ragged(name, body, at, order, element)


def _first_lengths(name: str, body: bytes, at: int, order: str, element: PlyElement) -> list[int]:
    lengths = []
    for column in element.properties:
        length, at = _length(name, body, at, order, element=element, column=column)
        lengths.append(length)
        at += length * int(column.kind[1])
    return lengths


def _length(
    name: str, body: bytes, at: int, order: str, *, element: PlyElement, column: PlyProperty
) -> tuple[int, int]:
    """How many values come next, and where they start."""
    if column.counter is None:
        return 1, at
    try:
        (value,) = struct.unpack_from(order + _STRUCT[column.counter], body, at)
        length = int(value)
    except (struct.error, KeyError, ValueError, OverflowError) as error:
        raise _cut(name, element) from error
    if length < 0 or length != value or length > len(body):
        raise LegoError(f"{name}: a list in {element.name!r} declares {value:g} entries", _DAMAGED)
    return length, at + int(column.counter[1])


def _regular(
    body: bytes, at: int, order: str, element: PlyElement, lengths: list[int]
) -> tuple[tuple[Columns, Columns], int] | None:
    """The element when all its lists are as long as in the first row, else None."""
    fields: list[tuple[Any, ...]] = []
    for number, (column, length) in enumerate(zip(element.properties, lengths, strict=True)):
        if column.counter:
            fields.append((f"n{number}", order + column.counter))
        fields.append(
            (f"c{number}", order + column.kind, (length,)) if column.counter else (f"c{number}", order + column.kind)
        )
    row = np.dtype(fields)
    end = at + row.itemsize * element.count
    if end > len(body):
        return None
    rows = np.frombuffer(body, dtype=row, count=element.count, offset=at)
    columns, lists = {}, {}
    for number, (column, length) in enumerate(zip(element.properties, lengths, strict=True)):
        columns[column.name] = rows[f"c{number}"].reshape(-1)
        if column.counter:
            if (rows[f"n{number}"] != length).any():
                return None
            lists[column.name] = np.full(element.count, length, dtype=np.int64)
    return (columns, lists), end


def _ragged(name: str, body: bytes, at: int, order: str, element: PlyElement) -> tuple[tuple[Columns, Columns], int]:
    """The element row by row."""
    pieces: list[list[bytes]] = [[] for _ in element.properties]
    for _ in range(element.count):
        for column, piece in zip(element.properties, pieces, strict=True):
            length, at = _length(name, body, at, order, element=element, column=column)
            end = at + length * int(column.kind[1])
            if end > len(body):
                raise _cut(name, element)
            piece.append(body[at:end])
            at = end
    columns, lists = {}, {}
    for column, piece in zip(element.properties, pieces, strict=True):
        columns[column.name] = np.frombuffer(b"".join(piece), dtype=order + column.kind)
        if column.counter:
            lists[column.name] = _row_lengths(piece, int(column.kind[1]))
    return (columns, lists), at


def _row_lengths(piece: list[bytes], width: int) -> Ints:
    return np.array([len(row) // width for row in piece], dtype=np.int64)


def _cut(name: str, element: PlyElement) -> LegoError:
    return LegoError(f"{name} ends inside {element.name!r}, which declares {element.count} rows", _DAMAGED)
