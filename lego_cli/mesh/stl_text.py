"""ASCII STL: facets in named solids, read a megabyte of lines at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.growing import Growing
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.names import Names
from lego_cli.mesh.text_blocks import LONGEST, blocks, line_number

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_FACET = b"facet normal x y z outer loop vertex x y z vertex x y z vertex x y z endloop endfacet".split()
_WORDS = [place for place, word in enumerate(_FACET) if len(word) > 1]
_COORDINATES = [8, 9, 10, 12, 13, 14, 16, 17, 18]  # places in _FACET
_SOLID = re.compile(rb"^[ \t]*(end)?solid\b([^\n]*)$", re.MULTILINE | re.IGNORECASE)
_DAMAGED = "the file is damaged or was cut short: export the mesh again"


@dataclass(frozen=True, eq=False)
class StlText:
    """What an ASCII file holds."""

    corners: Floats  # (n, 3, 3)
    solids: tuple[str, ...]
    solid_of_facets: Ints  # (n,) into solids, -1 for one without a name


def read_stl_text(name: str, data: bytes, limits: ReadLimits) -> StlText:
    """The facets of the bytes of an ASCII file; what stands outside of solids is passed over.

    Raises :class:`LegoError` for a facet that is not whole, with its number in its solid, and for a file that was cut.
    """
    reader = _Reader(name, limits)
    for begin, end in blocks(data):
        piece = data[begin:end]
        if len(piece) <= LONGEST:
            reader.read(piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        elif not piece.isspace():
            what = f"{name}, line {line_number(data, begin)}: a line of {len(piece) / 1e6:.0f} MB"
            raise LegoError(what, "export the mesh again")
    return reader.done()


class _Reader:
    """Where the reading stands."""

    def __init__(self, name: str, limits: ReadLimits) -> None:
        self._name, self._limits = name, limits
        self._corners, self._solids = Growing(float, 9), Growing(int)
        self._names = Names(name, "solids")
        self._closed = False  # the last mark was an endsolid
        self._solid: int | None = None  # that was begun
        self._before = 0  # facets of it in earlier pieces
        self._open: list[bytes] = []  # words of a facet that goes on

    def read(self, text: bytes) -> None:
        words: list[bytes] = []  # of whole facets
        counts: list[tuple[int, int, int]] = []  # solid, facets of it before, facets
        at = 0
        for mark in _SOLID.finditer(text):
            self._take(text[at : mark.start()], words, counts)
            at = mark.end()
            if self._open:
                raise LegoError(f"{self._name} has a facet that is not whole", _DAMAGED)
            self._closed, self._before = mark.group(1) is not None, 0
            self._solid = None if self._closed else self._names.number(mark.group(2).strip().decode("utf-8", "replace"))
        self._take(text[at:], words, counts)
        self._add(words, counts)

    def _take(self, body: bytes, words: list[bytes], counts: list[tuple[int, int, int]]) -> None:
        """The words of a part of a solid that are whole facets."""
        if self._solid is None:
            return
        found = self._open + body.lower().split()
        count = len(found) // len(_FACET)
        words += found[: count * len(_FACET)]
        self._open = found[count * len(_FACET) :]
        if count:
            counts.append((self._solid, self._before, count))
            self._before += count

    def _add(self, words: list[bytes], counts: list[tuple[int, int, int]]) -> None:
        if not words:
            return
        table = np.array(words, dtype=object).reshape(-1, len(_FACET))
        wrong = (table[:, _WORDS] != np.array(_FACET, dtype=object)[_WORDS]).any(axis=1)
        if wrong.any():
            numbers = np.concatenate([np.arange(before, before + count) for _, before, count in counts])
            raise LegoError(f"{self._name}: facet {int(numbers[wrong][0])} is not whole", _DAMAGED)
        self._corners.add(self._numbers(table[:, _COORDINATES].reshape(-1).tolist()))
        solids, facets = zip(*((solid, count) for solid, _, count in counts), strict=True)
        self._solids.add(np.repeat(solids, facets))
        self._limits.require_corners(self._name, 3 * len(self._corners))

    def _numbers(self, texts: list[bytes]) -> list[float]:
        try:
            if any(b"_" in text for text in texts):
                raise ValueError("Python's own way to write numbers")
            return list(map(float, texts))
        except ValueError as error:
            comma = any(b"," in text for text in texts)
            hint = "export again with a point as the decimal sign (English number format)" if comma else _DAMAGED
            what = f"{self._name}: a coordinate {'has a decimal comma' if comma else 'is not a number'}"
            raise LegoError(what, hint) from error

    def done(self) -> StlText:
        """All that was read."""
        if not self._closed:
            raise LegoError(f"{self._name} ends before its 'endsolid' line", _DAMAGED)
        return StlText(self._corners.floats().reshape(-1, 3, 3), self._names.all(), self._solids.ints())
