"""Names that a file gives to groups, materials or solids: numbered in the order in which they come up."""

from __future__ import annotations

from lego_cli.api import LegoError

MOST = 250_000
MOST_LETTERS = 32_000_000  # of all names together


class Names:
    """Distinct names of one kind, called ``what`` in errors."""

    def __init__(self, file: str, what: str) -> None:
        self._file, self._what = file, what
        self._numbers: dict[str, int] = {}
        self._letters = 0

    def number(self, name: str) -> int:
        """The number of a name, -1 for an empty one. Raises :class:`LegoError` where there are too many."""
        if not name:
            return -1
        known = self._numbers.get(name)
        if known is not None:
            return known
        self._letters += len(name)
        if len(self._numbers) >= MOST or self._letters > MOST_LETTERS:
            raise LegoError(
                f"{self._file} has more {self._what} than can be held ({len(self._numbers)} so far)",
                f"export only the head, or without {self._what}",
            )
        self._numbers[name] = len(self._numbers)
        return self._numbers[name]

    def all(self) -> tuple[str, ...]:
        """The names by their numbers."""
        return tuple(self._numbers)
