"""Large text files a piece at a time: whole lines, about a megabyte of them."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK = 1 << 20
LONGEST = BLOCK  # bytes of a line that is read; what is longer can only be a comment


def blocks(data: bytes, start: int = 0) -> Iterator[tuple[int, int]]:
    """Begin and end of pieces of ``data`` that end with a line (LF, CRLF or CR), of at most :data:`BLOCK` bytes.

    A longer line is a piece of its own.
    """
    at = start
    while at < len(data):
        end = last_line_end(data, at, at + BLOCK)
        end = line_end(data, at) if end == at else end
        yield at, end
        at = end


def last_line_end(data: bytes, at: int, end: int) -> int:
    """The byte behind the last line that ends between ``at`` and ``end``, ``at`` where none does."""
    if end >= len(data):
        return len(data)
    return max(data.rfind(b"\n", at, end), data.rfind(b"\r", at, end), at - 1) + 1


def line_end(data: bytes, at: int) -> int:
    """The byte behind the line that ``at`` lies in."""
    feed = data.find(b"\n", at)
    found = data.find(b"\r", at, len(data) if feed < 0 else feed)
    found = feed if found < 0 else found
    return len(data) if found < 0 else found + 1


def line_number(data: bytes, at: int) -> int:
    """The number of the line that a byte lies in, from 1, as an editor counts."""
    breaks = data.count(b"\n", 0, at) + data.count(b"\r", 0, at)
    return 1 + breaks - data.count(b"\r\n", 0, at)
