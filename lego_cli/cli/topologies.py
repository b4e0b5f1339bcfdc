"""``lego topologies add | remove``: a studio's own mesh as a topology. ``list`` and ``show`` are those of all names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lego_cli.add_topology import AddTopologyOptions
from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import JsonFlag, RendererFlag, completer, with_options
from lego_cli.registry import Entry


def add_commands(group: typer.Typer) -> None:
    """Add ``add`` and ``remove`` to the group that has ``list`` and ``show``."""
    group.command("add")(add)
    group.command("remove")(remove)


@with_options(AddTopologyOptions)
def add(
    name: Annotated[str, typer.Argument(help="What to call it after --topology.")],
    mesh: Annotated[Path, typer.Argument(help="Head mesh: OBJ, PLY, STL, GLB, OFF.")],
    options: AddTopologyOptions,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the picture goes; beside the stored topology.")
    ] = None,
    renderer: RendererFlag = "auto",
    force: Annotated[bool, typer.Option("--force", help="Replace a topology of that name, and the picture.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Wrap a mesh onto the head model once, check it, draw it and keep it for --topology NAME."""
    from lego_cli.add_topology import add_topology, free_path

    free_path(name, force)  # before anything slow
    drawer = session.renderer(renderer)
    with console.progress() as report:
        done = add_topology(name, mesh, session.registry(), drawer, options, output, force, report)
    console.result(done, as_json, lambda: _say(done))


def remove(
    name: Annotated[
        str, typer.Argument(help="A topology that you added.", autocompletion=completer("topologies", owner="user"))
    ],
    as_json: JsonFlag = False,
) -> None:
    """Delete a topology that was added, and its picture."""
    from lego_cli.user.topologies import remove_topology

    gone = [str(path) for path in remove_topology(session.registry(), name)]
    console.result({"name": name, "removed": gone}, as_json, "\n".join(f"removed {path}" for path in gone))


def _say(done: dict[str, Any]) -> None:
    console.line(f"{done['source']} -> --topology {done['reached_as']}")
    console.line(f"  {done['vertices']} vertices, {done['faces']} faces, in {done['file']}")
    console.line(f"  picture {done['picture']}")
    say_checks(done["checks"])


def stored_facts(entry: Entry) -> dict[str, str]:
    """Where a topology that was added lies, and its picture."""
    from lego_cli.user.styles import USER
    from lego_cli.user.topologies import picture_path, topology_path

    if entry.owner != USER:
        return {}
    file = topology_path(entry.name)
    return {"file": str(file), "picture": str(picture_path(file)) if picture_path(file).is_file() else ""}


def say_checks(checks: list[dict[str, Any]]) -> None:
    """The checks of an added topology as a table, and what to do about those that warn."""
    rows = [[c["name"], c["verdict"], _figures(c["figures"])] for c in checks]
    console.table(["check", "verdict", "figures"], rows)
    for check in checks:
        if check["verdict"] != "ok":
            console.line(f"{check['name']}: {check['advice']}")


def _figures(figures: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_value(value)}" for key, value in figures.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value)
