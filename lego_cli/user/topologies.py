"""The topologies that the user added: files in the user's folder, named and found like those of plugins."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.folders import topologies_folder
from lego_cli.registry import Entry, Registry
from lego_cli.user.styles import USER

if TYPE_CHECKING:
    from lego_cli.api import Topology

SUFFIX = ".npz"
RESERVED = ("keep",)  # `--topology keep` is the input's own
LONGEST = 60


def add_user_topologies(registry: Registry) -> None:
    """Register each ``NAME.npz`` of the user's folder; one that is called as a built-in topology is ``user:NAME``."""
    for file in sorted(topologies_folder().glob(f"*{SUFFIX}")):
        if file.is_file() and usable_name(file.stem):
            entry = Entry("topologies", file.stem, partial(load, file), USER, f"yours, in {file}")
            registry.add(entry)


def load(file: Path) -> Topology:
    """A user's topology. Raises LegoError, which names the file, when it is damaged."""
    from lego_cli.user.topology_file import read_topology

    return read_topology(file)


def usable_name(name: str) -> bool:
    """Whether ``name`` can be typed after ``--topology`` and be a file on any system."""
    plain = all(letter.isalnum() or letter in "-_.+" for letter in name)
    return plain and name[:1].isalnum() and not name.endswith(".") and len(name) <= LONGEST and name not in RESERVED


def topology_path(name: str) -> Path:
    """Where the user's topology ``NAME`` or ``user:NAME`` lies. Raises LegoError (exit code 2) for a bad name."""
    name = name.removeprefix(f"{USER.distribution}:")
    if name in RESERVED:
        raise LegoError(f"'{name}' means the input's own topology", "choose another name", ExitCode.USAGE)
    if not usable_name(name):
        hint = f"use up to {LONGEST} letters, digits and - _ . +, beginning with a letter or digit"
        raise LegoError(f"'{name}' is no name for a topology", hint, ExitCode.USAGE)
    return topologies_folder() / f"{name}{SUFFIX}"


def picture_path(file: Path) -> Path:
    """The picture beside a topology's file."""
    return file.with_suffix(".png")


def remove_topology(registry: Registry, name: str) -> list[Path]:
    """Delete a topology that the user added, and its picture; returns what went. Raises LegoError for any other."""
    entry = registry.find("topologies", name)
    if entry.owner != USER:
        message = f"topology '{name}' comes with {entry.owner.distribution} and cannot be removed"
        mine = f"{USER.distribution}:{entry.name}"
        there = mine in {e.full_name for e in registry.entries("topologies")}
        hint = f"yours is {mine}" if there else "only topologies that were added can be: lego topologies list"
        raise LegoError(message, hint, ExitCode.USAGE)
    file = topology_path(entry.name)
    gone = [path for path in (file, picture_path(file)) if path.is_file()]
    for path in gone:
        path.unlink()
    return gone
