"""The JSON of a glTF scene; what is embedded in it as base64 is left where it lies until it is asked for."""

from __future__ import annotations

import binascii
import re
import sys
from collections.abc import Mapping
from typing import Any, TypeGuard

from lego_cli.api import LegoError
from lego_cli.files.json_text import memory_of, parsed_json

MOST_TEXT = 64 << 20  # bytes without what is embedded; scenes have a few hundred thousand
MOST_MEMORY = 550 << 20  # bytes of the text and of what is made of it
_EMBEDDED = re.compile(rb'(?<!\\)"data:(?:[^"\\]++|\\/)++"')  # an opening quote: a closing one has no letter behind it
_SHORT = 80  # bytes: less stays in the text
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*+={0,2}")
_DAMAGED = "the file is damaged or was cut short: export the scene again"

Embedded = Mapping[str, memoryview]


def read_gltf_json(name: str, text: memoryview) -> tuple[dict[str, Any], Embedded]:
    """The tree of a scene's JSON, and what each ``data:`` address in it stands for.

    Raises :class:`LegoError` where it is no JSON, or has too many values to hold.
    """
    pieces: list[bytes | memoryview] = []
    embedded: dict[str, memoryview] = {}
    at = 0
    for match in _EMBEDDED.finditer(text):
        start, end = match.span()
        if end - start >= _SHORT:
            address = f"data:lego,{len(embedded)}"
            embedded[address] = text[start + 1 : end - 1]
            pieces += [text[at:start], f'"{address}"'.encode()]
            at = end
    rest = b"".join([*pieces, text[at:]])
    return _tree(name, rest), embedded


def embedded_bytes(embedded: Embedded, address: str) -> bytes:
    """The file behind a ``data:`` address. Raises ``binascii.Error`` or ``ValueError`` where it is no base64."""
    known = embedded.get(address)
    text = address.encode("ascii") if known is None else known
    if re.search(rb"\\", text):
        text = bytes(text).replace(b"\\/", b"/")
    comma = re.search(rb",", text)
    digits = memoryview(text)[comma.end() if comma else len(text) :]
    if _BASE64.fullmatch(digits) is None:
        raise binascii.Error("something else than base64")
    return binascii.a2b_base64(digits)


def is_count(value: Any) -> TypeGuard[int]:
    """Whether a JSON value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _tree(name: str, content: bytes) -> dict[str, Any]:
    if len(content) > MOST_TEXT:
        raise _too_large(name, f"{len(content) / 1e6:.0f} MB")
    try:
        text = content.decode("utf-8-sig")
        if sys.getsizeof(text) + memory_of(text) > MOST_MEMORY:
            raise _too_large(name, "too many values to hold")
        tree = parsed_json(text)
    except ValueError as error:
        raise LegoError(f"{name}: its JSON cannot be read ({error})"[:200], _DAMAGED) from error
    if not isinstance(tree, dict):
        raise LegoError(f"{name}: its JSON is no object", _DAMAGED)
    return tree


def _too_large(name: str, what: str) -> LegoError:
    return LegoError(f"{name}: its JSON has {what}", "export only the head, without the rest of the scene")
