"""The renderers that tests of every renderer run on."""

from __future__ import annotations

import pytest

from lego_renderers.raster import RasterRenderer
from lego_renderers.torch_renderer import TorchRenderer


@pytest.fixture(scope="session")
def compiled() -> RasterRenderer:
    """The numba renderer."""
    pytest.importorskip("numba", reason="numba is not installed (extra fast)")
    from lego_renderers.numba_renderer import NumbaRenderer

    return NumbaRenderer()


@pytest.fixture(scope="session", params=["torch", "numba"])
def renderer(request: pytest.FixtureRequest) -> RasterRenderer:
    return TorchRenderer() if request.param == "torch" else request.getfixturevalue("compiled")
