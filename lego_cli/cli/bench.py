"""``lego bench``: the figures that the README claims, measured again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from lego_cli.bench.options import BenchEncoderOptions, BenchFaceOptions, BenchRigOptions, BenchStyleOptions
from lego_cli.bench.renderer import BenchRendererOptions, bench_renderer
from lego_cli.cli import session
from lego_cli.cli.bench_tables import (
    ds_tables,
    encoder_tables,
    face_encoder_table,
    renderer_table,
    rig_tables,
    style_tables,
)
from lego_cli.cli.console import console
from lego_cli.cli.flags import JsonFlag, RendererFlag, completer, with_options


def register(app: typer.Typer) -> None:
    """Add ``lego bench``."""
    group = typer.Typer(help="Measure what the README claims.", no_args_is_help=True)
    group.command("all")(everything)
    group.command("ds")(ds)
    group.command("encoder")(with_options(BenchEncoderOptions)(encoder))
    group.command("face-encoder")(with_options(BenchFaceOptions)(face_encoder))
    group.command("renderer")(with_options(BenchRendererOptions)(renderer))
    group.command("rig")(rig)
    group.command("style")(style)
    app.add_typer(group, name="bench")


def everything(as_json: JsonFlag = False) -> None:
    """Every figure of the README and the docs, each table once it is known; takes hours, and the extra `bench`."""
    from lego_cli.bench.everything import bench_all

    figures = {}
    with console.progress() as report:
        for command, found in bench_all(report):
            figures[" ".join(command)] = found
            if not as_json:
                console.line(f"lego bench {' '.join(command)}")
                _show(command, found)
                console.line()
    console.result(figures, as_json, lambda: None)


def _show(command: Sequence[str], figures: Any) -> None:
    """The tables that ``lego bench`` prints after this command."""
    from lego_cli.bench.rivals import RIVALS

    name, *flags = command
    tables: dict[str, Callable[[], None]] = {
        "ds": lambda: ds_tables(figures, ["basis"]),
        "encoder": lambda: encoder_tables(
            figures,
            _repeated(flags, "--encoder") or BenchEncoderOptions.encoder,
            _repeated(flags, "--variant") or BenchEncoderOptions.variants,
            RIVALS,
        ),
        "face-encoder": lambda: face_encoder_table(figures),
        "renderer": lambda: renderer_table(figures),
        "rig": lambda: rig_tables(figures),
        "style": lambda: style_tables(figures),
    }
    tables[name]()


def _repeated(flags: Sequence[str], name: str) -> tuple[str, ...]:
    """What a flag was given, each time."""
    return tuple(value for flag, value in pairwise(flags) if flag == name)


def ds(
    people: Annotated[int, typer.Option(help="Unseen heads of each population.")] = 60,
    network: Annotated[Path | None, typer.Option(help="DS to measure; the shipped one when omitted.")] = None,
    hypernet: Annotated[Path | None, typer.Option(help="A trained hyper-network to measure beside it.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Error of DS on unseen heads, decode time at 5k and 16k points for both networks, size on disk."""
    from lego_cli import assets
    from lego_cli.bench.ds import BenchDsOptions, bench_ds
    from lego_cli.core.ds.surface_net import SurfaceNet, load_surface_net

    basis = assets.surface_net(network)
    networks: dict[str, tuple[SurfaceNet, Path | None]] = {
        "basis": (basis, network or assets.data_file("ds.safetensors"))
    }
    if hypernet:
        networks["hypernet"] = (load_surface_net(hypernet), hypernet)
    figures = bench_ds(assets.head_model(session.registry()), networks, basis, BenchDsOptions(people=people))
    console.result(figures, as_json, lambda: ds_tables(figures, list(networks)))


def encoder(options: BenchEncoderOptions, as_json: JsonFlag = False) -> None:
    """Correspondence, codes and identity of heads that files have treated badly, and trimesh's registration beside it.

    All heads are unseen and their truth is known. Needs the extra `bench`.
    """
    from lego_cli import assets
    from lego_cli.bench.encoder import bench_encoder, named_encoders
    from lego_cli.bench.rivals import RIVALS

    head, stylist = assets.head_model(session.registry()), assets.stylist(session.registry())
    encoders = named_encoders(stylist, options)
    with console.progress() as report:
        figures = bench_encoder(head, stylist, encoders, options, report)
    console.result(figures, as_json, lambda: encoder_tables(figures, options.encoder, options.variants, RIVALS))


def face_encoder(
    options: BenchFaceOptions,
    network: Annotated[Path | None, typer.Option(help="Network to measure; the shipped one when omitted.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """How well the face encoder tells apart people, expressions and styles, all unseen, and pixels beside it."""
    from lego_cli import assets
    from lego_cli.bench.face_encoder import authored, bench_face_encoder
    from lego_cli.nn import load_face_net

    registry = session.registry()
    net = load_face_net(network) if network else registry.get("image_encoders", "face").net
    head, recipes = assets.head_model(registry), authored(registry)
    with console.progress() as report:
        figures = bench_face_encoder(head, recipes, session.renderer(), net, options, report)
    console.result(figures, as_json, lambda: face_encoder_table(figures))


def renderer(options: BenchRendererOptions, as_json: JsonFlag = False) -> None:
    """Time, memory, image and gradient error of every renderer that can run here, and of rivals.

    Needs the extra `bench`, which brings the rivals too.
    """
    with console.progress() as report:
        figures = bench_renderer(session.registry(), options, report)
    console.result(figures, as_json, lambda: renderer_table(figures))


@with_options(BenchRigOptions)
def rig(
    options: BenchRigOptions,
    names: Annotated[
        list[str] | None, typer.Argument(help="Styles; all of ours and none.", autocompletion=completer("styles"))
    ] = None,
    renderer: RendererFlag = "auto",
    as_json: JsonFlag = False,
) -> None:
    """Contacts and expressions in every style: our poses, files with and without correctives, and two rivals."""
    from lego_cli.bench.rig import PLAIN, RigBench

    registry = session.registry()
    chosen = names or [PLAIN, *(e.name for e in registry.entries("styles") if e.owner.built_in)]
    bench = RigBench(registry, session.renderer(renderer), options)
    with console.progress() as report:
        figures = {name: bench(name, report) for name in chosen}
    console.result(figures, as_json, lambda: rig_tables(figures))


@with_options(BenchStyleOptions)
def style(
    options: BenchStyleOptions,
    names: Annotated[
        list[str] | None, typer.Argument(help="Authored styles; all of ours.", autocompletion=completer("styles"))
    ] = None,
    pair: Annotated[
        Path | None, typer.Option("--pair", help="A pair of your own, as for lego finetune; its truth is not known.")
    ] = None,
    renderer: RendererFlag = "auto",
    as_json: JsonFlag = False,
) -> None:
    """Styles learned from one pair against what their recipes do to unseen people, beside simpler ways to transfer."""
    from lego_cli.bench.style import StyleBench
    from lego_cli.learning.finetuning import find_pair, read_pair

    registry = session.registry()
    own = find_pair(pair) if pair else None
    chosen = names or ([] if own else [e.name for e in registry.entries("styles") if e.owner.built_in])
    bench = StyleBench(registry, session.renderer(renderer), options)
    with console.progress() as report:
        figures = {name: bench(name, report) for name in chosen}
        if own:
            figures[own.style.stem] = bench.of_pair(own.style.stem, read_pair(own, bench.stylist), report)
    console.result(figures, as_json, lambda: style_tables(figures))
