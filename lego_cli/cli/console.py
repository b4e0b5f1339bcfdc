"""The one owner of terminal output: results on stdout, notes, progress and errors on stderr."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lego_cli.api import Report, silent
from lego_cli.cli import signals
from lego_cli.errors import LegoError, one_line

QUIET, NORMAL, VERBOSE, DEBUG = -1, 0, 1, 2
SECONDS_BETWEEN_LINES = 10.0
OBEYED = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal may obey, of what JSON does not write as an escape by itself."""


class Console:
    """Prints. ``verbosity`` runs from -1 (errors only) to 2 (tracebacks)."""

    verbosity: int = NORMAL

    def result(self, data: Any, as_json: bool, show: Callable[[], object] | str) -> None:
        """Print ``data`` as JSON, or for people: a text, or whatever ``show`` prints through this console."""
        if as_json:
            text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
            print(OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text))
        elif isinstance(show, str):
            self.line(show)
        else:
            show()

    def line(self, text: str = "") -> None:
        """A line of a result, or several."""
        print(_lines(text))

    def block(self, facts: Mapping[str, Any]) -> None:
        """Named facts, one a line, then an empty line; what is empty is left out."""
        shown = {key: value for key, value in facts.items() if value not in ("", [], (), {}, None)}
        width = max(map(len, shown), default=0)
        for key, value in shown.items():
            print(f"{key:<{width}}  {one_line(_text(value))}")
        print()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table on stdout: drawn by rich on a terminal, plain columns in a pipe."""
        if not rows:
            return
        rows = [[one_line(cell) for cell in row] for row in rows]
        if sys.stdout.isatty():
            _rich_table(columns, rows)
            return
        widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
        for row in [columns, *rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def note(self, text: str, level: int = NORMAL) -> None:
        """One line on stderr, when ``-q`` and ``-v`` let it through."""
        if self.verbosity >= level:
            print(_lines(text), file=sys.stderr, flush=True)

    def error(self, error: LegoError) -> None:
        """The two lines of an error."""
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr, flush=True)

    @contextmanager
    def progress(self) -> Iterator[Report]:
        """A :class:`~lego_cli.api.Report` to hand to long work: bars on a terminal, else a line every 10 s."""
        if self.verbosity < NORMAL:
            yield _heeding(silent)
        elif sys.stderr.isatty():
            with _bars() as report:
                yield _heeding(report)
        else:
            yield _heeding(Lines(self.note))


class Lines:
    """Progress for logs: a line when a stage ends, and every 10 s while it runs."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.write = write
        self.clock = clock
        self.last = clock()

    def __call__(self, stage: str, done: int, total: int, **figures: float) -> None:
        """Print the state when it is time to."""
        if done < total and self.clock() - self.last < SECONDS_BETWEEN_LINES:
            return
        self.last = self.clock()
        self.write(" ".join([stage, f"{done}/{total}", _figures(figures)]).rstrip())


def _heeding(report: Report) -> Report:
    """The same, and work that reports ends where a signal went unheard."""

    def heeding(stage: str, done: int, total: int, **figures: float) -> None:
        signals.check()
        report(stage, done, total, **figures)

    return heeding


def _lines(text: str) -> str:
    """Lines of ours, in which values of files may not end or start one, nor talk to the terminal."""
    return "\n".join(map(one_line, text.split("\n")))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(_text, value)) if isinstance(value, list | tuple) else str(value)


def _figures(figures: Mapping[str, float]) -> str:
    return "  ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())


@contextmanager
def _bars() -> Iterator[Report]:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    with Progress(*columns, console=RichConsole(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int, **figures: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, figures="")
            bars.update(tasks[stage], completed=done, total=total, figures=_figures(figures))

        yield report


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console as RichConsole
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    RichConsole().print(table)


console = Console()
