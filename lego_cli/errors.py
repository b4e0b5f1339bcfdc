"""The one error that a user sees: what went wrong, and what to do about it."""

from __future__ import annotations

from enum import IntEnum


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
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.add_note(f"hint: {hint}")  # what Python shows under a traceback

    def __str__(self) -> str:
        return self.message
