"""Registers the topologies of this package."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl
from lego_topologies.shelf import SUMMARIES

FLAME_HINT = (
    "FLAME's licence forbids shipping its mesh, and this version cannot import your copy yet "
    "(`lego topologies add` comes later); `--topology dense` plays its role"
)


@hookimpl
def register_topologies(register: Register) -> None:
    """Six layouts made from the head model, and FLAME's, which only a user can bring."""
    for name, summary in SUMMARIES.items():
        register(name, f"lego_topologies.shelf:{name}", f"{summary} (CC0)")
    register(
        "FLAME",
        "lego_topologies.flame:load",
        "FLAME's 5,023 vertices; not shipped, its licence forbids it",
        needs=("file:topologies/FLAME.npz",),
        hint=FLAME_HINT,
    )
