"""The fields of a code file, checked one by one: people edit these files, so each mistake is named."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, parsed_json
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.registry import nearest

if TYPE_CHECKING:
    from lego_cli.api import Floats

KEYS = ("format", "version", "made_with", "head_model", "surface_net", "sources", "residual_mm", "source_frame",
        "expression", "shape", "detail")  # fmt: skip
MOST_SHAPE = 20.0  # the widest of the head model's people reach 9
MOST_LENGTH = 1e9  # of a translation, in the source's unit
MOST_KEYS = 100  # of the whole file and of the tables in it
SHOWN = 40  # letters of a value in a message
SAME_ROTATION = 1e-3  # how far a rotation matrix may be from one


class CodeFieldError(Exception):
    """What is wrong with a field, and what to do about it when more is known than to make the file again."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parsed(data: bytes) -> Any:
    """The JSON in ``data``. Raises CodeFieldError with the place of the first mistake, or a key that is there twice."""
    try:
        return parsed_json(data.decode("utf-8-sig"), _without_doubles)
    except json.JSONDecodeError as error:
        hint = "look at commas, quotes and brackets just before that place"
        raise CodeFieldError(
            f"no JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}", hint
        ) from None
    except ValueError:
        raise CodeFieldError("no readable JSON") from None


def shown(value: Any) -> str:
    """A value of a file for a message: short, whatever it is."""
    if isinstance(value, str | bool | None):
        return json.dumps(value[:SHOWN] if isinstance(value, str) else value)
    if isinstance(value, int | float):
        return str(value)[:SHOWN]
    return "a list" if isinstance(value, list) else "a table"


class CodeFields:
    """Reads one table. Every method raises CodeFieldError for a field that cannot be meant."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table

    def refuse_misspelt(self) -> None:
        """A key that looks like one of ours but is not would be left out without a word; other keys may be there."""
        if len(self.table) > MOST_KEYS:
            raise CodeFieldError(f"it has {len(self.table)} keys, and codes have {len(KEYS)}")
        for key in self.table:
            close = [] if key in KEYS else nearest(key[:SHOWN], KEYS, 1)
            if close and close[0] not in self.table:
                raise CodeFieldError(f"there is no key '{key[:SHOWN]}'", f"did you mean '{close[0]}'?")

    def shape(self, size: int) -> Floats:
        """``(size,)`` numbers."""
        values = self.table.get("shape")
        if not isinstance(values, list) or len(values) != size:
            count = len(values) if isinstance(values, list) else "no"
            raise CodeFieldError(f"'shape' must be {size} numbers, but has {count}")
        return _numbers(values, "shape", -MOST_SHAPE, MOST_SHAPE)

    def expression(self) -> Floats:
        """``(52,)`` action values; what is not named is 0."""
        values = self._table("expression")
        for name, value in values.items():
            if name not in ARKIT:
                close = nearest(name[:SHOWN], ARKIT)
                hint = "did you mean " + " or ".join(f"'{c}'" for c in close) + "?" if close else ""
                raise CodeFieldError(
                    f"no action is called '{name[:SHOWN]}'", hint or "see all of them with: lego rigs show arkit"
                )
            _numbers([value], f"expression {name}", 0.0, 1.0)
        return np.array([float(values.get(name, 0.0)) for name in ARKIT])

    def detail(self, vertices: int) -> Floats | None:
        """``(vertices, 3)`` stored steps, or None when the key is not there."""
        text = self.table.get("detail")
        if text is None:
            return None
        size = 6 * vertices
        try:
            data = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), size + 1)
        except (binascii.Error, TypeError, ValueError, zlib.error):
            data = b""
        if len(data) != size:
            raise CodeFieldError("'detail' is damaged", "delete the key to go without detail, or make the file again")
        return np.frombuffer(data, "<i2").astype(np.float64).reshape(vertices, 3)

    def transform(self) -> Similarity:
        """Canonical frame to the source's; the canonical frame itself when the key is not there."""
        frame = self._table("source_frame")
        scale = _numbers([frame.get("scale", 1.0)], "source_frame scale", 1e-9, MOST_LENGTH)[0]
        shift = _list(frame.get("translation", [0, 0, 0]), 3, "source_frame translation")
        rows = _list(frame.get("rotation", np.eye(3).tolist()), 3, "source_frame rotation")
        turn = np.stack(
            [_numbers(_list(row, 3, "source_frame rotation"), "source_frame rotation", -2, 2) for row in rows]
        )
        if np.abs(turn @ turn.T - np.eye(3)).max() > SAME_ROTATION or np.linalg.det(turn) < 0:
            raise CodeFieldError(
                "'source_frame rotation' is no rotation", "delete 'source_frame' for the canonical frame"
            )
        return Similarity(float(scale), turn, _numbers(shift, "source_frame translation", -MOST_LENGTH, MOST_LENGTH))

    def residual(self) -> dict[str, float]:
        """Figures of the fit that made the code."""
        values = self._table("residual_mm")
        return {
            name: float(_numbers([value], f"residual_mm {name[:SHOWN]}", 0, MOST_LENGTH)[0])
            for name, value in values.items()
        }

    def sources(self) -> list[dict[str, Any]]:
        """What the code was made from."""
        found = self.table.get("sources", [])
        if not isinstance(found, list) or not all(isinstance(source, dict) for source in found):
            raise CodeFieldError("'sources' must be a list of objects", "deleting the key does no harm")
        blank = {"name": "", "sha256": "", "weight": 1.0}
        kept = [blank | source for source in found]
        _numbers([source["weight"] for source in kept], "sources weight", 0, MOST_LENGTH)
        if not all(isinstance(source[key], str) for source in kept for key in ("name", "sha256")):
            raise CodeFieldError("a name in 'sources' is no text", "deleting the key does no harm")
        return kept

    def text(self, table: str, key: str) -> str:
        """A word that is for people only."""
        value = self._table(table).get(key, "unknown")
        return value if isinstance(value, str) else "unknown"

    def _table(self, key: str) -> dict[str, Any]:
        value = self.table.get(key, {})
        if isinstance(value, dict) and len(value) > MOST_KEYS:
            raise CodeFieldError(f"'{key}' has {len(value)} keys")
        if not isinstance(value, dict):
            raise CodeFieldError(f"'{key}' must be an object, such as {{\"name\": 0.5}}")
        return value


def _numbers(values: Sequence[Any], what: str, low: float, high: float) -> Floats:
    """``values`` as an array. Raises CodeFieldError, with the place, for what is no number from ``low`` to ``high``."""
    for place, value in enumerate(values):
        where = f"'{what}'" + (f" number {place + 1}" if len(values) > 1 else "")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CodeFieldError(f"{where} is no number: {shown(value)}")
        if not low <= value <= high:  # also true for NaN
            raise CodeFieldError(f"{where} is {shown(value)[:20]}", f"give a number from {low:g} to {high:g}")
    return np.array(values, dtype=np.float64)


def _list(value: Any, size: int, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) != size:
        raise CodeFieldError(f"'{what}' must be a list of {size}")
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        double = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise CodeFieldError(f"the key '{double[:SHOWN]}' is there twice", "delete one of them")
    return table
