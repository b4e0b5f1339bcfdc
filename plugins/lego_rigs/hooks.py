"""Rigs that come with lego."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_rigs(register: Register) -> None:
    """The ARKit controls as they are, and the basic emotions."""
    register("arkit", "lego_rigs.arkit:ArkitRig", "the 52 ARKit blend shapes, one control each")
    register("emotions", "lego_rigs.emotions:EmotionRig", "happy, sad, angry, surprised, neutral as muscle mixes")
