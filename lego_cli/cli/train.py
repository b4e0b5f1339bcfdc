"""``lego train``: make the networks and styles that the package ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, with_options
from lego_cli.core.training_options import DeltaOptions, TrainDsOptions
from lego_cli.errors import ExitCode, LegoError
from lego_cli.store import refuse_overwrite

Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")]


def register(app: typer.Typer) -> None:
    """Add ``lego train``."""
    group = typer.Typer(help="Train the networks and styles that the package ships.", no_args_is_help=True)
    group.command("ds")(ds)
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
        steps = f"--network {options.network} --steps {options.steps} --seed {options.seed}"
        hint = f"go on with: lego train ds -o {output} --checkpoint {checkpoint} {steps} (and any other flag you gave)"
        if not checkpoint.exists():
            hint = "nothing was kept yet, the first checkpoint comes after 200 steps; start again with the same command"
        raise LegoError("interrupted", hint, ExitCode.INTERRUPTED) from None
    save_surface_net(net, output, {"head_model": head.name, "steps": str(options.steps), "seed": str(options.seed)})
    checkpoint.unlink(missing_ok=True)
    console.result({"output": str(output), "bytes": output.stat().st_size}, as_json, f"wrote {output}")


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
