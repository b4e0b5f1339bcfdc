"""Registers the renderers of this package."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_renderers(register: Register) -> None:
    """The renderer that works everywhere: plain torch operations, on CPU and CUDA, with gradients."""
    register(
        "torch",
        "lego_renderers.torch_renderer:TorchRenderer",
        "z-buffer in plain torch; CPU and CUDA; gradients inside and at silhouettes",
        needs=("module:torch",),
    )
