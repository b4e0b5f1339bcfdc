"""``lego rigs add | remove``: models that the user has. ``list`` and ``show`` are those of all names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, completer


def add_commands(group: typer.Typer) -> None:
    """Add ``add`` and ``remove`` to the group that has ``list`` and ``show``."""
    group.command("add")(add)
    group.command("remove")(remove)


def add(
    importer: Annotated[
        str, typer.Argument(help="What it is: flame or ict.", autocompletion=completer("rig_importers"))
    ],
    path: Annotated[Path, typer.Argument(help="The model's file or folder, as its makers publish it.")],
    name: Annotated[str, typer.Option("--name", help="What to call the rig; the model's name.")] = "",
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Convert a model that you have, once, to a rig. Nothing in its files is ever executed."""
    from lego_cli.user.rigs import add_rig

    done = add_rig(importer, path, session.registry(), name, force)
    text = (
        f"{path} -> rig {done['name']}\n  {done['controls']} controls, {done['vertices']} vertices, in {done['file']}"
    )
    console.result(done, as_json, text)


def remove(
    name: Annotated[str, typer.Argument(help="A rig that you added.", autocompletion=completer("rigs", owner="user"))],
    as_json: JsonFlag = False,
) -> None:
    """Delete a rig that was added."""
    from lego_cli.user.rigs import remove_rig

    gone = remove_rig(session.registry(), name)
    console.result({"name": name, "removed": [str(gone)]}, as_json, f"removed {gone}")
