"""What a reader left out, one line each: no line twice, and no more than somebody would read."""

from __future__ import annotations

MOST = 100


class Notes:
    """Lines in the order in which they came up."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}
        self._more = 0

    def add(self, line: str) -> None:
        """Note a line; one that is known already is not noted again."""
        if line in self._lines:
            return
        if len(self._lines) < MOST:
            self._lines[line] = None
        else:
            self._more += 1

    def lines(self) -> tuple[str, ...]:
        """All lines, and one more that counts those that were too many."""
        more = (f"and {self._more} more such notes",) if self._more else ()
        return (*self._lines, *more)
