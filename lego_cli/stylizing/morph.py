"""From one person to the next in a few steps: what ``lego stylize --morph`` calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.api import Report, silent
from lego_cli.errors import ExitCode, LegoError
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.files.outputs import refuse_overwrite
from lego_cli.mesh.write import write_mesh
from lego_cli.run_record import common_record, file_record, write_record
from lego_cli.stylizing.encode_files import is_code, read_person
from lego_cli.stylizing.naming import result_name
from lego_cli.stylizing.stylizer import Stylized, StylizeOptions, Stylizer, refuse_keep

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Floats, Mesh, Renderer
    from lego_cli.core.encoding.code_file import SavedCode
    from lego_cli.registry import Registry

MOST_STEPS = 200
SHEET_VIEWS, SHEET_COLUMNS = ("front", "three_quarter"), 8


@dataclass(frozen=True)
class MorphPlaces:
    """Where the heads of a morph go, first to last."""

    meshes: tuple[Path, ...]
    record: Path
    preview: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return tuple(filter(None, (*self.meshes, self.record, self.preview)))


def morph_places(
    sources: Sequence[Path], steps: int, options: StylizeOptions, output: Path | None, preview: bool,
    suffixes: tuple[str, ...],
) -> MorphPlaces:  # fmt: skip
    """``NAME_00.obj`` to the last one, where ``output`` is ``NAME.obj``, or a folder for ``a_to_b.pixar_00.obj``.

    Raises LegoError (exit code 2) for a number of steps that does not fit the number of people, or a wrong suffix.
    """
    if len(sources) < 2:
        raise LegoError("--morph needs two or more heads", "give them in order: a.obj b.obj --morph 8", ExitCode.USAGE)
    if not len(sources) <= steps <= MOST_STEPS:
        what = f"--morph {steps} does not fit {len(sources)} heads"
        raise LegoError(what, f"choose a number from {len(sources)} to {MOST_STEPS}", ExitCode.USAGE)
    name, suffix = _name(sources, options, output, suffixes)
    if suffix not in suffixes:
        raise LegoError(f"cannot write '{suffix}' files", f"end the name in {', '.join(suffixes)}", ExitCode.USAGE)
    digits = max(2, len(str(steps - 1)))
    meshes = tuple(Path(f"{name}_{step:0{digits}}{suffix}") for step in range(steps))
    return MorphPlaces(meshes, Path(f"{name}.run.json"), Path(f"{name}.preview.png") if preview else None)


def _name(
    sources: Sequence[Path], options: StylizeOptions, output: Path | None, suffixes: tuple[str, ...]
) -> tuple[Path, str]:
    if output and output.suffix and not output.is_dir():
        return output.with_suffix(""), output.suffix.lower()
    own = (path.suffix.lower() for path in sources)
    name = result_name("_to_".join(path.stem.removesuffix(".code") for path in sources), options)
    return (output or sources[0].parent) / name, next((suffix for suffix in own if suffix in suffixes), ".obj")


def morph_files(
    sources: Sequence[Path], places: MorphPlaces, stylizer: Stylizer, registry: Registry,
    renderer: Renderer | None = None, force: bool = False, report: Report = silent,
) -> dict[str, Any]:  # fmt: skip
    """Heads from the first person to the last, by way of all others: meshes, one record and, with a renderer, a sheet.

    ``sources`` are meshes and codes. Codes are mixed linearly; each head of the ends is what stylising that input alone
    gives. With ``frame`` input the heads stand between the inputs, or as the first one where units or axes differ.
    """
    from lego_cli.core.encoding.blend import one_frame, stations
    from lego_cli.preview import write_picture

    refuse_keep(stylizer.options)
    refuse_overwrite(*places.files, force=force, inputs=sources)
    people = _people(sources, stylizer, report)
    weights = stations(len(people), len(places.meshes))
    places.record.unlink(missing_ok=True)  # it is about the heads that go now
    heads = []
    for done, (place, share) in enumerate(zip(places.meshes, weights, strict=True)):
        head, result = _head(people, share, stylizer)
        write_mesh(result.mesh, place, exporters_by_suffix(registry), force)
        heads.append(head)
        report("morph", done + 1, len(weights))
    if places.preview and renderer:
        write_picture(morph_sheet(heads, stylizer, renderer), places.preview)
    between = "between the inputs" if one_frame(people) else f"as in {sources[0]}"
    record = {
        **common_record(stylizer.options, registry, places.meshes),
        "inputs": [file_record(path) for path in sources],
        "heads": [
            {"output": str(place), "weights": [round(float(w), 6) for w in share]}
            for place, share in zip(places.meshes, weights, strict=True)
        ],
        "standing": between if stylizer.options.frame == "input" else "canonical",
    }
    write_record(record, places.record)
    outputs = [str(path) for path in places.meshes]
    return {**record, "outputs": outputs, "record": str(places.record), "preview": str(places.preview or "")}


def _head(people: Sequence[SavedCode], share: Floats, stylizer: Stylizer) -> tuple[Mesh, Stylized]:
    """One head of a morph: upright for the sheet, in its size among the others, and as it is written."""
    from lego_cli.core.encoding.blend import blended

    person = blended(people, share)
    result = stylizer.from_code(person)
    size = person.transform.scale / people[0].transform.scale if stylizer.options.frame == "input" else 1.0
    return result.canonical.with_vertices(size * result.canonical.vertices), result


def _people(sources: Sequence[Path], stylizer: Stylizer, report: Report) -> list[SavedCode]:
    people = []
    for done, path in enumerate(sources):
        people.append(read_person(path, stylizer.stylist, stylizer.encoding)[0])
        report("read" if is_code(path) else "encode", done + 1, len(sources))
    return people


def morph_sheet(heads: Sequence[Mesh], stylizer: Stylizer, renderer: Renderer, size: int = 256) -> Image.Image:
    """All heads (upright, of one scale) in order, from the front and from three quarters, up to eight in a row."""
    import numpy as np

    from lego_cli.preview import Frame, carried_landmarks, contact_sheet, render_views

    marks = carried_landmarks(stylizer.topology, stylizer.stylist.head)
    frame = Frame.of(np.concatenate([head.vertices for head in heads]))
    pictures = [render_views(head, renderer, SHEET_VIEWS, size, landmarks=marks, frame=frame) for head in heads]
    rows = []
    for start in range(0, len(heads), SHEET_COLUMNS):
        for view in range(len(SHEET_VIEWS)):
            part = pictures[start : start + SHEET_COLUMNS]
            rows.append([(f"{start + i:02}" if view else "", shown[view]) for i, shown in enumerate(part)])
    return contact_sheet(rows)
