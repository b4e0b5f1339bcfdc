"""``lego train``: make the networks and styles that the package ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, with_options
from lego_cli.core.training_options import DeltaOptions, TrainDsOptions, TrainMageOptions
from lego_cli.errors import ExitCode, LegoError
from lego_cli.store import refuse_overwrite

MESHINGS = ("simplified", "dense", "looped")  # what, beside the head model's own, simulated scans are meshed like
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")]


def register(app: typer.Typer) -> None:
    """Add ``lego train``."""
    group = typer.Typer(help="Train the networks and styles that the package ships.", no_args_is_help=True)
    group.command("ds")(ds)
    group.command("mage")(mage)
    group.command("style")(style)
    app.add_typer(group, name="train")


@with_options(TrainDsOptions)
def ds(
    options: TrainDsOptions,
    output: Output = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Kept up to date; training goes on from it.")] = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Train DS, the surface deformation network, on the default head model."""
    from lego_cli import assets
    from lego_cli.core.surface_net import save_surface_net
    from lego_cli.core.train_ds import train_ds

    output = output or Path(f"ds-{options.network}.safetensors")
    checkpoint = checkpoint or output.with_suffix(".checkpoint")
    refuse_overwrite(output, force)
    head = assets.head_model(session.registry())
    try:
        with console.progress() as report:
            net = train_ds(head, options, checkpoint, report)
    except KeyboardInterrupt:
        flags = f"--network {options.network} --steps {options.steps} --seed {options.seed}"
        raise _interrupted("ds", output, checkpoint, [checkpoint], flags) from None
    save_surface_net(net, output, {"head_model": head.name, "steps": str(options.steps), "seed": str(options.seed)})
    checkpoint.unlink(missing_ok=True)
    console.result({"output": str(output), "bytes": output.stat().st_size}, as_json, f"wrote {output}")


@with_options(TrainMageOptions)
def mage(
    options: TrainMageOptions,
    output: Output = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Kept up to date; training goes on from it.")] = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Train MAGE, the mesh-agnostic encoder, on simulated scans of the default head model's people."""
    from lego_cli import assets
    from lego_cli.core.mage import save_mage
    from lego_cli.core.train_mage import checkpoints, train_mage

    output = output or Path("mage.safetensors")
    checkpoint = checkpoint or output.with_suffix(".checkpoint")
    refuse_overwrite(output, force)
    registry = session.registry()
    topologies = [assets.topology(registry, name) for name in MESHINGS]
    parts = checkpoints(checkpoint)
    try:
        with console.progress() as report:
            made = train_mage(assets.stylist(registry), topologies, options, checkpoint, report)
    except KeyboardInterrupt:
        flags = f"--steps {options.steps} --point-steps {options.point_steps} --seed {options.seed}"
        raise _interrupted("mage", output, checkpoint, parts, flags) from None
    save_mage(made, output, {"steps": str(options.steps), "seed": str(options.seed)})
    for part in parts:
        part.unlink(missing_ok=True)
    console.result({"output": str(output), "bytes": output.stat().st_size}, as_json, f"wrote {output}")


def _interrupted(what: str, output: Path, checkpoint: Path, kept: list[Path], flags: str) -> LegoError:
    hint = f"go on with: lego train {what} -o {output} --checkpoint {checkpoint} {flags} (and any other flag you gave)"
    if not any(path.exists() for path in kept):
        hint = "nothing was kept yet, the first checkpoint comes after 200 steps; start again with the same command"
    return LegoError("interrupted", hint, ExitCode.INTERRUPTED)


@with_options(DeltaOptions)
def style(
    name: Annotated[str, typer.Argument(help="A style that a plugin offers as a recipe.")],
    options: DeltaOptions,
    output: Output = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Learn a style from its recipe's one exemplar pair, and write the style file with its thumbnail."""
    from lego_cli import assets
    from lego_cli.renderer_choice import choose_renderer
    from lego_cli.train_style import train_style

    registry = session.registry()
    output = output or Path(f"{name}.lego")
    refuse_overwrite(output, force)
    source, stylist = registry.get("styles", name), assets.stylist(registry)
    with console.progress() as report:
        made = train_style(source, stylist, choose_renderer(registry), output, options, report)
    share = f"exemplar reproduced to {made['exemplar_mean_percent']:.3f} % of head height"
    console.result(made, as_json, f"wrote {output}: {share}")
