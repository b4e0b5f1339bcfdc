"""Rows of a PLY element out of bytes: many at once where their lists are equally long, one by one where not."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.growing import Growing
from lego_cli.mesh.ply_header import PlyElement, PlyProperty

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

DAMAGED = "the file is damaged or was cut short: export the mesh again"
_STRUCT = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f8": "d"}
_AT_ONCE = 1 << 20  # bytes of rows that are alike
_FEW, _ONE_BY_ONE = 64, 2000  # rows: after so few alike, so many are read one by one


class PlyRows:
    """One element as its rows come up; of its columns only those that are ``wanted`` are kept."""

    def __init__(
        self, name: str, order: str, element: PlyElement, wanted: frozenset[str], most: tuple[int, int]
    ) -> None:
        """``order`` is numpy's byte order; ``most`` are the entries that a list, and all of a column, may have."""
        self._name, self._order, self._element, (self._longest, self._most) = name, order, element, most
        self.left = element.count if element.properties else 0
        kept = [column for column in element.properties if column.name in wanted]
        self._values = {column.name: Growing(float) for column in kept}
        self._lengths = {column.name: Growing(int) for column in kept if column.counter}
        self._row: tuple[list[int], np.dtype[Any]] | None = None

    def read(self, body: Any, at: int, final: bool) -> int:
        """Take the whole rows that ``body`` has from ``at`` on; returns where the next one begins.

        Raises :class:`LegoError` for a list that makes no sense, and at the ``final`` piece for rows that are missing.
        """
        while self.left:
            lengths = self._first_lengths(body, at)
            if lengths is None:
                break
            taken = self._alike(body, at, lengths)
            at += taken * self._dtype(lengths).itemsize
            if not taken:
                break
            if taken < _FEW and self.left:
                at = self._one_by_one(body, at)
            self._require_bearable()
        if self.left and final:
            raise self.cut()
        return at

    def _require_bearable(self) -> None:
        entries = max((len(self._values[name]) for name in self._lengths), default=0)
        if entries > self._most:
            what = f"{self._name} has more entries in lists of {self._element.name!r} than the limit of {self._most}"
            raise LegoError(what, "decimate the mesh first")

    def cut(self) -> LegoError:
        """The error of a file that ends too early."""
        element = self._element
        return LegoError(f"{self._name} ends inside {element.name!r}, which declares {element.count} rows", DAMAGED)

    def columns(self) -> dict[str, Floats]:
        """Each column of numbers ``(count,)``; of lists all entries behind one another."""
        return {name: values.floats() for name, values in self._values.items()}

    def lengths(self) -> dict[str, Ints]:
        """How many entries each row of a list has ``(count,)``."""
        return {name: values.ints() for name, values in self._lengths.items()}

    def _first_lengths(self, body: Any, at: int) -> list[int] | None:
        """Of the lists of the row at ``at``, 1 for plain numbers; None where ``body`` ends before."""
        lengths = []
        for column in self._element.properties:
            found = self._length(body, at, column)
            if found is None:
                return None
            lengths.append(found[0])
            at = found[1] + found[0] * int(column.kind[1])
        return lengths

    def _length(self, body: Any, at: int, column: PlyProperty) -> tuple[int, int] | None:
        """How many values come next, and where they start."""
        if column.counter is None:
            return 1, at
        start = at + int(column.counter[1])
        if start > len(body):
            return None
        try:
            (value,) = struct.unpack_from(self._order + _STRUCT[column.counter], body, at)
            length = int(value)
        except (KeyError, ValueError, OverflowError) as error:
            raise self.cut() from error
        if length < 0 or length != value or length > self._longest:
            raise LegoError(f"{self._name}: a list in {self._element.name!r} declares {value:g} entries", DAMAGED)
        return length, start

    def _dtype(self, lengths: list[int]) -> np.dtype[Any]:
        if self._row is None or self._row[0] != lengths:
            fields: list[tuple[Any, ...]] = []
            for number, (column, length) in enumerate(zip(self._element.properties, lengths, strict=True)):
                if column.counter:
                    fields.append((f"n{number}", self._order + column.counter))
                shape = (length,) if column.counter else ()
                fields.append((f"c{number}", self._order + column.kind, shape))
            self._row = lengths, np.dtype(fields)
        return self._row[1]

    def _alike(self, body: Any, at: int, lengths: list[int]) -> int:
        """Take rows whose lists are as long as those of the first; returns how many."""
        row = self._dtype(lengths)
        most = max(_AT_ONCE // max(row.itemsize, 1), 1)
        count = min(self.left, most, (len(body) - at) // max(row.itemsize, 1))
        rows = np.frombuffer(body, dtype=row, count=count, offset=at) if count else np.zeros(0, row)
        for number, column in enumerate(self._element.properties):
            if column.counter:
                other = rows[f"n{number}"][:count] != lengths[number]
                count = int(np.argmax(other)) if other.any() else count
        for number, column in enumerate(self._element.properties):
            if column.name in self._values:
                self._values[column.name].add(rows[f"c{number}"][:count])
            if column.name in self._lengths:
                self._lengths[column.name].add(np.full(count, lengths[number]))
        self.left -= count
        return count

    def _one_by_one(self, body: Any, at: int) -> int:
        view = memoryview(body)
        pieces: dict[str, list[memoryview]] = {name: [] for name in self._values}
        begin = at
        for _ in range(min(self.left, _ONE_BY_ONE)):
            row: list[tuple[str, memoryview]] = []
            for column in self._element.properties:
                found = self._length(body, at, column)
                if found is None:
                    break
                at = found[1] + found[0] * int(column.kind[1])
                row.append((column.name, view[found[1] : at]))
            if len(row) < len(self._element.properties) or at > len(view):
                break
            begin = at
            self.left -= 1
            for name, piece in row:
                if name in pieces:
                    pieces[name].append(piece)
        self._add(pieces)
        return begin

    def _add(self, pieces: dict[str, list[memoryview]]) -> None:
        kinds = {column.name: column.kind for column in self._element.properties}
        for name, piece in pieces.items():
            self._values[name].add(np.frombuffer(b"".join(piece), dtype=self._order + kinds[name]))
            if name in self._lengths:
                self._lengths[name].add([len(row) // int(kinds[name][1]) for row in piece])
