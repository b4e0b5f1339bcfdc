"""The one error that a user sees: what went wrong, and what to do about it."""

from __future__ import annotations

import unicodedata
from enum import IntEnum

LONGEST = 800  # letters of a line


class ExitCode(IntEnum):
    """Exit codes of every command (documented in the README)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    MISSING = 3
    INTERRUPTED = 130


class LegoError(Exception):
    """A failure that the user can act on; the command line prints it as two lines, ``error:`` and ``hint:``."""

    def __init__(self, message: str, hint: str, code: ExitCode = ExitCode.FAILED) -> None:
        self.message = one_line(_readable(message))
        self.hint = one_line(_readable(hint))
        super().__init__(self.message)
        self.code = code
        self.add_note(f"hint: {self.hint}")  # what Python shows under a traceback

    def __str__(self) -> str:
        return self.message


def _readable(text: str) -> str:
    """Text that is cut where nobody would read on: a file may hold a name of a megabyte."""
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def one_line(text: str) -> str:
    """Text for a terminal, where values of files get into it: no line breaks, no escapes, nothing that turns letters.

    What a terminal would obey (control and format characters, Unicode's Cc, Cf, Zl and Zp) is a blank; letters that
    are joined by zero-width joiners stay so.
    """
    return "".join(letter if _harmless(letter) else " " for letter in text)


def _harmless(letter: str) -> bool:
    return letter.isprintable() or letter in "\u200c\u200d" or unicodedata.category(letter) in ("Zs", "Co", "Cn", "Cs")
