"""Options of the Python functions: frozen dataclasses whose fields are also the flags of the command line.

A default, its help line and its panel are written once, here in the field; the command line and the docs read them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Flag:
    """How a field appears on the command line."""

    help: str
    names: tuple[str, ...] = ()  # () means --field-name
    kind: str | None = None  # registry kind whose names complete the value, or controls: those of our rigs
    panel: str | None = None  # heading in the help: Input/output, Look, Speed, Advanced
    metavar: str | None = None
    words: tuple[str, ...] = ()  # the values there are, where they are few and fixed


def option(
    default: Any,
    help: str,
    *names: str,
    kind: str | None = None,
    panel: str | None = None,
    metavar: str | None = None,
    words: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with ``default`` that :func:`lego_cli.cli.flags.with_options` turns into a flag."""
    return field(default=default, metadata={"flag": Flag(help, names, kind, panel, metavar, words)})


def number(text: str) -> float:
    """What somebody typed as a number; NaN where it is none, and NaN lies within no limits."""
    try:
        return float(text)
    except ValueError:
        return math.nan
