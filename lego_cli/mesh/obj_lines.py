"""The statements of an OBJ file: where each line starts, what kind it is, and which line a byte is on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError

if TYPE_CHECKING:
    from lego_cli.api import Ints

KINDS = {"v": (b"v", 1), "vt": (b"vt", 2), "vn": (b"vn", 2), "f": (b"f", 1)}
_STATES = (b"g", b"o", b"usemtl", b"s", b"mtllib")
_CONTINUED = re.compile(rb"#[^\r\n]*|\\(?:\r\n|\r|\n)")  # a comment that ends in "\" (a Windows path) goes on nowhere
_BLANKS = re.compile(rb"[ \t]*")
_BLANK = (32, 9)


@dataclass(frozen=True, eq=False)
class ObjLines:
    """The text of an OBJ file with continued lines joined in place, so that bytes keep their offsets."""

    name: str
    original: bytes
    data: bytes
    starts: Ints  # (L,) first byte of each line that is not blank
    ends: Ints  # (L,)
    kind: Ints  # (L,) position of the line's kind in KINDS, or -1

    def select(self, kind: str) -> Ints:
        """(n,) numbers of the lines of one kind, in file order."""
        return np.flatnonzero(self.kind == list(KINDS).index(kind))

    def texts(self, lines: Ints) -> list[bytes]:
        """The text of each of the given lines."""
        data = self.data
        ends = self.ends[lines].tolist()
        return [data[start:end] for start, end in zip(self.starts[lines].tolist(), ends, strict=True)]

    def states(self) -> dict[bytes, list[tuple[int, str]]]:
        """For each of ``g o usemtl s mtllib``: (line, argument), in file order."""
        found: dict[bytes, list[tuple[int, str]]] = {word: [] for word in _STATES}
        candidates = np.isin(_byte(self.data, self.starts), np.frombuffer(b"gousm", np.uint8)) & (self.kind < 0)
        for line in np.flatnonzero(candidates).tolist():
            word, _, argument = self.data[self.starts[line] : self.ends[line]].replace(b"\t", b" ").partition(b" ")
            if word.strip() in found:
                found[word.strip()].append((line, _decoded(argument.strip())))
        return found

    def error(self, line: int, what: str, hint: str) -> LegoError:
        """The error that names the file and the line (counted from 1, as an editor does)."""
        before = self.original[: int(self.starts[line])]
        number = 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
        return LegoError(f"{self.name}, line {number}: {what}", hint)


def read_lines(name: str, data: bytes) -> ObjLines:
    """Cut the bytes of an OBJ file into lines (LF, CRLF, CR or mixed) and tell the kinds apart."""
    joined = _CONTINUED.sub(_joined, data) if b"\\" in data else data
    starts, ends = _line_bounds(joined)
    kind = np.full(len(starts), -1, dtype=np.int64)
    first, second, third = (_byte(joined, starts + step, ends) for step in range(3))
    blank2, blank3 = np.isin(second, _BLANK), np.isin(third, _BLANK)
    for number, (word, length) in enumerate(KINDS.values()):
        match = (first == word[0]) & (blank2 if length == 1 else (second == word[1]) & blank3)
        kind[match] = number
    lines = ObjLines(name, data, joined, starts, ends, kind)
    _refuse_misspelt(lines, np.flatnonzero((kind < 0) & np.isin(first, (ord("v"), ord("f")))))
    return lines


def _joined(match: re.Match[bytes]) -> bytes:
    text = match.group()
    return b" " * len(text) if text.startswith(b"\\") else text


def _line_bounds(data: bytes) -> tuple[Ints, Ints]:
    raw = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(raw == 10)
    if b"\r" in data:
        returns = np.flatnonzero(raw == 13)
        lone = _byte(data, returns + 1) != 10
        breaks = np.union1d(breaks, returns[lone])
    starts = np.concatenate([[3 if data.startswith(b"\xef\xbb\xbf") else 0], breaks + 1])
    ends = np.concatenate([breaks, [len(data)]])
    for line in np.flatnonzero(np.isin(_byte(data, starts), _BLANK)).tolist():
        match = _BLANKS.match(data, int(starts[line]), int(ends[line]))
        starts[line] = match.end() if match else starts[line]
    filled = starts < ends
    return starts[filled], ends[filled]


def _byte(data: bytes, at: Ints, ends: Ints | None = None) -> Ints:
    """(n,) the byte at each offset, a line feed where the offset lies behind the line or the data."""
    raw = np.frombuffer(data, dtype=np.uint8)
    if not len(raw):
        return np.full(len(at), 10, dtype=np.int64)
    found = raw[np.minimum(at, len(raw) - 1)].astype(np.int64)
    found[at >= (len(raw) if ends is None else ends)] = 10
    return found


def _refuse_misspelt(lines: ObjLines, suspects: Ints) -> None:
    """A vertex or face line that is overlooked would shift all the indices that follow."""
    for line, text in zip(suspects.tolist(), lines.texts(suspects), strict=True):
        word = (text.split() or [b""])[0]
        if word != b"vp":
            what = (
                f"{_decoded(word[:20])!r} is no OBJ statement"
                if word not in (b"v", b"vt", b"vn", b"f")
                else "a line without numbers"
            )
            raise lines.error(line, what, "export the mesh again as Wavefront OBJ (lines v, vt, vn and f)")


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
