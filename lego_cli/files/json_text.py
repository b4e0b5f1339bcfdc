"""JSON of the user's, parsed only where what it will take up in memory is bearable."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

MOST_MEMORY = 768 << 20  # bytes of Python objects, estimated
OBJECT, LIST, VALUE, STRING = 240, 90, 34, 60  # bytes: a table, a list, a number in one, a text that is no key
NAMES, NAME = 8, 100  # of one table, that OBJECT holds; bytes of each further one


def parsed_json(text: str, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value of a JSON text.

    Raises ``json.JSONDecodeError`` with the place of a mistake, and ``ValueError`` for what is nested too deeply, has
    numbers of thousands of digits, or would take too much memory: a few bytes of text can be an object of hundreds.
    """
    if memory_of(text) > MOST_MEMORY:
        raise ValueError("it has too many values to hold")
    try:
        return json.loads(text, object_pairs_hook=object_pairs_hook)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def memory_of(text: str) -> int:
    """About how many bytes the value of a JSON text will take up; more rather than less."""
    objects, names = text.count("{"), text.count(":")
    texts = max(text.count('"') // 2 - names, 0)
    more = max(names - NAMES * objects, 0)
    return OBJECT * objects + NAME * more + LIST * text.count("[") + VALUE * text.count(",") + STRING * texts
