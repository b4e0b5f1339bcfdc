"""Expressions of VRM 1.0 (specification, expressions.md): presets, and one for each control ("Perfect Sync")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, RiggedHead
from lego_formats.glb_clips import MorphNode

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDES = ("Left", "Right")
_LEAST = 1e-4


def _pairs(**values: float) -> dict[str, float]:
    return {name + side: value for name, value in values.items() for side in SIDES}


FALLBACKS: Mapping[str, Mapping[str, float]] = {
    "happy": _pairs(mouthSmile=0.9, cheekSquint=0.5, eyeSquint=0.2),
    "angry": _pairs(browDown=1.0, eyeSquint=0.4, noseSneer=0.5, mouthFrown=0.4, mouthPress=0.3),
    "sad": _pairs(mouthFrown=0.75, eyeBlink=0.15) | {"browInnerUp": 1.0, "mouthShrugLower": 0.3},
    "relaxed": _pairs(mouthSmile=0.35, eyeBlink=0.3),
    "surprised": _pairs(browOuterUp=0.9, eyeWide=0.8) | {"browInnerUp": 0.85, "jawOpen": 0.4},
    "aa": _pairs(mouthLowerDown=0.2) | {"jawOpen": 0.6},
    "ih": _pairs(mouthStretch=0.3, mouthLowerDown=0.3) | {"jawOpen": 0.15},
    "ou": {"jawOpen": 0.15, "mouthPucker": 0.65, "mouthFunnel": 0.35},
    "ee": _pairs(mouthStretch=0.25, mouthSmile=0.2, mouthLowerDown=0.3) | {"jawOpen": 0.28},
    "oh": {"jawOpen": 0.4, "mouthFunnel": 0.6},
    "blink": _pairs(eyeBlink=1.0),
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "lookUp": _pairs(eyeLookUp=1.0),
    "lookDown": _pairs(eyeLookDown=1.0),
    "lookLeft": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "lookRight": {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
    "neutral": {},
}
"""Every preset of VRM 1.0, for heads that bring no mix of that name."""


def expressions(head: RiggedHead, nodes: Sequence[MorphNode]) -> dict[str, Any]:
    """The ``expressions`` object: all presets, and custom ones for all controls.

    ARKit's 52 get a capital letter at the front: so trackers with "Perfect Sync" spell them.
    """
    presets = {name: _expression(head, nodes, _mix(head, name)) for name in FALLBACKS}
    custom = {}
    for control in head.controls:
        name = control[:1].upper() + control[1:] if control in ARKIT else control
        if name not in presets:
            custom[name] = _expression(head, nodes, {control: 1.0})
    return {"preset": presets, "custom": custom}


def _mix(head: RiggedHead, name: str) -> Mapping[str, float]:
    """The head's own mix for a preset, a control of that name, or ours."""
    for own in (f"vrm:{name}", name):
        if own in head.mixes:
            return head.mixes[own]
    return {name: 1.0} if name in head.controls else FALLBACKS[name]


def _expression(head: RiggedHead, nodes: Sequence[MorphNode], mix: Mapping[str, float]) -> dict[str, Any]:
    """What the mix is at full strength, correctives included, as weights of targets; they cannot be below 0."""
    values = np.array([[mix.get(control, 0.0) for control in head.controls]])
    weights = np.clip(head.all_weights(values)[0], 0.0, 1.0) if head.controls else np.zeros(0)
    binds = [
        {"node": entry.node, "index": index, "weight": round(float(weights[shape]), 6)}
        for entry in nodes
        for index, shape in enumerate(entry.shapes)
        if weights[shape] > _LEAST
    ]
    return {"isBinary": False, "morphTargetBinds": binds}
