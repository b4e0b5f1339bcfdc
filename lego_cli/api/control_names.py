"""Names of controls as people spell them: case, separators and the way a side is written do not matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lego_cli.errors import LegoError

SIDES = (("left", "l"), ("right", "r"))


@dataclass(frozen=True)
class NameMatch:
    """Which column holds which control."""

    columns: tuple[int, ...]  # places of the columns that are controls
    controls: tuple[str, ...]  # what each of those is, in the rig's spelling
    unknown: tuple[str, ...]  # names of the columns that are none


def control_key(name: str) -> str:
    """What all spellings of a name share: ``browDownLeft``, ``BrowDown_L`` and ``head.brow_down.L`` are one."""
    parts = [part for part in re.split(r"[.:|]", name.strip()) if part]  # node names stand before the last of these
    if len(parts) > 1:
        name = "".join(parts[-2:]) if parts[-1].casefold() in ("l", "r", "left", "right") else parts[-1]
    key = re.sub(r"[^0-9a-z]", "", name.casefold())
    for word, letter in SIDES:
        if key.endswith(word) and len(key) > len(word):
            return key.removesuffix(word) + letter
    return key


def match_controls(columns: Sequence[str], controls: Iterable[str]) -> NameMatch:
    """Find ``controls`` among ``columns``, in any order and spelling; an exact spelling wins.

    Raises :class:`LegoError` when two columns are the same control.
    """
    known = {control_key(control): control for control in controls}
    exact = set(known.values())
    found: dict[str, int] = {}
    unknown: list[str] = []
    for place, column in enumerate(columns):
        control = column if column in exact else known.get(control_key(column))
        if control is None:
            unknown.append(column)
        elif control in found:
            both = f"'{columns[found[control]]}' and '{column}'"
            raise LegoError(f"columns {both} both are {control}", "rename or delete one of them in the file")
        else:
            found[control] = place
    return NameMatch(tuple(found.values()), tuple(found), tuple(unknown))
