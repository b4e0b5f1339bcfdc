"""Style losses that come with lego."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_style_losses(register: Register) -> None:
    """Losses between a stylised head and its exemplar."""
    register("vertex", "lego_losses.vertex:VertexLoss", "mean squared vertex distance, mm²", needs=("module:torch",))
