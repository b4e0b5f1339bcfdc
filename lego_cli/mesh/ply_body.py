"""The tables of a PLY file, ASCII or binary, with lists of any length (quads and n-gons stay)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.ply_header import PlyElement, PlyHeader, PlyProperty
from lego_cli.mesh.ply_rows import DAMAGED, PlyRows
from lego_cli.mesh.text_blocks import BLOCK

Columns = dict[str, np.ndarray]
_BLANKS = (b"\n", b" ", b"\t", b"\r")


def read_ply_tables(
    name: str, data: bytes, header: PlyHeader, wanted: Mapping[str, frozenset[str]], limits: ReadLimits
) -> dict[str, tuple[Columns, Columns]]:
    """For each element that is ``wanted`` those of its columns that are, and the row lengths of those that are lists.

    A column of numbers is ``(count,)``; a list column holds all rows behind one another. Raises :class:`LegoError`.
    """
    for element in header.elements:
        if element.count > limits.max_corners:
            what = f"{name} declares {element.count} of {element.name!r}, more than the limit of {limits.max_corners}"
            raise LegoError(what, "decimate the mesh first")
    # numbers of a text file become doubles, a piece at a time, so that there is one reader
    pieces = iter([(data, True)]) if header.order else _doubles(name, data, header.length)
    at = header.length if header.order else 0
    body, final = next(pieces)
    tables = {}
    for element in header.elements:
        told = element if header.order else _doubled(element)
        most = min(limits.max_corners, len(data)), 2 * limits.max_corners  # two numbers for the UVs of each corner
        rows = PlyRows(name, header.order or "=", told, wanted.get(element.name, frozenset()), most)
        while True:
            at = rows.read(body, at, final)
            if not rows.left:
                break
            body, final, at = *_joined(body[at:], pieces), 0
        tables[element.name] = rows.columns(), rows.lengths()
    for _ in pieces:  # what stands behind the last element must be numbers too
        pass
    return tables


def _joined(rest: Any, pieces: Iterator[tuple[Any, bool]]) -> tuple[Any, bool]:
    """What is left of a piece, and at least as much again: a row of any length is put together in few steps."""
    found, final, size = [rest], False, 0
    while not final and size <= len(rest):
        piece, final = next(pieces)
        found.append(piece)
        size += len(piece)
    return b"".join(found), final


def _doubles(name: str, data: bytes, at: int) -> Iterator[tuple[bytes, bool]]:
    """The numbers of a text body as doubles, and whether they are the last."""
    while True:
        end = _blank_before(data, at)
        words = data[at:end].split()
        try:
            numbers = np.array(list(map(float, words)), dtype=np.float64).tobytes()
        except ValueError as error:
            if any(b"," in word for word in words):
                hint = "export again with a point as the decimal sign (English number format)"
                raise LegoError(f"{name}: a number has a decimal comma", hint) from error
            raise LegoError(f"{name}: something that is no number among the numbers", DAMAGED) from error
        if end == at < len(data):
            raise LegoError(f"{name}: something that is no number among the numbers", DAMAGED)
        yield numbers, end >= len(data)
        at = end
        if at >= len(data):
            return


def _blank_before(data: bytes, at: int) -> int:
    """Where a word ends within a block, ``at`` where none does."""
    end = at + BLOCK
    return len(data) if end >= len(data) else max(*(data.rfind(blank, at, end) for blank in _BLANKS), at - 1) + 1


def _doubled(element: PlyElement) -> PlyElement:
    columns = (PlyProperty(column.name, "f8", column.counter and "f8") for column in element.properties)
    return replace(element, properties=tuple(columns))
