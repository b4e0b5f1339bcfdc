"""``lego stylize``: any head mesh in, the same person in a style out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lego_cli.cli import session
from lego_cli.cli.batch import run_batch
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, RendererFlag, with_options
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.outputs import refuse_overwrite
from lego_cli.stylizing.stylizer import StylizeOptions, check_options

if TYPE_CHECKING:
    from lego_cli.stylizing.stylize_files import Places

DEMO_FOLDER = Path("lego-demo")


def register(app: typer.Typer) -> None:
    """Add ``lego stylize``."""
    app.command("stylize")(stylize)


@with_options(StylizeOptions)
def stylize(
    options: StylizeOptions,
    inputs: Annotated[
        list[Path] | None, typer.Argument(help="Head meshes: OBJ, PLY, STL, GLB, OFF; or codes: JSON.")
    ] = None,
    from_code: Annotated[
        list[Path] | None, typer.Option("--from-code", help="A code made by lego encode; repeat for several.")
    ] = None,
    morph: Annotated[
        int | None,
        typer.Option("--morph", metavar="N", help="N heads from the first input to the last, by all others."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File, or folder for several inputs; beside the input.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Also write a contact sheet: input, fit, result.")] = False,
    renderer: RendererFlag = "auto",
    demo: Annotated[
        bool, typer.Option("--demo", help="Show styles (--style; four of ours) on the head that ships with lego.")
    ] = False,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Turn head meshes into the same people in a style, in the topology you want."""
    if demo:
        _demo(options, output or DEMO_FOLDER, renderer, force, as_json)
        return
    inputs = _sources(inputs or [], from_code or [])
    check_options(options)
    if morph is not None:
        _morph(inputs, morph, options, output, renderer if preview else "", force, as_json)
        return
    from lego_cli.stylizing.stylize_files import stylize_file
    from lego_cli.stylizing.stylizer import Stylizer

    places, registry = _places(inputs, options, output, preview, force), session.registry()
    stylizer, drawer = Stylizer(registry, options), session.renderer(renderer) if preview else None
    run_batch(
        "stylize", places, lambda s, place: stylize_file(s, place, stylizer, registry, drawer, force), as_json, _say
    )


def _sources(inputs: list[Path], codes: list[Path]) -> list[Path]:
    """Meshes and codes as they were typed, those of ``--from-code`` last."""
    from lego_cli.stylizing.encode_files import is_code

    for path in codes:
        if not is_code(path):
            raise LegoError(f"--from-code {path} is no code", "give a .json file made by: lego encode", ExitCode.USAGE)
    if not inputs and not codes:
        raise LegoError("no input", "give a mesh, or see it work first: lego stylize --demo", ExitCode.USAGE)
    return [*inputs, *codes]


def _morph(
    sources: list[Path], steps: int, options: StylizeOptions, output: Path | None, renderer: str, force: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """``--morph``: one run, many heads. ``renderer`` is empty without a preview."""
    from lego_cli.exporter_choice import exporters_by_suffix
    from lego_cli.stylizing.morph import morph_files, morph_places
    from lego_cli.stylizing.stylizer import Stylizer

    suffixes = tuple(exporters_by_suffix(session.registry()))
    places = morph_places(sources, steps, options, output, bool(renderer), suffixes)
    refuse_overwrite(*places.files, force=force, inputs=sources)
    stylizer = Stylizer(session.registry(), options)
    drawing = session.renderer(renderer) if renderer else None
    with console.progress() as report:
        record = morph_files(sources, places, stylizer, session.registry(), drawing, force, report)
    lines = [
        f"{' -> '.join(map(str, sources))}: {steps} heads",
        f"  {record['outputs'][0]} ... {record['outputs'][-1]}",
    ]
    lines.append("  " + ", ".join(record[k] for k in ("preview", "record") if record[k]))
    console.result(record, as_json, "\n".join(lines))


def _places(
    inputs: list[Path], options: StylizeOptions, output: Path | None, preview: bool, force: bool
) -> dict[Path, Places]:
    """Where each result goes. Raises LegoError where one may not."""
    from lego_cli.exporter_choice import exporters_by_suffix, require_writers
    from lego_cli.stylizing.stylize_files import places_of

    suffixes = tuple(exporters_by_suffix(session.registry()))
    places = {p: places_of(p, options, output, len(inputs) > 1, preview, suffixes) for p in inputs}
    require_writers([place.mesh for place in places.values()], session.registry())
    refuse_overwrite(*(file for place in places.values() for file in place.files), force=force, inputs=inputs)
    return places


def _say(record: dict[str, Any]) -> None:
    seconds = sum(record["seconds"].values())
    options = record["options"]
    styles, fit = " ".join(options["style"]), record["metrics"].get("fit_mean_mm")
    console.line(f"{record['input']['path']} -> {record['output']}")
    fitted = f"fit {fit:.2f} mm, " if fit is not None else ""  # averages were never fitted
    console.line(f"  {styles}, topology {options['topology']}, {fitted}{seconds:.1f} s")
    console.line("  " + ", ".join([*record["files"], *(record[k] for k in ("preview", "record") if record[k])]))
    for note in record["notes"]:
        console.note(f"note: {note}")


def _demo(options: StylizeOptions, folder: Path, renderer: str, force: bool, as_json: bool) -> None:
    """Some styles on the shipped head: meshes, and pictures worth a look."""
    from lego_cli.stylizing.demo import DEMO_STYLES, run_demo

    registry = session.registry()
    names = options.style or DEMO_STYLES
    with console.progress() as report:
        made = run_demo(registry, replace(options, style=names), folder, session.renderer(renderer), force, report)
    console.result(made, as_json, lambda: _say_demo(made))


def _say_demo(made: dict[str, Any]) -> None:
    first, *others = made["pictures"]
    console.line(f"pictures  {first}")
    for path in others:
        console.line(f"          {path}")
    for path in made["meshes"]:
        console.line(f"mesh      {path}")
    console.line(f"your own  {session.program()} stylize HEAD.obj --style pixar --preview")
