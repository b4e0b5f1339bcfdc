"""Files as text and JSON, within bounds, with one clear error for what is no such file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lego_cli.api import LegoError, input_bytes, parsed_json

MOST_BYTES = 192 << 20  # of a file; an hour at 60 frames a second takes 130 MB as CSV
MOST_JSON = 128 << 20  # bytes of a JSON file, which takes many times as much once it is parsed
MOST_VALUES = 20_000_000  # frames times controls: 160 MB
MOST_FRAMES = 1_000_000  # four and a half hours at 60 frames a second
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MOST_COLUMNS = 2_000  # controls of a performance; Live Link Face has 61
LONGEST_NAME = 1_000  # letters of one
MOST_SPELT = 64 << 20  # bytes that escapes may add to a large file
_BEYOND, _ESCAPES = re.compile("[^\0-\xff]+"), re.compile(r"(?:\\u[0-9a-f]{4})+")
WHOLE, CHUNK = 16 << 20, 1 << 20  # bytes: of a file whose every letter is kept, and decoded at a time in larger ones
SHORTER = "cut the performance into shorter takes"
AGAIN = "export the performance again"


def read_text(path: Path, most: int = 0) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252; raises LegoError for other files.

    It has at most ``most`` bytes, or :data:`MOST_BYTES`.
    """
    text = decoded(input_bytes(path, most or MOST_BYTES, SHORTER))
    if "\0" in text:
        raise LegoError(f"{path.name} is no text file", f"{AGAIN}, as CSV or JSON")
    return text


def decoded(data: bytes) -> str:
    """Bytes as text; what cannot be decoded becomes a question mark.

    In a large file a single letter beyond Latin-1 would make every letter take two bytes, or four: there it is spelt as
    JSON spells it, ``\\u3042``, which reading JSON turns back.
    """
    coding = next((encoding for mark, encoding in BOMS if data.startswith(mark)), "")
    if not coding:
        coding = "utf-8" if _is_utf8(data) else "cp1252"
    if len(data) <= WHOLE or data.isascii():
        return data.decode(coding, errors="replace")
    decoder, kept, spent = codecs.getincrementaldecoder(coding)("replace"), bytearray(), 0
    for start in range(0, len(data), CHUNK):
        text = decoder.decode(data[start : start + CHUNK], start + CHUNK >= len(data))
        piece = _spelt(text) if spent < MOST_SPELT else text.encode("latin1", errors="replace")
        spent += len(piece) - len(text)
        kept += piece
    return kept.decode("latin1")


def _spelt(text: str) -> bytes:
    """Text in Latin-1, what is beyond it in JSON's escapes."""
    return _BEYOND.sub(lambda letters: json.dumps(letters[0])[1:-1], text).encode("latin1", errors="replace")


def unspelt(text: str) -> str:
    """What :func:`decoded` has spelt in escapes, as it was."""
    return _ESCAPES.sub(lambda letters: str(json.loads(f'"{letters[0]}"')), text)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(data[start : start + CHUNK], start + CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def read_bytes(path: Path) -> bytes:
    """All bytes of a file. Raises LegoError when there are more than we want to hold."""
    return input_bytes(path, MOST_BYTES, SHORTER)


def refuse_size(path: Path, frames: int, controls: int) -> None:
    """Raise LegoError for more frames than fit in memory."""
    most = min(MOST_FRAMES, MOST_VALUES // max(controls, 1))
    if frames > most:
        message = f"{path.name} has {frames:,} frames of {controls:,} values, too many to hold"
        raise LegoError(message, f"cut it into takes of at most {most:,} frames")


def refuse_names(path: Path, names: Sequence[str]) -> None:
    """Raise LegoError for more names, or longer ones, than controls have."""
    if len(names) > MOST_COLUMNS:
        raise LegoError(f"{path.name} has {len(names):,} columns", "keep the controls of one face")
    longest = max(names, key=len, default="")
    if len(longest) > LONGEST_NAME:
        message = f"{path.name} has a name of {len(longest):,} letters: {longest[:20]}..."
        raise LegoError(message, "keep the controls of one face, by their names")


def read_json(path: Path) -> Any:
    """The JSON in a file, or a list of the JSON values of its lines. Raises LegoError with the place of a mistake."""
    text = read_text(path, MOST_JSON)
    try:
        return parsed_json(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text.strip():
            return _json_lines(path, text)
        where = f"at line {error.lineno}, column {error.colno}"
        hint = (
            "was it cut off while it was written? export it again"
            if error.pos >= len(text.rstrip()) - 1
            else ("look at commas, quotes and brackets just before that place")
        )
        raise LegoError(f"{path.name} is no JSON: {error.msg.lower()} {where}", hint) from None
    except ValueError as error:  # nested too deeply, too much to hold, a number of thousands of digits
        raise LegoError(f"{path.name} cannot be read: {error}", AGAIN) from None


def _json_lines(path: Path, text: str) -> Any:
    """A value for each line that is not empty."""
    refuse_size(path, text.count("\n"), 1)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    one = "[" + ",\n".join(line for _, line in lines) + "]"
    try:
        values = parsed_json(one)
        if len(values) != len(lines):
            raise json.JSONDecodeError("several values in a line", one, 0)
    except json.JSONDecodeError as error:
        number = lines[min(one.count("\n", 0, error.pos), len(lines) - 1)][0]
        message = f"line {number} of {path.name} is no JSON"
        raise LegoError(message, "write one frame a line, or one list of all frames") from None
    except ValueError as error:
        raise LegoError(f"{path.name} cannot be read: {error}", AGAIN) from None
    return values
