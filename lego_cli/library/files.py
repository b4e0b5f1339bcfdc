"""Mesh files, read and written as the commands do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.library.shared import shared_registry

if TYPE_CHECKING:
    from lego_cli.api import Mesh, RiggedHead
    from lego_cli.registry import Registry


def read_mesh(path: str | Path) -> Mesh:
    """The mesh in a file, as the artist made it: OBJ, PLY, STL, GLB, OFF. Raises LegoError for others."""
    from lego_cli.mesh.read import read_mesh as read

    return read(path)


def write_mesh(
    mesh: Mesh | RiggedHead, path: str | Path, *, force: bool = False, registry: Registry | None = None
) -> Path:
    """Write a mesh, or a head with its shapes, in the format of the suffix.

    Raises LegoError for a suffix that cannot hold it, and for files that are there unless ``force`` is on.
    """
    from lego_cli.api import RiggedHead
    from lego_cli.exporter_choice import exporters_by_suffix, require_writers
    from lego_cli.mesh.write import write_mesh as write
    from lego_cli.mesh.write import write_rigged

    registry, path = registry or shared_registry(), Path(path)
    require_writers([path], registry)
    exporters = exporters_by_suffix(registry)
    if isinstance(mesh, RiggedHead):
        write_rigged(mesh, path, exporters, force)
    else:
        write(mesh, path, exporters, force)
    return path
