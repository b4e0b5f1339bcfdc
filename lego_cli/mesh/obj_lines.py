"""The statements of an OBJ file: where each line starts, what kind it is, and which line a byte is on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.text_blocks import BLOCK, last_line_end, line_number

if TYPE_CHECKING:
    from lego_cli.api import Ints

KINDS = {"v": (b"v", 1), "vt": (b"vt", 2), "vn": (b"vn", 2), "f": (b"f", 1)}
STATES = (b"g", b"o", b"usemtl", b"s", b"mtllib")
_CONTINUED = re.compile(rb"#[^\r\n]*|\\(?:\r\n|\r|\n)")  # a comment that ends in "\" (a Windows path) goes on nowhere
_WHOLE = re.compile(rb"(?:[^#\\\r\n]++|\\(?:\r\n|[\r\n])?+)*+(?:#[^\r\n]*+)?(?:\r\n|[\r\n])?")  # with what goes on
_WORD = re.compile(rb"[ \t]*+([^ \t\r\n\\#]*+)")
_BLANK = (32, 9)


@dataclass(frozen=True, eq=False)
class ObjLines:
    """Some lines of an OBJ file, about a megabyte, with continued lines joined in place: bytes keep their offsets."""

    name: str
    original: bytes  # the whole file
    offset: int  # of the first byte of ``data`` in it
    data: bytes
    starts: Ints  # (L,) first byte of each line that is not blank, in ``data``
    ends: Ints  # (L,)
    kind: Ints  # (L,) position of the line's kind in KINDS, or -1

    def select(self, kind: str) -> Ints:
        """(n,) numbers of the lines of one kind, in file order."""
        return np.flatnonzero(self.kind == list(KINDS).index(kind))

    def places(self, lines: Ints) -> Ints:
        """(n,) first byte of each of the given lines in the file."""
        return self.starts[lines] + self.offset

    def texts(self, lines: Ints) -> list[bytes]:
        """The text of each of the given lines."""
        data = self.data
        ends = self.ends[lines].tolist()
        return [data[start:end] for start, end in zip(self.starts[lines].tolist(), ends, strict=True)]

    def states(self) -> list[tuple[int, bytes, str]]:
        """Line, word and argument of each of ``g o usemtl s mtllib`` that is not said again, in file order."""
        candidates = np.isin(_byte(self.data, self.starts), np.frombuffer(b"gousm", np.uint8)) & (self.kind < 0)
        lines = np.flatnonzero(candidates)
        texts = self.texts(lines)
        told = {text: _state(text) for text in dict.fromkeys(texts)}  # most are there more than once
        before = [b"", *texts[:-1]]  # what is said twice on end says nothing new
        pairs = [(line, text) for line, text, last in zip(lines.tolist(), texts, before, strict=False) if text != last]
        return [(line, *state) for line, text in pairs if (state := told[text]) is not None]

    def error(self, line: int, what: str, hint: str) -> LegoError:
        """The error that names the file and the line (counted from 1, as an editor does)."""
        number = line_number(self.original, self.offset + int(self.starts[line]))
        return LegoError(f"{self.name}, line {number}: {what}", hint)


def read_lines(name: str, data: bytes) -> Iterator[ObjLines]:
    """The lines of an OBJ file's bytes (LF, CRLF, CR or mixed), a piece at a time, with their kinds told apart.

    Raises :class:`LegoError` for what is no OBJ statement, but looks like a vertex or a face.
    """
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while at < len(data):
        end = _piece_end(data, at)
        if end > at:
            yield _told(name, data, at, end)
        else:
            end = _over_long_line(name, data, at)
        at = end


def _piece_end(data: bytes, at: int) -> int:
    """Where whole lines end within a block, ``at`` where there is no such place."""
    end = last_line_end(data, at, at + BLOCK)
    if end >= len(data) or b"\\" not in data[max(end - 3, at) : end]:
        return end
    raw = np.frombuffer(data, np.uint8, end - at, at)
    breaks = np.flatnonzero((raw == 10) | (raw == 13))
    before, second = raw[breaks - 1], raw[breaks - 2]
    pair = (raw[breaks] == 10) & (before == 13)
    goes_on = ((before == 92) & (breaks > 0)) | (pair & (second == 92) & (breaks > 1))
    comments = np.diff(np.cumsum(raw == 35)[breaks], prepend=0) > 0
    comments[1:] |= pair[1:] & comments[:-1]
    ends = breaks[~goes_on | comments]
    ends = ends[(raw[ends] == 10) | (ends + 1 == len(raw)) | (raw[np.minimum(ends + 1, len(raw) - 1)] != 10)]
    return at + int(ends[-1]) + 1 if len(ends) else at


def _over_long_line(name: str, data: bytes, at: int) -> int:
    """The end of a line that is longer than a block: no statement that is read is, but a comment may be."""
    match, word = _WHOLE.match(data, at), _WORD.match(data, at)
    end = match.end() if match and match.end() > at else len(data)
    first = word.group(1) if word else b""
    if first in STATES or first[:1] in (b"v", b"f"):
        what = f"a line of {(end - at) / 1e6:.0f} MB"
        raise LegoError(f"{name}, line {line_number(data, at)}: {what}", "export the mesh again as Wavefront OBJ")
    return end


def _told(name: str, data: bytes, at: int, end: int) -> ObjLines:
    piece = data[at:end]
    joined = _CONTINUED.sub(_joined, piece) if b"\\" in piece else piece
    starts, ends = _line_bounds(joined)
    kind = np.full(len(starts), -1, dtype=np.int64)
    first, second, third = (_byte(joined, starts + step, ends) for step in range(3))
    blank2, blank3 = np.isin(second, _BLANK), np.isin(third, _BLANK)
    for number, (word, length) in enumerate(KINDS.values()):
        match = (first == word[0]) & (blank2 if length == 1 else (second == word[1]) & blank3)
        kind[match] = number
    lines = ObjLines(name, data, at, joined, starts, ends, kind)
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
    starts = np.concatenate([[0], breaks + 1])
    ends = np.concatenate([breaks, [len(data)]])
    if np.isin(_byte(data, starts), _BLANK).any():
        words = np.append(np.flatnonzero(~np.isin(raw, _BLANK)), len(data))
        starts = np.minimum(words[np.searchsorted(words, np.minimum(starts, len(data)))], ends)
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


def _state(text: bytes) -> tuple[bytes, str] | None:
    word, _, argument = text.replace(b"\t", b" ").partition(b" ")
    return (word.strip(), _decoded(argument.strip())) if word.strip() in STATES else None


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
