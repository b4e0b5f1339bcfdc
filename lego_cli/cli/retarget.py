"""``lego retarget TRACK --to RIG``: a performance played by the controls of another rig."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lego_cli.animating.track_options import TrackOptions
from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, completer, with_options

if TYPE_CHECKING:
    from lego_cli.animating.retarget import Residual
    from lego_cli.api import Track

SHOWN = 8  # controls that are named


def register(app: typer.Typer) -> None:
    """Add ``lego retarget``."""
    app.command("retarget")(retarget)


@with_options(TrackOptions)
def retarget(
    track: Annotated[Path, typer.Argument(help="A performance: CSV, JSON, NPZ or MAT; see docs/tracks.md.")],
    options: TrackOptions,
    to: Annotated[str, typer.Option("--to", help="The rig to play it on.", autocompletion=completer("rigs"))],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Track file; TRACK.RIG.json beside it.")] = None,
    driver: Annotated[
        str, typer.Option(help="What reads the file; found by itself.", autocompletion=completer("drivers"))
    ] = "",
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Play a performance on another rig, and say how much of it arrives."""
    from lego_cli.animating.retarget import retarget as play
    from lego_cli.animating.track_file import refuse_track_place, write_track
    from lego_cli.animating.track_options import prepared
    from lego_cli.animating.tracks import read_track
    from lego_cli.user.rigs import refuse_absent

    registry = session.registry()
    refuse_absent(to, registry)
    registry.find("rigs", to)
    place = output or track.with_name(f"{track.stem}.{to.rpartition(':')[2]}.json")
    refuse_track_place(place, force, inputs=[track])
    source = read_track(track, registry, driver)
    made, residual = play(prepared(source, options), to, registry)
    write_track(made, place, force)
    record = _record(track, source, made, residual, place)
    console.result(record, as_json, lambda: _say(record))


def _record(path: Path, source: Track, made: Track, residual: Residual, place: Path) -> dict[str, Any]:
    return {
        "input": str(path),
        "from": source.rig,
        "to": made.rig,
        "frames": len(made.times),
        "seconds": round(float(made.times[-1]), 4),
        "controls": len(made.controls),
        "output": str(place),
        "residual": residual.as_dict(made.times),
        "notes": list(made.notes),
    }


def _say(record: dict[str, Any]) -> None:
    residual = record["residual"]
    console.line(f"{record['input']} ({record['from']}) -> {record['output']} ({record['to']})")
    console.line(f"  {record['frames']} frames, {record['seconds']:.2f} s, {record['controls']} controls")
    arrived = (
        f"  lost {residual['relative']:.1%} of the motion, {residual['error_mm']:.2f} of {residual['motion_mm']:.2f} mm"
    )
    console.line(f"{arrived}; worst at {residual['worst_time']:.2f} s, {residual['worst_error_mm']:.2f} mm")
    if residual["regions"]:
        console.line("  by region: " + ", ".join(f"{name} {share:.0%}" for name, share in residual["regions"].items()))
    if residual["lost"]:
        console.line(f"  {record['to']} has no control of its own for {_listed(residual['lost'])}")
    for note in record["notes"]:
        console.note(f"note: {note}")


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
