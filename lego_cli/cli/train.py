"""``lego train``: make the networks and styles that the package ships."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from lego_cli.api import Report
from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, with_options
from lego_cli.core.training_options import (
    FinetuneOptions,
    TrainDsOptions,
    TrainFaceOptions,
    TrainMageOptions,
    TrainPriorOptions,
)
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.outputs import refuse_overwrite

MESHINGS = ("simplified", "dense", "looped")  # what, beside the head model's own, simulated scans are meshed like
Checkpoint = Annotated[Path | None, typer.Option(help="Kept up to date; training goes on from it.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")]


def register(app: typer.Typer) -> None:
    """Add ``lego train``."""
    group = typer.Typer(help="Train the networks and styles that the package ships.", no_args_is_help=True)
    group.command("ds")(ds)
    group.command("mage")(mage)
    group.command("face-encoder")(face_encoder)
    group.command("prior")(prior)
    group.command("style")(style)
    app.add_typer(group, name="train")


@contextmanager
def _training(
    what: str, options: Any, fields: str, output: Path, checkpoint: Path, force: bool, parts: Sequence[Path] = ()
) -> Iterator[Report]:
    """Progress for a training that can be gone on with, until its file is written and its checkpoint needless.

    ``fields`` are the options that people change most, ``parts`` the checkpoint's files where they are several.
    """
    kept = parts or (checkpoint,)
    refuse_overwrite(output, force=force)
    try:
        with console.progress() as report:
            yield report
    except KeyboardInterrupt:
        flags = [(f"--{name.replace('_', '-')}", str(getattr(options, name))) for name in fields.split()]
        places = [("-o", str(output)), ("--checkpoint", str(checkpoint))]
        again = shlex.join(["lego", "train", what, *chain(*places, *flags)])
        hint = f"go on with: {again} (and any other flag you gave)"
        if not any(path.exists() for path in kept):
            hint = "nothing was kept yet; start again with the same command"
        raise LegoError("interrupted", hint, ExitCode.INTERRUPTED) from None
    for path in kept:
        path.unlink(missing_ok=True)


def _facts(options: Any, fields: str) -> dict[str, str]:
    """Some of the options, as a file of tensors keeps them."""
    return {name: str(getattr(options, name)) for name in fields.split()}


def _say(output: Path, as_json: bool, **more: Any) -> None:
    made = {"output": str(output), "bytes": output.stat().st_size, **more}
    console.result(made, as_json, f"wrote {output}")


@with_options(TrainDsOptions)
def ds(
    options: TrainDsOptions, output: Output = None, checkpoint: Checkpoint = None, force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Train DS, the surface deformation network, on the default head model."""
    from lego_cli import assets
    from lego_cli.core.ds.surface_net import save_surface_net
    from lego_cli.core.ds.train_ds import train_ds

    output = output or Path(f"ds-{options.network}.safetensors")
    checkpoint = checkpoint or output.with_suffix(".checkpoint")
    with _training("ds", options, "network steps seed", output, checkpoint, force) as report:
        head = assets.head_model(session.registry())
        net = train_ds(head, options, checkpoint, report)
        save_surface_net(net, output, {"head_model": head.name, **_facts(options, "steps seed")})
    _say(output, as_json)


@with_options(TrainMageOptions)
def mage(
    options: TrainMageOptions, output: Output = None, checkpoint: Checkpoint = None, force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Train MAGE, the mesh-agnostic encoder, on simulated scans of the default head model's people."""
    from lego_cli import assets
    from lego_cli.core.encoding.mage import save_mage
    from lego_cli.core.encoding.train_mage import checkpoints, train_mage

    output = output or Path("mage.safetensors")
    checkpoint = checkpoint or output.with_suffix(".checkpoint")
    parts = checkpoints(checkpoint)
    with _training("mage", options, "steps point_steps seed", output, checkpoint, force, parts) as report:
        registry = session.registry()
        topologies = [assets.topology(registry, name) for name in MESHINGS]
        made = train_mage(assets.stylist(registry), topologies, options, checkpoint, report)
        save_mage(made, output, _facts(options, "steps seed"))
    _say(output, as_json)


@with_options(TrainFaceOptions)
def face_encoder(
    options: TrainFaceOptions, output: Output = None, checkpoint: Checkpoint = None, force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Train the face encoder on pictures of the default head model's people in random styles and expressions."""
    from lego_cli.core.face_encoder.train_face_encoder import save_face_net
    from lego_cli.learning import train_face

    output = output or Path("face.safetensors")
    checkpoint = checkpoint or output.with_suffix(".checkpoint")
    with _training("face-encoder", options, "steps blocks seed", output, checkpoint, force) as report:
        training = train_face.prepared(session.registry(), options, report)
        options = training.affordable()
        net = training.train(options.steps, checkpoint, report)
        save_face_net(net, output, _facts(options, "steps seed"))
    _say(output, as_json, steps=options.steps)


@with_options(TrainPriorOptions)
def prior(
    options: TrainPriorOptions, output: Output = None, checkpoint: Checkpoint = None, force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Train the style prior: how the displacement of a style changes from person to person, from random styles."""
    from lego_cli import assets
    from lego_cli.core.dt.style_prior import save_style_prior
    from lego_cli.core.dt.train_style_prior import train_style_prior

    output = output or Path("style_prior.safetensors")
    checkpoint = checkpoint or output.with_suffix(".checkpoint")
    with _training("prior", options, "styles people steps seed", output, checkpoint, force) as report:
        registry = session.registry()
        family = registry.get("style_families", options.family)
        made = train_style_prior(assets.stylist(registry), family, options, checkpoint, report)
        save_style_prior(made, output, _facts(options, "family styles people steps seed"))
    _say(output, as_json)


@with_options(FinetuneOptions)
def style(
    name: Annotated[str, typer.Argument(help="A style that a plugin offers as a recipe.")],
    options: FinetuneOptions,
    output: Output = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Learn a style from its recipe's one exemplar pair, and write the style file with its thumbnail."""
    from lego_cli.learning.train_style import train_style

    registry = session.registry()
    output = output or Path(f"{name}.lego")
    refuse_overwrite(output, force=force)
    source = registry.get("styles", name)
    with console.progress() as report:
        made = train_style(source, registry, session.renderer(), output, options, report)
    share = f"exemplar reproduced to {made['exemplar_mean_percent']:.3f} % of head height"
    console.result(made, as_json, f"wrote {output}: {share}")
