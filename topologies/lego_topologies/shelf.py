"""The topologies of this package, read from their files when asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.api import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import Topology

DATA = Path(__file__).parent / "data"

SUMMARIES: dict[str, str] = {
    "head": "the head model's own quads: skin, mouth bag, sockets, eyes, teeth, tongue, lashes",
    "mask": "the face alone, open at eyes, nostrils and mouth",
    "simplified": "about 1,000 vertices, lids and lips kept",
    "dense": "even triangles, finer at eyes, lips, nose and ears; with eyes, teeth, tongue and mouth bag",
    "looped": "subdivided quads with edge loops round eyes and mouth; with eyes, teeth, tongue and mouth bag",
    "points": "35,000 evenly scattered points on the skin, no faces",
}
"""What each topology is for, in a line."""


def load(name: str) -> Topology:
    """One topology of :data:`SUMMARIES` by name. Raises LegoError when there is none of that name."""
    from lego_topologies.archive import read_topology

    if name not in SUMMARIES:
        raise LegoError(f"no topology called '{name}'", f"known topologies: {', '.join(SUMMARIES)}", ExitCode.USAGE)
    return read_topology(DATA / f"{name}.npz")


def keep() -> Topology:
    """What stands for the input's own topology before there is an input: the head model's."""
    return replace(head(), name="keep")


head = partial(load, "head")
mask = partial(load, "mask")
simplified = partial(load, "simplified")
dense = partial(load, "dense")
looped = partial(load, "looped")
points = partial(load, "points")
