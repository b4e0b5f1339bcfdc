"""What a campaign did, by reader, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .verdict import NAMES

_COLUMNS = (
    "reader",
    "runs",
    "refused",
    "read",
    "crashes",
    "hangs",
    "bugs",
    "memory",
    "worst MB",
    "slowest s",
    "by run",
)


@dataclass
class Figures:
    """Of one reader."""

    counts: list[int] = field(default_factory=lambda: [0] * len(NAMES))
    megabytes: float = 0.0
    seconds: float = 0.0  # of CPU
    slowest: int = 0  # the run that took them
    found: int = 0

    def add(self, verdict: int, seconds: float, megabytes: float, seed: int) -> None:
        """One run."""
        self.counts[verdict] += 1
        self.megabytes = max(self.megabytes, megabytes)
        if seconds > self.seconds:
            self.seconds, self.slowest = seconds, seed

    @property
    def runs(self) -> int:
        """All of them."""
        return sum(self.counts)

    def row(self) -> dict[str, float]:
        """Numbers by name."""
        named = dict(zip(NAMES, self.counts, strict=True))
        return {
            "runs": self.runs,
            **named,
            "megabytes": self.megabytes,
            "seconds": self.seconds,
            "slowest": self.slowest,
        }


def table(figures: Mapping[str, Figures]) -> str:
    """Lines of equal columns, and all of it in the last."""
    rows = [_cells(name, f) for name, f in figures.items()]
    total = Figures()
    for f in figures.values():
        total.counts = [a + b for a, b in zip(total.counts, f.counts, strict=True)]
        total.megabytes = max(total.megabytes, f.megabytes)
        if f.seconds > total.seconds:
            total.seconds, total.slowest = f.seconds, f.slowest
    rows = [list(_COLUMNS), *rows, _cells("all", total)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_COLUMNS))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: list[str], widths: list[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _cells(name: str, f: Figures) -> list[str]:
    read, refused, bugs, crashes, hangs, memory = f.counts
    numbers = (f.runs, refused, read, crashes, hangs, bugs, memory)
    return [name, *(f"{n:,}" for n in numbers), f"{f.megabytes:.0f}", f"{f.seconds:.2f}", str(f.slowest)]
