"""Writing a mesh through the exporters of plugins, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from lego_cli.api import ExitCode, Exporter, LegoError, Mesh, RiggedExporter, RiggedHead
from lego_cli.core.threads import one_thread
from lego_cli.files.atomic import atomic_write
from lego_cli.files.outputs import refuse_overwrite


def write_mesh(mesh: Mesh, path: Path | str, exporters: Mapping[str, Exporter], force: bool = False) -> list[Path]:
    """Write ``mesh`` to ``path`` with the exporter whose suffix fits; a file that is there stays without ``force``.

    Returns the files that go with it, such as materials and textures: those of another content stay as well.

    Positions are written as they are: the caller brings them into the frame and unit that the file shall have.
    Raises :class:`LegoError`, and then leaves what was at ``path`` as it was.
    """
    path = Path(path)
    exporter = exporter_for(path, exporters)
    refuse_overwrite(path, force=force)
    _require_writable(mesh)
    return _write(path, force, lambda temporary: exporter.write(mesh, temporary))


def write_rigged(
    head: RiggedHead, path: Path | str, exporters: Mapping[str, Exporter], force: bool = False, dense: bool = False
) -> list[Path]:
    """Write ``head`` with its shapes to ``path``, as :func:`write_mesh` does meshes; see :class:`RiggedExporter`.

    Raises :class:`LegoError` also where the format holds no shapes.
    """
    path = Path(path)
    exporter = exporter_for(path, exporters)
    if not isinstance(exporter, RiggedExporter):
        able = [s for e in exporters.values() if isinstance(e, RiggedExporter) for s in e.suffixes]
        raise LegoError(
            f"{path.suffix} files hold no shapes", f"end the name in one of {', '.join(sorted(set(able)))}",
            ExitCode.USAGE,
        )  # fmt: skip
    refuse_overwrite(path, force=force)
    _require_writable(head.mesh)
    for name, shape in head.all_shapes().items():
        if shape.shape != head.mesh.vertices.shape or not np.isfinite(shape).all():
            raise LegoError(f"shape '{name}' has positions that are no numbers", "report this with its input")
    return _write(path, force, lambda temporary: exporter.write_rigged(head, temporary, dense))


def _require_writable(mesh: Mesh) -> None:
    if not len(mesh.vertices):
        raise LegoError("there is nothing to write: the mesh is empty", "choose parts or a topology that has vertices")
    if not np.isfinite(mesh.vertices).all():
        raise LegoError("the mesh has positions that are no numbers", "report this with the input that led to it")


@one_thread(load=False)
def _write(path: Path, force: bool, write: Callable[[Path], None]) -> list[Path]:
    with atomic_write(path, force) as temporary:
        try:
            write(temporary)
            found = (file.relative_to(temporary.parent) for file in temporary.parent.rglob("*") if file.is_file())
            return sorted(path.parent / name for name in found if name != Path(path.name))
        except OSError as error:
            raise LegoError(
                f"cannot write {path}: {error.strerror}", "free some disk space, or write elsewhere"
            ) from error


def exporter_for(path: Path, exporters: Mapping[str, Exporter]) -> Exporter:
    """The exporter that a file name asks for. Raises :class:`LegoError` with the suffixes that there are."""
    suffix = path.suffix.lower()
    for exporter in exporters.values():
        if suffix in exporter.suffixes:
            return exporter
    known = ", ".join(sorted({suffix for exporter in exporters.values() for suffix in exporter.suffixes}))
    what = f"no exporter writes {suffix} files" if suffix else "the name has no suffix to choose the format by"
    raise LegoError(f"{path.name}: {what}", f"end the name in one of {known}", ExitCode.USAGE)
