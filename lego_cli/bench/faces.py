"""The expressions that rigs are measured in: every shape alone, and combinations that people make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT

if TYPE_CHECKING:
    from lego_cli.api import Floats

Mix = Mapping[str, float]

BLINKS: dict[str, Mix] = {  # lids must meet
    "blink": {"eyeBlink": 1},
    "blink, smiling": {"eyeBlink": 1, "mouthSmile": 1, "cheekSquint": 0.6},
    "blink, squinting": {"eyeBlink": 1, "eyeSquint": 1},
    "blink, looking down": {"eyeBlink": 1, "eyeLookDown": 1},
    "blink, looking up": {"eyeBlink": 1, "eyeLookUp": 1},
    "blink, brows up": {"eyeBlink": 1, "browInnerUp": 1, "browOuterUp": 1},
    "blink, wide": {"eyeBlink": 1, "eyeWide": 0.6},
}
EYES: dict[str, Mix] = {
    "half a blink": {"eyeBlink": 0.5},
    "a blink begins": {"eyeBlink": 0.25},
    "a blink ends": {"eyeBlink": 0.75},
    "half a blink, looking down": {"eyeBlink": 0.5, "eyeLookDown": 0.6},
    "down and left": {"eyeLookDown": 0.7, "eyeLookInRight": 0.7, "eyeLookOutLeft": 0.7},
    "up and right": {"eyeLookUp": 0.7, "eyeLookInLeft": 0.7, "eyeLookOutRight": 0.7},
    "laughing eyes": {"mouthSmile": 0.9, "cheekSquint": 0.8, "eyeSquint": 0.6},
    "staring": {"eyeWide": 1, "browInnerUp": 0.8, "browOuterUp": 0.8},
    "frowning eyes": {"browDown": 1, "eyeSquint": 0.7, "noseSneer": 0.6},
}
SEALS: dict[str, Mix] = {  # lips must meet
    "jaw open, mouth closed": {"jawOpen": 1, "mouthClose": 1},
    "jaw half open, mouth closed": {"jawOpen": 0.5, "mouthClose": 0.5},
    "m, b, p": {"jawOpen": 0.15, "mouthClose": 0.15, "mouthPress": 0.5},
    "pressed and rolled": {"mouthPress": 0.6, "mouthRollLower": 0.6, "mouthRollUpper": 0.6},
}
MOUTHS: dict[str, Mix] = {
    "laugh": {"jawOpen": 0.5, "mouthSmile": 0.9, "mouthUpperUp": 0.4},
    "ee": {"mouthStretch": 0.5, "mouthSmile": 0.4, "mouthLowerDown": 0.4, "mouthUpperUp": 0.3, "jawOpen": 0.1},
    "oo": {"mouthPucker": 0.8, "mouthFunnel": 0.3, "jawOpen": 0.1},
    "oh": {"mouthFunnel": 0.6, "jawOpen": 0.35},
    "snarl": {"noseSneer": 0.9, "mouthUpperUp": 0.8, "mouthLowerDown": 0.3},
    "grief": {"mouthFrown": 0.9, "mouthShrugLower": 0.6, "mouthStretch": 0.3, "jawOpen": 0.15},
    "jaw aside": {"jawLeft": 0.8, "jawOpen": 0.3},
    "chin forward": {"jawForward": 0.9, "mouthFrown": 0.5},
    "scream": {"jawOpen": 1, "mouthStretch": 0.6, "mouthUpperUp": 0.5, "mouthLowerDown": 0.6},
    "tongue": {"tongueOut": 1, "jawOpen": 0.5},
}
NEAR_EYES = ("eye", "brow", "cheekSquint", "mouthSmile", "noseSneer")
"""How names of shapes begin that move lids."""


def expressions(mixes: Mapping[str, Mix]) -> Floats:
    """``(B, 52)``; a name without its side is both sides."""
    table = np.zeros((len(mixes), len(ARKIT)))
    for row, mix in zip(table, mixes.values(), strict=True):
        for name, value in mix.items():
            for action in (name,) if name in ARKIT else (f"{name}Left", f"{name}Right"):
                row[ARKIT.index(action)] = value
    return table


def singles(near_eyes: bool) -> Floats:
    """``(B, 52)`` shapes alone at full strength: those that move lids, or all others."""
    chosen = [name.startswith(NEAR_EYES) == near_eyes for name in ARKIT]
    return np.eye(len(ARKIT))[chosen]
