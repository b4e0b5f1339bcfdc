"""Rigs that are lists of names: what each control is in ARKit actions, read from a file of the package."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.api import ARKIT, LegoError
from lego_rigs.control import checked

if TYPE_CHECKING:
    from lego_cli.api import Floats

FOLDER = Path(__file__).parent / "data" / "maps"


class NamedRig:
    """Controls, each a fixed mix of ARKit actions. Values run from 0 to 1; mixes add up, and none goes above 1."""

    def __init__(self, name: str, mixes: Mapping[str, Mapping[str, float]], source: str = "") -> None:
        """``mixes`` maps controls to amounts of actions. Raises LegoError for an action that is none of ARKit's."""
        unknown = {action for mix in mixes.values() for action in mix} - set(ARKIT)
        if unknown:
            raise LegoError(f"rig '{name}' uses '{min(unknown)}', no ARKit action", "see them: lego rigs show arkit")
        self.name, self.source = name, source
        self.controls: tuple[str, ...] = tuple(mixes)
        self.mixes = mixes

    @cached_property
    def matrix(self) -> Floats:
        """``(C, 52)`` how much of each action a control adds."""
        import numpy as np

        return np.array([[mix.get(action, 0.0) for action in ARKIT] for mix in self.mixes.values()])

    def expression(self, values: Mapping[str, float]) -> dict[str, float]:
        """Controls to ARKit action values. Raises ``LegoError`` on an unknown control or a value outside 0..1."""
        total: dict[str, float] = {}
        for control, value in checked(self, values).items():
            for action, amount in self.mixes[control].items():
                total[action] = min(1.0, total.get(action, 0.0) + value * amount)
        return {action: value for action, value in total.items() if value}


def read_map(name: str) -> NamedRig:
    """The name map ``NAME.toml`` of this package."""
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return NamedRig(name, table["controls"], table["source"])
