"""The lines of a text file as words: blank lines and comments behind ``#`` are left out."""

from __future__ import annotations

from collections.abc import Iterator

from lego_cli.api import LegoError
from lego_cli.mesh.text_blocks import LONGEST, blocks, line_number


class TextRows:
    """Rows of words, taken from the top, about a megabyte of text at a time."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data = name, data
        self._pieces = self._read()
        self._rest: list[list[str]] = []  # of the piece that was begun

    def one(self) -> list[str]:
        """The next row, empty where there is none."""
        return next(self.take(1), [[]])[0]

    def take(self, count: int) -> Iterator[list[list[str]]]:
        """The next ``count`` rows or as many as there are, some at a time. Raises :class:`LegoError`."""
        while count:
            if not self._rest:
                self._rest = next(self._pieces, [])
                if not self._rest:
                    return
            taken, self._rest = self._rest[:count], self._rest[count:]
            count -= len(taken)
            yield taken

    def _read(self) -> Iterator[list[list[str]]]:
        for begin, end in blocks(self._data):
            piece = self._data[begin:end]
            if len(piece) > LONGEST:
                self._require_empty(piece, begin)
                continue
            lines = piece.decode("latin-1").splitlines()
            rows = [row for line in lines if (row := line.partition("#")[0].split())]
            if rows:
                yield rows

    def _require_empty(self, line: bytes, begin: int) -> None:
        if line.partition(b"#")[0].strip():
            number, size = line_number(self._data, begin), len(line) / 1e6
            raise LegoError(f"{self._name}, line {number}: a line of {size:.0f} MB", "export the mesh again")
