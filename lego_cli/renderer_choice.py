"""Which renderer ``--renderer auto`` means on this machine."""

from __future__ import annotations

from lego_cli.api import Renderer
from lego_cli.errors import ExitCode, LegoError
from lego_cli.registry import Registry

AUTO = "auto"
PREFERRED = ("nvdiffrast", "numba", "torch")
"""Best first; others are used only when they are named. ``numba`` draws on CUDA as ``torch`` does."""


def renderer_name(registry: Registry, name: str = AUTO) -> str:
    """``name`` itself, or for ``auto`` the first preferred renderer whose needs are met.

    Raises :class:`LegoError` (exit code 3) when none can be used.
    """
    if name != AUTO:
        return name
    there = {entry.name for entry in registry.entries("renderers") if entry.owner.built_in and not entry.missing()}
    for preferred in PREFERRED:
        if preferred in there:
            return preferred
    raise LegoError("no renderer can be used", "`lego plugins check` says what each one needs", ExitCode.MISSING)


def choose_renderer(registry: Registry, name: str = AUTO) -> Renderer:
    """The renderer called ``name``. Raises as :meth:`Registry.get <lego_cli.registry.Registry.get>` does."""
    renderer: Renderer = registry.get("renderers", renderer_name(registry, name))
    return renderer
