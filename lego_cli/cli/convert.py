"""``lego convert IN OUT``: one mesh format to another, shapes included."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, with_options
from lego_cli.convert import ConvertOptions


def register(app: typer.Typer) -> None:
    """Add ``lego convert``."""
    app.command("convert")(convert)


@with_options(ConvertOptions)
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="OBJ, PLY, STL, OFF, GLB, glTF or VRM.")],
    output: Annotated[str, typer.Argument(metavar="OUT", help="A file of any kind that is written, or a folder.")],
    options: ConvertOptions,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Turn one mesh format into another; shapes and clips stay where the format holds them.

    A folder gets neutral.obj and an OBJ for each shape, all in one order of vertices.
    """
    from lego_cli.convert import convert as convert_file
    from lego_cli.convert import convert_to_folder
    from lego_cli.exporter_choice import exporters_by_suffix

    exporters = exporters_by_suffix(session.registry())
    place = Path(output)
    if output.endswith(("/", os.sep)) or place.is_dir() or not place.suffix:
        done = convert_to_folder(source, place, exporters, force)
    else:
        done = convert_file(source, place, exporters, options, force)
    lost = [what for what in done["left_out"] if what != "polygons"]
    if lost:
        console.note(f"note: {place.suffix or 'a folder of OBJs'} cannot hold {', '.join(lost)}: left out")
    if "polygons" in done["left_out"]:
        console.note(f"note: {place.suffix} has triangles only: quads and polygons are cut")
    console.result(done, as_json, lambda: _say(done))


def _say(done: dict[str, Any]) -> None:
    files = f" ({len(done['outputs'])} files)" if "outputs" in done else ""
    console.line(f"{done['input']} -> {done['output']}{files}")
    facts = [f"{done[what]} {what}" for what in ("vertices", "faces", "shapes", "clips") if done[what]]
    console.line("  " + ", ".join(facts))
