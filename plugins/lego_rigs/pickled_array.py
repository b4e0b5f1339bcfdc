"""Arrays of numbers out of what a pickle says about them, each number checked against the others."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lego_rigs.inert_pickle import Kept
from lego_rigs.pickle_codes import Text

if TYPE_CHECKING:
    from lego_cli.api import Floats

KIND = re.compile(r"b1|[iu][1248]|f[248]")
ORDERS: dict[Any, Literal["<", ">"]] = {"<": "<", ">": ">", "|": "<", "=": "<"}
MOST_DIMENSIONS, LONGEST = 8, 1 << 31
MOST_CELLS = 4 << 20  # of a sparse matrix; FLAME's has 25,000
DEEP = 4  # chumpy arrays in one another


class ArrayMaker:
    """Makes arrays, each of them once. Raises ``ValueError`` for damaged ones, and beyond ``most`` bytes together."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._made: dict[int, tuple[Any, Floats | None]] = {}  # with what it was made of, whose place stays its own

    def array(self, value: Any) -> Floats | None:
        """The array that ``value`` stands for; None for what holds no numbers."""
        for _ in range(DEEP):
            if not (isinstance(value, Kept) and value.kind == "chumpy" and isinstance(value.state, dict)):
                break
            value = value.state.get("x")
        if not isinstance(value, Kept):
            return None
        if id(value) not in self._made:
            self._made[id(value)] = value, self._array(value)
        return self._made[id(value)][1]

    def _array(self, value: Kept) -> Floats | None:
        if value.kind in ("csc", "csr", "coo"):
            return self._dense(value.kind, value.state) if isinstance(value.state, dict) else None
        if value.kind == "frombuffer" and len(value.arguments) in (3, 4):
            data, kind, shape, *order = value.arguments
            return self._numbers(shape, kind, order == ["F"], data)
        if value.kind == "array" and isinstance(value.state, tuple) and len(value.state) == 5:
            return self._numbers(*value.state[1:])
        return None

    def _numbers(self, shape: Any, kind: Any, fortran: Any, data: Any) -> Floats | None:
        dtype = _dtype(kind)
        if dtype is None:
            return None
        if not isinstance(shape, tuple) or len(shape) > MOST_DIMENSIONS or not all(type(n) is int for n in shape):
            raise ValueError("an array without a shape")
        if not all(0 <= n < LONGEST for n in shape) or prod(max(n, 1) for n in shape) >= LONGEST:
            raise ValueError("an array of impossible size")
        octets = _octets(data)
        if octets is None or len(octets) != prod(shape) * dtype.itemsize:
            raise ValueError("an array without its numbers")
        self._spend(len(octets))
        array: Floats = np.frombuffer(octets, dtype).reshape(shape, order="F" if fortran is True else "C")
        if dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
            raise ValueError("truths that are neither")
        return array.astype(dtype.newbyteorder("="), copy=False)

    def _dense(self, form: str, state: dict[str, Any]) -> Floats:
        """A sparse matrix as ``(rows, columns)``; what is there twice adds up."""
        shape = state.get("_shape")
        if (
            not isinstance(shape, tuple)
            or len(shape) != 2
            or not all(type(n) is int and 0 < n < LONGEST for n in shape)
        ):
            raise ValueError("a sparse matrix without a shape")
        rows, columns = shape
        data = self._row(state.get("data"), "fiub")
        if rows * columns > MOST_CELLS or len(data) > rows * columns:
            raise ValueError("a sparse matrix of impossible size")
        if form == "coo":
            row, column = self._places(state)
        else:
            inner = self._row(state.get("indices"), "iu").astype(np.int64)
            pointers = self._row(state.get("indptr"), "iu").astype(np.int64)
            outer = _outer(pointers, columns if form == "csc" else rows, len(data))
            inner, data = inner[: len(outer)], data[: len(outer)]
            row, column = (inner, outer) if form == "csc" else (outer, inner)
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns) if len(row) == len(column) else None
        if inside is None or len(row) != len(data) or not inside.all():
            raise ValueError("a sparse matrix with numbers outside of it")
        summed: Any = np.bincount(row * columns + column, data.astype(np.float64), rows * columns)
        dense: Floats = summed.reshape(rows, columns)
        return dense

    def _places(self, state: dict[str, Any]) -> tuple[Any, Any]:
        pair = state.get("coords", (state.get("row"), state.get("col")))
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ValueError("a sparse matrix without places")
        row, column = (self._row(part, "iu").astype(np.int64) for part in pair)
        return row, column

    def _row(self, value: Any, kinds: str) -> Any:
        array = self.array(value)
        if array is None or array.ndim != 1 or array.dtype.kind not in kinds:
            raise ValueError("a sparse matrix without its numbers")
        return array

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise ValueError("it holds too much")


def _outer(pointers: Any, count: int, numbers: int) -> Any:
    """The row or column of each number, from where those of each one begin."""
    if len(pointers) != count + 1 or pointers[0] != 0 or (np.diff(pointers) < 0).any() or pointers[-1] > numbers:
        raise ValueError("a sparse matrix with damaged pointers")
    return np.repeat(np.arange(count), np.diff(pointers))


def _dtype(kind: Any) -> Any:
    """The kind of numbers; None for those that are none, such as objects."""
    name = kind.arguments[0] if isinstance(kind, Kept) and kind.kind == "dtype" and kind.arguments else None
    if not isinstance(name, str) or not KIND.fullmatch(name):
        return None
    order = kind.state[1] if isinstance(kind.state, tuple) and len(kind.state) > 1 else "<"
    if order not in ORDERS:
        raise ValueError("numbers in an unknown order")
    return np.dtype(name).newbyteorder(ORDERS[order])


def _octets(data: Any) -> bytes | memoryview | None:
    """Bytes, however the pickle has them."""
    if isinstance(data, Kept) and data.kind == "encode" and data.arguments[1:] in (("latin1",), ("latin-1",)):
        data = data.arguments[0]
    if isinstance(data, str):
        return data.encode("latin1")
    if isinstance(data, Text):
        return data.octets()
    return data if isinstance(data, memoryview) else None
