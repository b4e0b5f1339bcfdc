"""One hook misspelt, one right."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_rigz(register: Register) -> None:
    """Meant to be register_rigs."""
    register("never_seen", "lego_misspelt.rig:make")


@hookimpl
def register_drivers(register: Register) -> None:
    """A good hook, which must keep working."""
    register("still_here", dict, "the good half of a plugin with a mistake", needs=("file:takes/missing.csv",))
