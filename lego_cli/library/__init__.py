"""``lego`` as a Python library: what the commands do, in one call each. Reached as ``lego_cli.stylize`` and so on."""

from __future__ import annotations

from lego_cli.library.calls import animate, encode, finetune, render, stylize
from lego_cli.library.files import read_mesh, write_mesh
from lego_cli.library.heads import Person, StylizedHead
from lego_cli.library.performances import Performance
from lego_cli.library.pictures import Picture
from lego_cli.library.shared import demo_head
from lego_cli.library.styles import LearnedStyle

__all__ = [
    "LearnedStyle",
    "Performance",
    "Person",
    "Picture",
    "StylizedHead",
    "animate",
    "demo_head",
    "encode",
    "finetune",
    "read_mesh",
    "render",
    "stylize",
    "write_mesh",
]
