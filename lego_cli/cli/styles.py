"""``lego styles add | export | remove``: style files to share. ``list`` and ``show`` are those of all names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, completer

Name = Annotated[str, typer.Argument(help="Name of a style.", autocompletion=completer("styles"))]
OwnName = Annotated[
    str, typer.Argument(help="Name of a style of yours.", autocompletion=completer("styles", owner="user"))
]


def add_commands(group: typer.Typer) -> None:
    """Add them to the group that has ``list`` and ``show``."""
    group.command("add")(add)
    group.command("export")(export)
    group.command("remove")(remove)


def add(
    file: Annotated[Path, typer.Argument(help="A style file, NAME.lego.")],
    name: Annotated[str | None, typer.Option("--name", help="What to call it after --style; its own name.")] = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Check a style file and keep it for --style NAME. Nothing in such a file is ever executed."""
    from lego_cli.user.styles import install_style, reached_as

    place = install_style(file, name, force)
    reached = reached_as(session.registry(), place)
    made = {"name": place.stem, "reached_as": reached, "file": str(place)}
    console.result(made, as_json, f"{file} -> --style {reached}")


def export(
    name: Name,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="NAME.lego, or NAME.png for the thumbnail.")
    ] = None,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Copy a style to a file that others can add."""
    from lego_cli import assets
    from lego_cli.user.styles import SUFFIX, export_style

    source = assets.style_path(session.registry(), name)
    place = export_style(source, output or Path(f"{name.rpartition(':')[2]}{SUFFIX}"), force)
    console.result({"name": name, "output": str(place)}, as_json, f"wrote {place}")


def remove(name: OwnName, as_json: JsonFlag = False) -> None:
    """Delete a style that you made or added."""
    from lego_cli.user.styles import remove_style

    gone = remove_style(session.registry(), name)
    console.result({"name": name, "removed": [str(gone)]}, as_json, f"removed {gone}")
