"""A rig: control values in, ARKit action values out."""

from __future__ import annotations

from collections.abc import Mapping

from lego_cli.api import ExitCode, LegoError

VISEMES: Mapping[str, Mapping[str, float]] = {
    "aa": {"jawOpen": 0.60, "mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25},
    "ee": {
        "jawOpen": 0.15,
        "mouthStretchLeft": 0.45,
        "mouthStretchRight": 0.45,
        "mouthSmileLeft": 0.25,
        "mouthSmileRight": 0.25,
    },
    "oo": {"jawOpen": 0.15, "mouthPucker": 0.55, "mouthFunnel": 0.30},
    "mm": {
        "mouthClose": 0.05,
        "mouthPressLeft": 0.40,
        "mouthPressRight": 0.40,
        "mouthRollLower": 0.25,
        "mouthRollUpper": 0.20,
    },
    "ff": {"jawOpen": 0.08, "mouthRollLower": 0.45, "mouthUpperUpLeft": 0.20, "mouthUpperUpRight": 0.20},
    "ll": {"jawOpen": 0.25, "tongueOut": 0.15},
}


class VisemeRig:
    """Speech sounds with an intensity from 0 to 1; several add up."""

    name = "visemes"
    controls: tuple[str, ...] = tuple(VISEMES)

    def expression(self, values: Mapping[str, float]) -> dict[str, float]:
        """Raises LegoError, which the command line shows as two lines, on a name or value that makes no sense."""
        total: dict[str, float] = {}
        for name, value in values.items():
            if name not in VISEMES or not 0 <= value <= 1:
                hint = f"sounds are {', '.join(VISEMES)}, each from 0 to 1"
                raise LegoError(f"{name}={value:g} is no speech sound", hint, ExitCode.USAGE)
            for action, amount in VISEMES[name].items():
                total[action] = min(1.0, total.get(action, 0.0) + value * amount)
        return total
