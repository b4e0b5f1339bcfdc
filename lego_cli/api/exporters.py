"""Writers of mesh files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from lego_cli.api.mesh import Mesh
from lego_cli.api.rigs import RiggedHead


class Exporter(Protocol):
    """Writes one mesh to a file format."""

    suffixes: tuple[str, ...]  # with the dot, lower case

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``, which has its final name and lies in a folder of its own.

        Other files may be written beside it and below: materials, textures. They go along where the caller takes
        ``path``; it takes care of overwriting too.
        """
        ...


@runtime_checkable
class RiggedExporter(Exporter, Protocol):
    """Writes heads with their shapes, clips and looks."""

    def write_rigged(self, head: RiggedHead, path: Path, dense: bool = False) -> None:
        """Write ``head`` to ``path``; ``dense`` spells zeros out, for tools that know no sparse shapes."""
        ...
