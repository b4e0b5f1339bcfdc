"""Registers the topologies of this package."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl
from lego_topologies.shelf import SUMMARIES


@hookimpl
def register_topologies(register: Register) -> None:
    """Six layouts made from the head model, and the input's own."""
    for name, summary in SUMMARIES.items():
        register(name, f"lego_topologies.shelf:{name}", f"{summary} (CC0)")
    register("keep", "lego_topologies.shelf:keep", "the input's own vertices and faces, as they came (needs a mesh)")
