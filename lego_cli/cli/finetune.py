"""``lego finetune``: one pair of meshes in, a style for everybody out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, RendererFlag, with_options
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.learning.finetuning import Outputs

SHOWN = {
    "exemplar_mean_percent": "exemplar reproduced to {:.3f} % of head height",
    "identity_diversity": "people differ {:.0%} as much as before",
    "normal_gain": "surface turns {:.0%} as far as the exemplar's",
    "expression_size": "expressions {:.0%} as large as before",
}


def register(app: typer.Typer) -> None:
    """Add ``lego finetune``."""
    app.command("finetune")(finetune)


@with_options(FinetuneOptions)
def finetune(
    options: FinetuneOptions,
    exemplar: Annotated[
        Path, typer.Option("--exemplar", help="Folder with identity.* and style.*; or a style mesh alone.")
    ],
    name: Annotated[str | None, typer.Option("--name", help="Name of the style; the folder's.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Style file to share; NAME.lego here.")] = None,
    renderer: RendererFlag = "auto",
    tensorboard: Annotated[Path | None, typer.Option(help="Folder for TensorBoard's log of the losses.")] = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Learn a style from one example: a person, and the same person styled by an artist."""
    from lego_cli.learning.finetuning import find_pair, outputs_of, style_name
    from lego_cli.learning.finetuning import finetune as learn
    from lego_cli.learning.loss_log import logged
    from lego_cli.user.styles import reached_as

    pair, name = find_pair(exemplar), style_name(exemplar, name)
    outputs = outputs_of(name, output, force, pair.files)
    registry = session.registry()
    drawer = session.renderer(renderer)
    if (reached := reached_as(registry, outputs.installed)) != name:
        console.note(f"note: another style is called {name} already: yours will be --style {reached}")
    try:
        with console.progress() as report, logged(report, tensorboard) as log:
            made = learn(pair, name, outputs, registry, drawer, options, log)
    except KeyboardInterrupt:
        raise _interrupted(exemplar, name, outputs) from None
    for warning in made["warnings"]:
        console.note(f"warning: {warning}")
    console.result(made, as_json, lambda: _say(made))


def _say(made: dict[str, Any]) -> None:
    console.line(f"{made['exemplar']} -> --style {made['reached_as']}")
    console.line("  " + ", ".join(text.format(made["figures"][key]) for key, text in SHOWN.items()))
    console.line(f"  {made['output']}, {made['picture']}, {made['record']}")
    console.line(f"  installed; next: {session.program()} stylize HEAD.obj --style {made['reached_as']}")


def _interrupted(exemplar: Path, name: str, outputs: Outputs) -> LegoError:
    again = shlex.join(["lego", "finetune", "--exemplar", str(exemplar), "--name", name, "-o", str(outputs.file)])
    if outputs.checkpoint.exists():
        hint = f"go on with: {again} (and any other flag you gave)"
    else:
        hint = "nothing was kept yet; start again with the same command"
    return LegoError("interrupted", hint, ExitCode.INTERRUPTED)
