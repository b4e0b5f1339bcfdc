"""``lego encode``: head meshes in, codes out, as JSON that people can read, edit, average and stylise again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lego_cli.cli import session
from lego_cli.cli.batch import run_batch
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, RendererFlag, with_options
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.files.outputs import refuse_overwrite

if TYPE_CHECKING:
    pass

EXPRESSIONS_SHOWN = 6


def register(app: typer.Typer) -> None:
    """Add ``lego encode``."""
    app.command("encode")(encode)


@with_options(EncodeOptions)
def encode(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Head meshes: OBJ, PLY, STL, GLB, OFF. With --average also codes, and FILE=WEIGHT."),
    ],
    options: EncodeOptions,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File, or folder for several inputs; beside the input.")
    ] = None,
    average: Annotated[bool, typer.Option("--average", help="One code, the weighted mean of all inputs.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Also write a picture: input and code.")] = False,
    renderer: RendererFlag = "auto",
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Turn head meshes into codes: JSON files to keep, edit, average and stylise (lego stylize --from-code)."""
    if average:
        _average(inputs, options, output, renderer if preview else "", force, as_json)
        return
    from lego_cli.stylizing.encode_files import CodeMaker, code_place, encode_file, files_of

    sources = [Path(name) for name in inputs]
    places = {source: code_place(source, output, len(sources) > 1) for source in sources}
    outputs = [file for place in places.values() for file in files_of(place, preview)]
    refuse_overwrite(*outputs, force=force, inputs=sources)
    maker, drawer = CodeMaker(session.registry(), options), session.renderer(renderer) if preview else None
    run_batch("encode", places, lambda s, place: encode_file(s, place, maker, drawer, force), as_json, _say)


def _average(
    inputs: list[str], options: EncodeOptions, output: Path | None, renderer: str, force: bool, as_json: bool
) -> None:
    """``--average``; ``renderer`` is empty without a preview."""
    from lego_cli.stylizing.encode_files import CodeMaker, average_files, code_place, files_of, weighted_paths

    weights = weighted_paths(inputs)
    place = code_place(next(iter(weights)).with_name("average"), output, many=False)
    refuse_overwrite(*files_of(place, bool(renderer)), force=force, inputs=weights)
    maker = CodeMaker(session.registry(), options)
    record = average_files(weights, place, maker, session.renderer(renderer) if renderer else None, force)
    console.result(record, as_json, lambda: _say(record))


def _say(record: dict[str, Any]) -> None:
    sources = record.get("input") or " + ".join(f"{weight:g} {path}" for path, weight in record["inputs"].items())
    frame, fit = record["source_frame"], record["residual_mm"].get("mean")
    facts = [f"fit {fit:.2f} mm, {frame['unit']}, {frame['up']} up" if fit is not None else "weighted mean"]
    console.line(f"{sources} -> {record['output']}")
    console.line(
        "  " + ", ".join([*facts, _expression(record["expression"]), f"{sum(record['seconds'].values()):.1f} s"])
    )
    if record["preview"]:
        console.line(f"  {record['preview']}")


def _expression(actions: dict[str, float]) -> str:
    strongest = sorted(actions.items(), key=lambda item: -item[1])[:EXPRESSIONS_SHOWN]
    more = f" and {len(actions) - len(strongest)} more" if len(actions) > len(strongest) else ""
    return " ".join(f"{name} {value:.2f}" for name, value in strongest) + more if actions else "neutral"
