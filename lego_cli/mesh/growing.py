"""Numbers that come in pieces: kept as bare numbers, and never copied as a whole."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


class Growing:
    """Rows of ``width`` numbers each, float64 or int64, that grow at the end."""

    def __init__(self, kind: type[float] | type[int], width: int = 1) -> None:
        self._values = array("d" if kind is float else "q")
        self._width = width

    def __len__(self) -> int:
        return len(self._values) // self._width

    def add(self, values: Any) -> None:
        """Rows at the end: an array of as many numbers as they have."""
        piece = np.ascontiguousarray(values, dtype=self._dtype).reshape(-1)
        self._values.frombytes(piece.data.cast("B") if len(piece) else b"")

    def fill(self, count: int, value: float) -> None:
        """``count`` rows of one value at the end, a little at a time."""
        for start in range(0, count, _AT_ONCE):
            self.add(np.full((min(_AT_ONCE, count - start), self._width), value))

    def floats(self) -> Floats:
        """``(n,)`` or ``(n, width)`` of all rows; nothing can be added from here on."""
        return self._array()

    def ints(self) -> Ints:
        """The same of whole numbers."""
        return self._array()

    @property
    def _dtype(self) -> type[np.generic]:
        return np.float64 if self._values.typecode == "d" else np.int64

    def _array(self) -> np.ndarray:
        found = np.frombuffer(self._values, dtype=self._dtype) if self._values else np.zeros(0, self._dtype)
        return found if self._width == 1 else found.reshape(-1, self._width)


_AT_ONCE = 1 << 16
