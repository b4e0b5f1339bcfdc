"""Files as text and JSON, within bounds, with one clear error for what is no such file."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lego_cli.api import LegoError

MOST_BYTES = 256 << 20  # of a file; an hour at 60 frames a second takes 130 MB as CSV
MOST_VALUES = 20_000_000  # frames times controls: 160 MB
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252; raises LegoError for other files."""
    data = read_bytes(path)
    text = decoded(data)
    if "\0" in text:
        raise LegoError(f"{path.name} is no text file", "export the performance again, as CSV or JSON")
    return text


def decoded(data: bytes) -> str:
    """Bytes as text; what cannot be decoded becomes a question mark, names of controls are plain letters anyway."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_bytes(path: Path) -> bytes:
    """All bytes of a file. Raises LegoError when there are more than we want to hold."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        message = f"{path.name} is too large: {size >> 20} MB, of {MOST_BYTES >> 20} at most"
        raise LegoError(message, "cut the performance into shorter takes")
    return path.read_bytes()


def refuse_size(path: Path, frames: int, controls: int) -> None:
    """Raise LegoError for more frames than fit in memory."""
    if frames * controls > MOST_VALUES:
        message = f"{path.name} has {frames:,} frames of {controls:,} values, too many to hold"
        raise LegoError(message, f"cut it into takes of at most {MOST_VALUES // max(controls, 1):,} frames")


def read_json(path: Path) -> Any:
    """The JSON in a file, or a list of the JSON values of its lines. Raises LegoError with the place of a mistake."""
    text = read_text(path)
    try:
        return _loaded(json.loads, text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg == "Extra data" and len(lines) > 1:
            return _json_lines(path, lines)
        where = f"at line {error.lineno}, column {error.colno}"
        hint = (
            "was it cut off while it was written? export it again"
            if error.pos >= len(text.rstrip()) - 1
            else ("look at commas, quotes and brackets just before that place")
        )
        raise LegoError(f"{path.name} is no JSON: {error.msg.lower()} {where}", hint) from None
    except RecursionError:
        raise LegoError(f"{path.name} is nested too deeply", "export the performance again") from None


def _json_lines(path: Path, lines: list[str]) -> list[Any]:
    values = []
    for number, line in enumerate(lines, 1):
        try:
            values.append(_loaded(json.loads, line))
        except (json.JSONDecodeError, RecursionError):
            message = f"line {number} of {path.name} is no JSON"
            raise LegoError(message, "write one frame a line, or one list of all frames") from None
    return values


def _loaded(loads: Callable[[str], Any], text: str) -> Any:
    try:
        return loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise json.JSONDecodeError(str(error), text, 0) from None
