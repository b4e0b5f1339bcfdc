"""Tables of numbers as CSV: commas, semicolons or tabs, decimal commas, empty and broken cells."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_drivers.source import read_text, refuse_size

if TYPE_CHECKING:
    from lego_cli.api import Floats

DELIMITERS = (",", ";", "\t")
BLOCK = 2000  # lines read at a time, so that one broken cell does not slow all of them


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
    names, delimiter = header_of(text)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("sep=")][1:]
    if not lines:
        raise LegoError(f"{path.name} has no frames", "it must have a line of names, and one line for each frame")
    refuse_size(path, len(lines), len(names))
    kept = [k for k, name in enumerate(names) if name.casefold() in text_columns]
    texts = {names[k].casefold(): _column(lines, k, delimiter) for k in kept}
    rest = [k for k in range(len(names)) if k not in kept]
    cells, notes = _numbers(lines, rest, len(names), delimiter)
    return CsvTable(tuple(names[k] for k in rest), cells, texts, notes)


def _column(lines: list[str], place: int, delimiter: str) -> list[str]:
    if any('"' in line for line in lines[:10]):
        rows = (_cells(line, delimiter) for line in lines)
    else:
        rows = (line.split(delimiter, place + 1) for line in lines)
    return [row[place].strip() if place < len(row) else "" for row in rows]


def _numbers(lines: list[str], places: list[int], width: int, delimiter: str) -> tuple[Floats, tuple[str, ...]]:
    """Cells ``(T, C)`` of the columns at ``places``, and what was wrong with the rest."""
    if not places:
        return np.empty((len(lines), 0)), ()
    cells, counts = [], Counter[str]()
    for start in range(0, len(lines), BLOCK):
        text = "\n".join(lines[start : start + BLOCK])
        if delimiter != "," and "," in text:
            text = text.replace(",", ".")
        block = _quick_block(text, places, width, delimiter)
        cells.append(_slow_block(text, places, width, delimiter, counts) if block is None else block)
    return np.concatenate(cells), tuple(f"{count} {what}" for what, count in counts.items())


def _quick_block(text: str, places: list[int], width: int, delimiter: str) -> Floats | None:
    """Lines that are as they should be, by numpy's reader; None for others."""
    rows = _without_gaps(text, delimiter).split("\n")
    if any(row.count(delimiter) != width - 1 for row in rows):
        return None
    try:
        return np.loadtxt(rows, delimiter=delimiter, usecols=places, ndmin=2, comments=None, quotechar='"')
    except ValueError:
        return None  # some cell is no number


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
        for column, place in enumerate(places):
            cell = row[place].strip() if place < len(row) else ""
            try:
                cells[number, column] = float(cell) if cell else np.nan
            except ValueError:
                counts["cells are no numbers"] += 1
    for what in [what for what, count in counts.items() if not count]:
        del counts[what]
    return cells
