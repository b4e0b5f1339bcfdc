"""Arrays of real numbers in MATLAB's files of level 5 (versions 5 to 7.2), by name; all else in them is passed over.

After "MAT-File Format" of The MathWorks: a head of 128 bytes, then elements with a tag, of which class ``miMATRIX`` are
arrays, as they are or deflated. Every length is checked against what lies there.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats

HEAD = 128
ORDERS: dict[bytes, tuple[Literal["<", ">"], int]] = {b"IM": ("<", 0x0100), b"MI": (">", 0x0100)}
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}  # miINT8, ...
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}  # mxDOUBLE
INT32, UINT32, MATRIX, DEFLATED = 5, 6, 14, 15
NAMES = (1, 2, 16)  # kinds that names are stored as: miINT8, miUINT8, miUTF8
COMPLEX = 0x08  # a flag of an array
MOST_ELEMENTS, MOST_DIMENSIONS, MOST_LENGTH, LONGEST_NAME = 10_000, 16, 1 << 40, 256
OPENING = 1 << 16  # bytes unpacked to see what an array is called


class NewerVersionError(ValueError):
    """A file of version 7.3, which is HDF5."""


@dataclass(frozen=True)
class Element:
    """One element: what kind, and its bytes."""

    kind: int
    data: bytes | memoryview


@dataclass(frozen=True)
class Head:
    """How an array begins."""

    name: str
    kind: str
    shape: tuple[int, ...]
    place: int  # where its numbers begin


def read_mat(data: bytes, wanted: Callable[[str], bool], most: int) -> dict[str, Floats]:
    """The arrays of real numbers whose names are ``wanted``, in this machine's byte order.

    Cells, structs, text, sparse arrays, objects and functions are passed over; of arrays of one name the last counts.
    Raises ``ValueError`` for a damaged file, a wanted array that is complex, and where arrays together unpack to over
    ``most`` bytes; :class:`NewerVersionError` for version 7.3.
    """
    order, version = ORDERS.get(data[126:HEAD], (None, 0))
    if order is None or len(data) < HEAD:
        raise (
            NewerVersionError("it is HDF5") if b"\x89HDF" in data[:1024] else ValueError("it is no MAT file of level 5")
        )
    said = int.from_bytes(data[124:126], "little" if order == "<" else "big")
    if said != version:
        raise (
            NewerVersionError("it is HDF5") if said == 0x0200 else ValueError(f"it is of an unknown version {said:#x}")
        )
    return _Reader(order, wanted, most).arrays(memoryview(data)[HEAD:])


class _Reader:
    """One pass through a file of one byte order."""

    def __init__(self, order: Literal["<", ">"], wanted: Callable[[str], bool], most: int) -> None:
        self._order: Literal["<", ">"] = order
        self._wanted = wanted
        self._left = most

    def arrays(self, data: memoryview) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for number, element in enumerate(self._elements(data)):
            if number >= MOST_ELEMENTS:
                raise ValueError(f"it has more than {MOST_ELEMENTS:,} arrays")
            matrix = self._inflated(element.data) if element.kind == DEFLATED else element
            if matrix.kind == MATRIX and matrix.data:
                found |= self._array(matrix.data)
        return found

    def _elements(self, data: bytes | memoryview) -> Iterator[Element]:
        """Elements that follow each other. Inside an array they are filled up to 8 bytes, on the outside as well."""
        place = 0
        while place < len(data):
            element, place = self._element(data, place)
            yield element

    def _element(self, data: bytes | memoryview, place: int) -> tuple[Element, int]:
        first = self._number(data, place)
        if first >> 16:  # a small element: its length and kind in one number, its bytes in the next
            size, kind, start, end = first >> 16, first & 0xFFFF, place + 4, place + 8
            if size > 4:
                raise ValueError("a small element that is not small")
        else:
            size, kind, start = self._number(data, place + 4), first, place + 8
            end = start + size if kind == DEFLATED else start + size + -size % 8
        if start + size > len(data):
            raise ValueError("it is cut short")
        return Element(kind, memoryview(data)[start : start + size]), end

    def _number(self, data: bytes | memoryview, place: int) -> int:
        if place + 4 > len(data):
            raise ValueError("it is cut short")
        return int.from_bytes(data[place : place + 4], "little" if self._order == "<" else "big")

    def _inflated(self, data: bytes | memoryview) -> Element:
        """The array in a deflated element, as far as its name when it is none that we want."""
        packer = zlib.decompressobj()
        try:
            start = packer.decompress(data, OPENING)
            kind, size = self._number(start, 0), self._number(start, 4)
            if kind != MATRIX or not size or self._head(memoryview(start)[8:]) is None:
                return Element(0, b"")
            self._spend(size)
            rest = packer.decompress(packer.unconsumed_tail, size + 9 - len(start)) if size + 8 > len(start) else b""
        except zlib.error as damage:
            raise ValueError(f"a packed array is damaged: {damage}") from None
        whole = start + rest
        if len(whole) < size + 8 or (len(whole) == size + 8 and not packer.eof):
            raise ValueError("a packed array is cut short")
        return Element(MATRIX, memoryview(whole)[8 : 8 + size])

    def _head(self, data: bytes | memoryview) -> Head | None:
        """How an array begins; None for one that is of no numbers or not wanted."""
        flags, place = self._element(data, 0)
        if flags.kind != UINT32 or len(flags.data) != 8:
            raise ValueError("an array without its flags")
        said = self._number(flags.data, 0)
        if said & 0xFF not in CLASSES:
            return None
        lengths, place = self._element(data, place)
        name, place = self._element(data, place)
        count = len(lengths.data) // 4
        if lengths.kind not in (INT32, UINT32) or len(lengths.data) % 4 or not 2 <= count <= MOST_DIMENSIONS:
            raise ValueError("an array without a shape")
        if name.kind not in NAMES or len(name.data) > LONGEST_NAME:
            raise ValueError("an array without a name")
        called = bytes(name.data).decode("latin1")
        if not self._wanted(called):
            return None
        if said >> 8 & COMPLEX:
            raise ValueError(f"'{called}' is of complex numbers")
        shape = tuple(self._number(lengths.data, 4 * k) for k in range(count))
        if prod(max(length, 1) for length in shape) > MOST_LENGTH:
            raise ValueError(f"'{called}' has an impossible shape")
        return Head(called, CLASSES[said & 0xFF], shape, place)

    def _array(self, data: bytes | memoryview) -> dict[str, Floats]:
        head = self._head(data)
        if head is None:
            return {}
        numbers = self._element(data, head.place)[0]
        if numbers.kind not in STORED:
            raise ValueError(f"'{head.name}' has no numbers")
        stored = np.dtype(STORED[numbers.kind]).newbyteorder(self._order)
        count = prod(head.shape)
        if len(numbers.data) != count * stored.itemsize:
            raise ValueError(f"'{head.name}' does not hold the {count:,} numbers that it says")
        self._spend(count * np.dtype(head.kind).itemsize)
        with np.errstate(all="ignore"):  # damaged numbers may be outside of the class
            flat = np.frombuffer(numbers.data, stored).astype(head.kind)
        array: Any = flat.reshape(head.shape, order="F")
        return {head.name: array}

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise ValueError("it holds too much")
