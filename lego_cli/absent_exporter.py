"""What stands in for a writer whose needs are not met, so that asking for its format says what to install."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lego_cli.api import Mesh, RiggedHead
    from lego_cli.registry import Entry


class AbsentExporter:
    """Raises where it is used, exit code 3."""

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
