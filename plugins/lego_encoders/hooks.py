"""Registers the image encoders of this package."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_image_encoders(register: Register) -> None:
    """A small one of our own, its judge, and CLIP."""
    register(
        "face",
        "lego_encoders.face:FaceEncoder",
        "our own: identity, expression and style of clay heads; small, ships with the package",
        needs=("module:torch",),
    )
    register(
        "judge",
        "lego_encoders.face:JudgeEncoder",
        "the same learned from other heads; for benches, so that no style is judged by what it was learned with",
        needs=("module:torch",),
    )
    register(
        "clip",
        "lego_encoders.clip:load",
        "CLIP through open_clip, with weights that you have (LEGO_CLIP_MODEL, LEGO_CLIP_WEIGHTS)",
        needs=("module:open_clip",),
    )
