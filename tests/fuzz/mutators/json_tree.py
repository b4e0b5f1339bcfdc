"""Damage to the tree of a JSON text."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from . import nasty

_MARK = "\uf8ff"  # of places where text is put that is no JSON of Python's
_RAW = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 400, "1" * 5000, "-0", "1E400", "1e-400", "[" * 900
        + "]" * 900, "[" * 100_000, '{"a":' * 5000, '{"a":1,"a":2}', "[" + "0," * 20_000 + "0]", '"\\ud800"', "01", "",
        "[" + "{}," * 5000 + "{}]", '"' + "\\u001b" * 30 + '"', "undefined", "'a'", "1.0e+308",
        "123456789012345678901")  # fmt: skip


def tree(data: bytes, dice: Random) -> bytes:
    """One to three changes to the values, keys and lists of a JSON text, which stays one mostly.

    Raises ValueError for what is no JSON, or so deep that it depends on who calls whether Python can read it.
    """
    if any(opening * 300 in data for opening in (b"[", b'{"a":')):
        raise ValueError("too deep")
    return dumped(changed(json.loads(data), dice), dice)


def lines(data: bytes, dice: Random) -> bytes:
    """The same to one of many lines of JSON."""
    rows = data.split(b"\n")
    at = dice.randrange(len(rows))
    rows[at] = tree(rows[at], dice)
    return b"\n".join(rows)


def dumped(value: Any, dice: Random) -> bytes:
    """The value as text, its marks replaced."""
    text = json.dumps(value, ensure_ascii=dice.random() < 0.7, indent=dice.choice((None, None, 1)))
    first, *rest = re.split(f'"(?:{_MARK}|\\\\uf8ff)"', text)
    raw = [dice.choice(_RAW) if number < 3 else "0" for number in range(len(rest))]
    return "".join([first, *(a + b for a, b in zip(raw, rest, strict=True))]).encode("utf-8", "surrogatepass")


def changed(value: Any, dice: Random) -> Any:
    """The tree after one to three changes."""
    holder = [value]
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        places = _places(holder)
        table, key = dice.choice(places)
        if dice.random() < 0.35:  # near the root, where the keys are that matter
            table, key = places[min(dice.randrange(25), len(places) - 1)]
        _change(table, key, dice, places)
        if not holder:
            return None
    return holder[0]


def _places(holder: list[Any]) -> list[tuple[Any, Any]]:
    """Every container and key in it, breadth first, up to a few thousand."""
    places: list[tuple[Any, Any]] = [(holder, 0)]
    for table, key in places:
        value = table[key]
        if len(places) > 4000:
            break
        if isinstance(value, dict):
            places.extend((value, name) for name in value)
        elif isinstance(value, list):
            places.extend((value, number) for number in range(min(len(value), 60)))
    return places


def _change(table: Any, key: Any, dice: Random, places: list[tuple[Any, Any]]) -> None:
    value = table[key]
    kind = dice.randrange(12)
    if kind == 0 and len(places) > 1:
        del table[key]
    elif kind == 1:
        _double(table, key, dice)
    elif kind == 2:
        table[key] = dice.choice(
            ([value], {"a": value}, [[value]], [value] * dice.choice((2, 3, 9)), {"data": [value]})
        )
    elif kind == 3:
        other, name = dice.choice(places)
        if _still(other, name):
            table[key] = json.loads(json.dumps(other[name])) if len(str(other[name])) < 20_000 else None
    elif kind == 4 and isinstance(table, dict):
        table[dice.choice((*nasty.TEXTS[:40], key + "_", key.upper(), *map(str, table)))] = table.pop(key)
    elif kind == 5:
        table[key] = _MARK
    elif kind in (6, 7) and isinstance(value, int | float) and not isinstance(value, bool):
        table[key] = dice.choice((value + 1, value - 1, -value, value * 2, value + 0.5, nasty.whole(dice), str(value)))
    elif kind in (6, 7) and isinstance(value, str):
        table[key] = dice.choice(
            (value + dice.choice(nasty.TEXTS), dice.choice(nasty.TEXTS) + value, value * 100, value[:-1])
        )
    else:
        table[key] = _nasty(dice)


def _still(table: Any, key: Any) -> bool:
    return key in table if isinstance(table, dict) else key < len(table)


def _double(table: Any, key: Any, dice: Random) -> None:
    if isinstance(table, list):
        table[key:key] = [table[key]] * min(
            dice.choice((1, 1, 2, 100, 3000)), 1 + 100_000 // len(str(table[key]) + " ")
        )
    else:
        table[key + dice.choice(("2", " ", "", "é"))] = table[key]


def _nasty(dice: Random) -> Any:
    return dice.choice((None, True, False, [], {}, [[]], [None], "", _MARK, dice.choice(nasty.TEXTS), nasty.whole(dice),
                        nasty.whole(dice), dice.choice(nasty.REAL), dice.choice(nasty.REAL), [0] * 1000,
                        ["a"] * 3))  # fmt: skip
