"""``lego encode``: head meshes in, codes out, as JSON that people can read, edit, average and stylise again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, RendererFlag, with_options
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import Renderer
    from lego_cli.stylizing.encode_files import CodeMaker

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
    from lego_cli.stylizing.encode_files import CodeMaker, code_place, refuse_places

    sources = [Path(name) for name in inputs]
    places = {source: code_place(source, output, len(sources) > 1) for source in sources}
    refuse_places(list(places.values()), preview, force)
    maker = CodeMaker(session.registry(), options)
    records, failures = _run(places, maker, _renderer(renderer) if preview else None, force)
    data: Any = records[0] if len(inputs) == 1 and records else {"results": records, "failures": failures}
    if records:
        console.result(data, as_json, lambda: _say_all(records))
    if failures:
        raise typer.Exit(ExitCode.FAILED)


def _run(
    places: dict[Path, Path], maker: CodeMaker, renderer: Renderer | None, force: bool
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Encode each input; with several of them, one that fails is reported and the others go on."""
    from lego_cli.stylizing.encode_files import encode_file

    records, failures = [], {}
    with console.progress() as report:
        for done, (source, place) in enumerate(places.items()):
            try:
                records.append(encode_file(source, place, maker, renderer, force))
            except LegoError as error:
                if len(places) == 1:
                    raise
                console.error(LegoError(f"{source}: {error.message}", error.hint))
                failures[str(source)] = error.message
            report("encode", done + 1, len(places))
    return records, failures


def _average(
    inputs: list[str], options: EncodeOptions, output: Path | None, renderer: str, force: bool, as_json: bool
) -> None:
    """``--average``; ``renderer`` is empty without a preview."""
    from lego_cli.stylizing.encode_files import CodeMaker, average_files, code_place, refuse_places, weighted_paths

    weights = weighted_paths(inputs)
    place = code_place(next(iter(weights)).with_name("average"), output, many=False)
    refuse_places([place], bool(renderer), force)
    maker = CodeMaker(session.registry(), options)
    record = average_files(weights, place, maker, _renderer(renderer) if renderer else None, force)
    console.result(record, as_json, lambda: _say(record))


def _renderer(name: str) -> Renderer:
    from lego_cli.renderer_choice import choose_renderer

    return choose_renderer(session.registry(), name)


def _say_all(records: list[dict[str, Any]]) -> None:
    for record in records:
        _say(record)


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
