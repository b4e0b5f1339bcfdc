"""Registers the renderers of this package."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl

NVDIFFRAST = (
    "pip install --no-build-isolation git+https://github.com/NVlabs/nvdiffrast (not on PyPI); "
    "its licence, Nvidia's, allows research and evaluation only; `torch` draws on CUDA too"
)


@hookimpl
def register_renderers(register: Register) -> None:
    """Three back-ends that differ in who finds the visible face of each pixel."""
    register(
        "torch",
        "lego_renderers.torch_renderer:TorchRenderer",
        "z-buffer in plain torch; CPU and CUDA; gradients inside and at silhouettes",
        needs=("module:torch",),
    )
    register(
        "numba",
        "lego_renderers.numba_renderer:NumbaRenderer",
        "the same pictures with compiled loops; several times faster on a CPU",
        needs=("module:numba",),
    )
    register(
        "nvdiffrast",
        "lego_renderers.nvdiffrast_renderer:NvdiffrastRenderer",
        "visibility by nvdiffrast on CUDA, our silhouettes; research and evaluation only (its licence)",
        needs=("device:cuda", "module:nvdiffrast"),
        hint=NVDIFFRAST,
    )
