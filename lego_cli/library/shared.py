"""What all calls of one process share: the plugins, loaded once, and the head that ships with the package."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from lego_cli.api import Renderer
    from lego_cli.registry import Registry


@cache
def shared_registry() -> Registry:
    """All names of the installed plugins; those that do not load are a warning."""
    from lego_cli.plugins import load_plugins

    loaded = load_plugins()
    for failure in loaded.failures():
        warnings.warn(failure, stacklevel=3)
    return loaded.registry


def renderer_of(registry: Registry, name: str = "auto") -> Renderer:
    """The renderer called ``name``, for ``auto`` the best that is there. Raises LegoError for one that is not."""
    from lego_cli.renderer_choice import choose_renderer

    return choose_renderer(registry, name)


def demo_head() -> Path:
    """The OBJ file of a head that ships with the package, to try things on."""
    from lego_cli import assets

    return assets.data_file("demo_head.obj")
