"""The container of a style, a ``.lego`` file, without what the numbers in it mean: text, weights and a picture."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.inputs import input_bytes
from lego_cli.files.zip_members import ZipMembers

FORMAT = 2
TABLE, WEIGHTS, THUMBNAIL = "style.toml", "weights.safetensors", "thumbnail.png"
MOST_FILE, MOST_UNPACKED, MOST_MEMBERS = 64 << 20, 96 << 20, 16  # a style takes 150 kB
MOST = {TABLE: 256 << 10, WEIGHTS: 64 << 20, THUMBNAIL: 16 << 20}  # bytes of each member
MOST_SIDE = 8192  # pixels of the thumbnail
HEADING = re.compile(r"^[ \t]*\[[^\]\n]{200}", re.MULTILINE)  # tables in tables by the thousand: seconds to parse
LARGEST = 2**63  # TOML's integers are smaller
LONGEST_NAME = 60
HINT = "styles are .lego files; list yours: lego styles list"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class StyleArchive:
    """What a style file holds, its weights still as bytes."""

    name: str
    licence: str
    summary: str
    sizes: dict[str, int]  # of the field: width, layers, responses
    provenance: dict[str, str | float]
    weights: bytes
    thumbnail: bytes  # PNG, or empty


def read_archive(path: Path) -> StyleArchive:
    """A style file taken apart. Raises LegoError when it is missing, damaged, too large or of another format."""
    members = _members(path)
    try:
        table = _table(members, path)
        return StyleArchive(
            name=_name(table),
            licence=_text(table, "licence"),
            summary=_text(table, "summary"),
            sizes={key: _size(table.get("field"), key) for key in ("width", "layers", "responses")},
            provenance=_flat(table.get("provenance", {})),
            weights=members.read(WEIGHTS, MOST[WEIGHTS]),
            thumbnail=_picture(members.read(THUMBNAIL, MOST[THUMBNAIL])),
        )
    except ValueError as damage:
        raise _no_style(path, damage) from None


def read_name(path: Path) -> str:
    """The name of the style in a file: see :func:`lego_cli.core.dt.style_name.style_name`."""
    members = _members(path)
    try:
        return _name(_table(members, path))
    except ValueError as damage:
        raise _no_style(path, damage) from None


def _members(path: Path) -> ZipMembers:
    if not path.is_file():
        raise LegoError(f"no style file {path}", "list the styles with: lego styles list", ExitCode.MISSING)
    try:
        return ZipMembers(input_bytes(path, MOST_FILE, HINT), MOST_UNPACKED, MOST_MEMBERS)
    except ValueError as damage:
        raise _no_style(path, damage) from None


def _no_style(path: Path, damage: ValueError) -> LegoError:
    return LegoError(f"{path} is not a style file: {damage}", HINT)


def _table(members: ZipMembers, path: Path) -> dict[str, Any]:
    """The text of a style. Raises LegoError for another format, ``ValueError`` for what is no TOML."""
    text = members.read(TABLE, MOST[TABLE]).decode()
    if HEADING.search(text):
        raise ValueError(f"{TABLE} has a heading without an end")
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"{TABLE} is nested too deeply") from None
    found = table.get("format")
    if type(found) is int and found != FORMAT:
        message = f"{path} has style format {found}, and this lego reads {FORMAT}"
        raise LegoError(message, "update lego, or the style")
    if found != FORMAT:
        raise ValueError(f"{TABLE} has no format")
    return table


def _name(table: dict[str, Any]) -> str:
    """A name that can be typed and be a file anywhere; what cannot stand in one becomes ``-``."""
    letters = "".join(letter if letter.isalnum() or letter in "-_.+" else " " for letter in _text(table, "name"))
    word = re.sub(" +", "-", letters.strip(" -_.+"))[:LONGEST_NAME].rstrip("-_.+").removesuffix(".lego")
    if not word:
        raise ValueError(f"{TABLE} has no name")
    return word


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"'{key}' in {TABLE} is no text")
    return value


def _size(table: Any, key: str) -> int:
    value = table.get(key) if isinstance(table, dict) else None
    if type(value) is not int or not 0 <= value < LARGEST:
        raise ValueError(f"{TABLE} has no '{key}' of the field")
    return value


def _flat(table: Any) -> dict[str, str | float]:
    """Text and numbers by name."""
    if not isinstance(table, dict):
        raise ValueError(f"'provenance' in {TABLE} is no table")
    for key, value in table.items():
        number = isinstance(value, int | float) and abs(value) <= LARGEST
        if not isinstance(value, str) and not number:
            raise ValueError(f"'{key[:40]}' of the provenance is neither text nor a number")
    return table


def _picture(data: bytes) -> bytes:
    """A PNG by its first bytes, or nothing."""
    sides = [int.from_bytes(data[i : i + 4], "big") for i in (16, 20)]
    if data and not (data.startswith(PNG) and data[12:16] == b"IHDR" and all(0 < n <= MOST_SIDE for n in sides)):
        raise ValueError(f"{THUMBNAIL} is no PNG")
    return data
