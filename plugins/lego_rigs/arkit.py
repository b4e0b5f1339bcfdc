"""The rig whose controls are the 52 ARKit blend shapes themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lego_cli.api import ARKIT
from lego_rigs.control import checked

if TYPE_CHECKING:
    from lego_cli.api import Floats


class ArkitRig:
    """One control for each ARKit action, 0 to 1."""

    name = "arkit"
    controls: tuple[str, ...] = ARKIT

    def expression(self, values: Mapping[str, float]) -> dict[str, float]:
        """The same values, zeros left out. Raises ``LegoError`` on an unknown control or a value outside 0..1."""
        return {name: value for name, value in checked(self, values).items() if value}

    @property
    def matrix(self) -> Floats:
        """``(52, 52)`` each control is its own action."""
        import numpy as np

        return np.eye(len(ARKIT))
