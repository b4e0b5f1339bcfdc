"""Which exporter writes a file of that name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lego_cli.api import Exporter, Mesh, RiggedHead
    from lego_cli.registry import Entry, Registry


def exporters_by_suffix(registry: Registry) -> dict[str, Exporter]:
    """Which exporter writes which suffix; built-in ones first come first served.

    One whose needs are not met is there too, and says what to install when it is used.
    """
    made: list[Exporter] = [
        AbsentExporter(entry) if entry.missing() else registry.get("exporters", registry.reached_as(entry))
        for entry in registry.entries("exporters")
    ]
    return {suffix: exporter for exporter in reversed(made) for suffix in exporter.suffixes}


def require_writers(paths: Iterable[Path], registry: Registry) -> None:
    """Raise LegoError (exit code 3) where what writes one of the files is not installed, before anything slow."""
    exporters = exporters_by_suffix(registry)
    for path in paths:
        exporter = exporters.get(path.suffix.lower())
        if isinstance(exporter, AbsentExporter):
            exporter.require()


class AbsentExporter:
    """Stands in for an exporter whose needs are not met: raises where it is used, exit code 3."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.suffixes: tuple[str, ...] = (f".{entry.name}",)  # all that is known of it is its name

    def require(self) -> None:
        """Raise :class:`LegoError`: what is missing, and how to get it."""
        self.entry.make()

    def write(self, mesh: Mesh, path: Path) -> None:
        """Raise :class:`LegoError`: what is missing, and how to get it."""
        self.entry.make()

    def write_rigged(self, head: RiggedHead, path: Path, dense: bool = False) -> None:
        """Raise :class:`LegoError`: what is missing, and how to get it."""
        self.entry.make()
