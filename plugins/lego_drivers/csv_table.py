"""Tables of numbers as CSV: commas, semicolons or tabs, decimal commas, empty and broken cells."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_drivers.source import WHOLE, read_text, refuse_names, refuse_size, unspelt

if TYPE_CHECKING:
    from lego_cli.api import Floats

DELIMITERS = (",", ";", "\t")
BLOCK = 1 << 20  # letters read at a time, so that one broken cell does not slow all of them; no line is longer
SPACED = 2  # lines that a frame takes where every other one is empty
MOST_BROKEN = 200_000  # cells that are no numbers; where most are, it is no table of numbers
BROKEN = "cells are no numbers"
HINT = "it must have a line of names, and one line for each frame"


@dataclass(frozen=True, eq=False)
class CsvTable:
    """Columns by name; cells that are no numbers are NaN, and ``texts`` keeps columns that were asked for as text."""

    columns: tuple[str, ...]
    cells: Floats  # (T, C)
    texts: dict[str, list[str]]
    notes: tuple[str, ...]


def header_of(text: str) -> tuple[list[str], str]:
    """Names in the first line of a CSV text, and what parts them."""
    line = next((line for line in text.splitlines() if line.strip() and not line.startswith("sep=")), "")
    delimiter = max(DELIMITERS, key=line.count)
    return [cell.strip() for cell in _cells(line, delimiter)], delimiter


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # such as a cell of more than 128 kB
        return line.split(delimiter)


def read_csv(path: Path, text_columns: frozenset[str] = frozenset()) -> CsvTable:
    """Read a table. Columns whose folded name is in ``text_columns`` stay text. Raises LegoError for an empty one."""
    text = read_text(path)
    blocks = _blocks(path, text)
    names, delimiter = header_of("\n".join(next(blocks, [])[:1]))
    names = [unspelt(name) for name in names] if len(text) > WHOLE else names
    refuse_names(path, names)
    kept = {name.casefold(): k for k, name in reversed([*enumerate(names)]) if name.casefold() in text_columns}
    rest = [k for k, name in enumerate(names) if name.casefold() not in kept]
    texts: dict[str, list[str]] = {name: [] for name in kept}
    _require_frames(path, text, len(names))
    cells: list[Floats] = []
    counts = Counter[str]()
    for lines in blocks:
        for name, place in kept.items():
            texts[name] += _column(lines, place, delimiter)
        cells.append(_numbers(lines, rest, len(names), delimiter, counts))
        if counts[BROKEN] > max(MOST_BROKEN, sum(block.size for block in cells) // 2):
            raise LegoError(f"{path.name} is no table of numbers", HINT)
    notes = tuple(f"{count} {what}" for what, count in counts.items() if count)
    return CsvTable(tuple(names[k] for k in rest), np.concatenate(cells), texts, notes)


def _require_frames(path: Path, text: str, columns: int) -> None:
    """Raise LegoError where there are no lines but the first, or more of them than frames that fit in memory."""
    refuse_size(path, max(text.count("\n"), text.count("\r")) // SPACED, columns)  # in no time
    frames = sum(len(lines) for lines in _blocks(path, text)) - 1
    if frames < 1:
        raise LegoError(f"{path.name} has no frames", HINT)
    refuse_size(path, frames, columns)


def _blocks(path: Path, text: str) -> Iterator[list[str]]:
    """The first line that is not empty, then the others some at a time."""
    place, first = 0, True
    while place < len(text):
        end = place + BLOCK
        if end < len(text):
            end = max(text.rfind("\n", place, end), text.rfind("\r", place, end)) + 1
        if end <= place:
            raise LegoError(f"{path.name} has a line of over {BLOCK / 1e6:.0f} MB", HINT)
        lines = [line for line in text[place:end].splitlines() if line.strip() and not line.startswith("sep=")]
        if first and lines:
            yield lines[:1]
            first, lines = False, lines[1:]
        if lines:
            yield lines
        place = end


def _column(lines: list[str], place: int, delimiter: str) -> list[str]:
    if any('"' in line for line in lines[:10]):
        rows = (_cells(line, delimiter) for line in lines)
    else:
        rows = (line.split(delimiter, place + 1) for line in lines)
    return [row[place].strip() if place < len(row) else "" for row in rows]


def _numbers(lines: list[str], places: list[int], width: int, delimiter: str, counts: Counter[str]) -> Floats:
    """Cells ``(T, C)`` of the columns at ``places``; what is wrong with the rest is counted."""
    if not places:
        return np.empty((len(lines), 0))
    text = "\n".join(lines)
    if delimiter != "," and "," in text:
        text = text.replace(",", ".")
    block = _quick_block(text, places, width, delimiter)
    return _slow_block(text, places, width, delimiter, counts) if block is None else block


def _quick_block(text: str, places: list[int], width: int, delimiter: str) -> Floats | None:
    """Lines that are as they should be, by numpy's reader; None for others."""
    rows = _without_gaps(text, delimiter).split("\n")
    if any(row.count(delimiter) != width - 1 for row in rows):
        return None
    try:
        block = np.loadtxt(rows, delimiter=delimiter, usecols=places, ndmin=2, comments=None, quotechar='"')
    except ValueError:
        return None  # some cell is no number
    return block if len(block) == len(rows) else None  # quotes may hold lines together


def _without_gaps(text: str, delimiter: str) -> str:
    """``nan`` in every empty cell, which numpy's quick reader does not take."""
    text = f"\n{text}\n"
    for gap in (delimiter * 2, f"{delimiter}\n", f"\n{delimiter}"):
        for _ in range(2):  # gaps that touch
            text = text.replace(gap, f"{gap[0]}nan{gap[1]}")
    return text[1:-1]


def _slow_block(text: str, places: list[int], width: int, delimiter: str, counts: Counter[str]) -> Floats:
    """Lines of any kind; what cannot be read is NaN and counted."""
    lines = text.split("\n")
    cells = np.full((len(lines), len(places)), np.nan)
    for number, line in enumerate(lines):
        row = _cells(line, delimiter)
        counts["lines are cut short"] += len(row) < width
        counts["lines have more cells than names"] += any(cell.strip() for cell in row[width:])
        for column, place in enumerate(places):  # which rise
            if place >= len(row):
                break
            try:
                cells[number, column] = float(row[place].strip() or "nan")
            except ValueError:
                counts[BROKEN] += 1
    return cells
