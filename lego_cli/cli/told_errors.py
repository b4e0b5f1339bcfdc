"""What a user is told of anything that went wrong: two lines."""

from __future__ import annotations

from typing import Any

import typer

from lego_cli.errors import ExitCode, LegoError


def as_lego_error(error: BaseException) -> LegoError:
    """The two lines for anything that a command raised: its own error, wrong usage, the system's, or a bug."""
    if isinstance(error, LegoError):
        return error
    if isinstance(error, typer.Abort):
        return LegoError("stopped at a question", "answer it, or give the flag that answers it", ExitCode.INTERRUPTED)
    if hasattr(error, "format_message"):  # Typer keeps the class of its usage errors private
        return _usage_error(error)
    if _is_memory(error):
        hint = "close other programs, take a smaller file, a coarser --topology or a smaller --size"
        return LegoError("there is not enough memory for this", hint)
    if isinstance(error, OSError) and error.strerror:
        message = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        return LegoError(message, "check that the path is right and may be used, and that the disk is not full")
    text = f"a bug in lego: {type(error).__name__}: {' '.join(str(error).split())}"
    return LegoError(text, "run it again with -vv, and report what it prints with the output of `lego doctor`")


def _is_memory(error: BaseException) -> bool:
    """Whether memory ran out: Python's own error, or one of torch's, which are of no class of their own on a CPU."""
    out = "OutOfMemoryError" in type(error).__name__ or "can't allocate memory" in str(error)
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and out)


def _usage_error(error: Any) -> LegoError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "lego"
    message, _, suggestion = " ".join(error.format_message().split()).partition(" Did you mean ")
    hint = f"did you mean {suggestion} See `{path} --help`" if suggestion else f"see `{path} --help`"
    return LegoError(message[:1].lower() + message[1:].rstrip("."), hint, ExitCode.USAGE)
