"""``lego animate``: a performance on a head, as a scene, a page, a film or frames."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lego_cli.animating.animation import AnimateOptions, CastOptions
from lego_cli.animating.track_options import TrackOptions
from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, RendererFlag, completer, with_options
from lego_cli.needs import install_extra

if TYPE_CHECKING:
    from lego_cli.animating.animation import Animated
    from lego_cli.api import Renderer


def register(app: typer.Typer) -> None:
    """Add ``lego animate``."""
    app.command("animate")(animate)


@with_options(CastOptions, "cast")
@with_options(TrackOptions, "prepare")
@with_options(AnimateOptions)
def animate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="IN|STYLE",
            help="A head: mesh, code, or GLB with shapes; or a style's name.",
            autocompletion=completer("styles"),
        ),
    ],
    cast: CastOptions,
    prepare: TrackOptions,
    options: AnimateOptions,
    drive: Annotated[Path, typer.Option("--drive", help="Performance: Live Link, MediaPipe, Audio2Face, DECA, track.")],
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="GLB, VRM, USD, HTML, GIF, WebP, MP4, or a folder; repeat for several."),
    ] = None,
    renderer: RendererFlag = "auto",
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Let a head play a performance, in a style and topology of your choice."""
    from lego_cli.animating.animate_files import (
        FILM,
        FRAMES,
        animate_record,
        check_outputs,
        kind_of,
        write_animated,
    )
    from lego_cli.animating.animation import animate as play
    from lego_cli.animating.animation import outputs_of
    from lego_cli.exporter_choice import exporters_by_suffix
    from lego_cli.files.outputs import record_place
    from lego_cli.run_record import write_record

    registry = session.registry()
    places = outputs_of(source, drive, cast, output or [])
    check_outputs(places, registry, options, force, [Path(source), drive])
    place = record_place(places[0])
    exporters = exporters_by_suffix(registry)
    filmed = any(kind_of(path, exporters) in (FILM, FRAMES) for path in places)
    drawer = _drawer(renderer) if filmed else None
    with console.progress() as report:
        made = play(source, drive, registry, cast, prepare, options, report)
        start = time.perf_counter()
        place.unlink(missing_ok=True)  # it is about the files that go now
        for path in places:
            write_animated(made, path, registry, drawer, options, prepare.fps, force, report)
        written = time.perf_counter() - start
    record = animate_record(made, drive, cast, prepare, options, registry, places)
    record |= {"write_seconds": round(written, 3)}
    write_record(record, place)
    for note in made.notes:
        console.note(f"note: {note}")
    shown = {**record, "outputs": [str(path) for path in places], "record": str(place)}
    console.result(shown, as_json, lambda: _say(source, shown, made))


def _drawer(name: str) -> Renderer:
    """What draws a film; says what would draw it faster where that is not installed."""
    drawer = session.renderer(name)
    if (name, drawer.name) == ("auto", "torch"):
        console.note(f"note: films are drawn about twice as fast after: {install_extra('fast')}")
    return drawer


def _say(source: str, record: dict[str, Any], made: Animated) -> None:
    console.line(f"{source} + {record['performance']['path']} -> {' '.join(record['outputs'])}")
    shapes = f"{record['shapes']} shapes, {record['correctives']} correctives"
    took = f"{record['seconds']:.1f} s to make, {record['write_seconds']:.1f} s to write"
    console.line(f"  {record['frames']} frames, {record['duration']:.2f} s, {shapes}, {took}")
    console.line(f"  {record['record']}")
