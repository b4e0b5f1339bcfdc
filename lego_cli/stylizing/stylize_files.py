"""Files in, files out: the part of ``lego stylize`` that reads, names, writes and draws."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.files.inputs import refuse_inputs
from lego_cli.files.outputs import record_place, refuse_one_file, refuse_overwrite
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.write import write_mesh, write_rigged
from lego_cli.run_record import run_record, write_record
from lego_cli.stylizing.encode_files import is_code, preview_place
from lego_cli.stylizing.naming import result_name
from lego_cli.stylizing.stylizer import Stylized, StylizeOptions, Stylizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

    from lego_cli.api import Exporter, Mesh, Renderer
    from lego_cli.registry import Registry


@dataclass(frozen=True)
class Places:
    """Where one result goes."""

    mesh: Path
    record: Path
    preview: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return tuple(filter(None, (self.mesh, self.record, self.preview)))


def places_of(
    source: Path, options: StylizeOptions, output: Path | None, many: bool, preview: bool, suffixes: tuple[str, ...]
) -> Places:
    """``in.obj`` becomes ``in.pixar.obj`` beside it, or goes into the folder, or to the file, that ``output`` names."""
    if many and output:
        refuse_one_file(output, suffixes)
    if output and not many and output.suffix and not output.is_dir():
        mesh = output
    else:
        suffix = source.suffix.lower() if source.suffix.lower() in suffixes else ".obj"
        mesh = (output or source.parent) / f"{result_name(source.stem, options)}{suffix}"
    if mesh.suffix.lower() not in suffixes:
        raise LegoError(
            f"cannot write '{mesh.suffix}' files", f"end the name in {', '.join(sorted(suffixes))}", ExitCode.USAGE
        )
    return Places(mesh, record_place(mesh), preview_place(mesh) if preview else None)


def stylize_file(
    source: Path, places: Places, stylizer: Stylizer, registry: Registry, renderer: Renderer | None, force: bool
) -> dict[str, Any]:
    """Stylise one file and write the mesh, its record and, when asked, a contact sheet; returns the record."""
    from lego_cli.core.encoding.code_file import read_code
    from lego_cli.preview import write_picture

    refuse_overwrite(*places.files, force=force, inputs=[source])
    mesh = None if is_code(source) else read_mesh(source)
    refuse_inputs(*places.files)  # its textures are known now
    result = stylizer(mesh) if mesh else stylizer.from_code(read_code(source, stylizer.stylist))
    sheet = preview_sheet(mesh, result, stylizer, renderer) if places.preview and renderer else None  # slow: first
    beside = write_result(result, places.mesh, stylizer, registry, force)
    record = run_record(source, result, stylizer.options, registry, places.mesh)
    notes = [*(mesh.notes if mesh else ()), *frame_notes(result, places.mesh, stylizer, registry)]
    record |= {"files": [str(file) for file in beside], "notes": notes}
    write_record(record, places.record)
    if places.preview and sheet:
        write_picture(sheet, places.preview)
    return {**record, "output": str(places.mesh), "record": str(places.record), "preview": str(places.preview or "")}


def write_result(result: Stylized, path: Path, stylizer: Stylizer, registry: Registry, force: bool) -> list[Path]:
    """Write the mesh, with its shapes where the format holds them and they are wanted; returns the files beside it."""
    exporters = exporters_by_suffix(registry)
    if _holds_shapes(path, exporters) and stylizer.options.shapes and len(result.mesh.face_sizes):
        from lego_cli.animating.rigged import rigged

        return write_rigged(rigged(result, stylizer, registry, path.stem), path, exporters, force)
    return write_mesh(result.mesh, path, exporters, force)


def _holds_shapes(path: Path, exporters: Mapping[str, Exporter]) -> bool:
    from lego_cli.api import RiggedExporter

    return isinstance(exporters.get(path.suffix.lower()), RiggedExporter)


def frame_notes(result: Stylized, path: Path, stylizer: Stylizer, registry: Registry) -> list[str]:
    """What to know of a scene file that stands as its input stands, where that is not upright and in metres."""
    unit, up = result.encoded.unit, result.encoded.up
    scene = _holds_shapes(path, exporters_by_suffix(registry))
    if not scene or stylizer.options.frame != "input" or (unit == "m" and up == "+y"):
        return []
    said = f"{path.name} stands as the input does ({unit if unit != 'unknown' else 'unit unknown'}, {up} up)"
    return [f"{said}; programs take such files for upright ones in metres: --frame canonical makes them so"]


def preview_sheet(
    mesh: Mesh | None, result: Stylized, stylizer: Stylizer, renderer: Renderer, size: int = 384
) -> Image.Image:
    """Input (codes have none), fit and result from the front, three quarters and the side."""
    from lego_cli.preview import Frame, carried_landmarks, contact_sheet, labelled_views

    landmarks = carried_landmarks(stylizer.topology, stylizer.stylist.head)
    person = stylizer.stylist.avatar(result.encoded.code)
    fitted, frame = person.pose(stylizer.topology), Frame.of(person.neutral)
    fit = stylizer.topology.mesh.with_vertices(fitted)
    heads: list[tuple[str, Mesh, Any]] = [("fit", fit, landmarks)]
    heads.append(("result", result.canonical, None if stylizer.keeps else landmarks))
    if mesh:
        heads.insert(0, ("input", mesh.with_vertices(result.encoded.transform.inverse(mesh.vertices)), None))
    return contact_sheet(
        [labelled_views(label, shown, renderer, size=size, landmarks=m, frame=frame) for label, shown, m in heads]
    )
