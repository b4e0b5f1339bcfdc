"""What one run of the command line shares: the plugins that were loaded for it."""

from __future__ import annotations

import shlex
import shutil
import sys
from typing import TYPE_CHECKING

from lego_cli.plugins import Loaded, load_plugins
from lego_cli.registry import Registry

if TYPE_CHECKING:
    from lego_cli.api import Renderer

_loaded: list[Loaded] = []


def start(third_party: bool = True) -> Loaded:
    """Load the plugins for this run; called once, before the commands are put together."""
    _loaded[:] = [load_plugins(third_party)]
    return _loaded[0]


def loaded() -> Loaded:
    """The plugins of this run."""
    return _loaded[0] if _loaded else start()


def registry() -> Registry:
    """The names that they registered."""
    return loaded().registry


def program() -> str:
    """How this program is called from where the user is: by its path where the shell does not know its name."""
    return "lego" if shutil.which("lego") else shlex.quote(sys.argv[0])


def renderer(name: str = "auto") -> Renderer:
    """What draws in this run. Raises LegoError for an unknown name, and (exit code 3) where it cannot be used."""
    from lego_cli.renderer_choice import choose_renderer

    return choose_renderer(registry(), name)
