"""``lego styles | topologies | rigs | renderers list | show``: one implementation for every kind that people name."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lego_cli.cli import rigs, session, styles, topologies
from lego_cli.cli.console import console
from lego_cli.cli.description import describe
from lego_cli.cli.flags import JsonFlag, completer
from lego_cli.registry import singular

NOUNS = ("styles", "topologies", "rigs", "renderers")
HELP = {
    "styles": "List the styles, show one, add one that you were given, export or remove it.",
    "rigs": "List the rigs, show one, add one that you have the files of, or remove it.",
    "topologies": "List the topologies, show one, add your own mesh as one, or remove it.",
}
SHOWN = ("licence", "author", "suffixes", "controls", "file")  # facts of a made thing that `show` adds when it has them


def register(app: typer.Typer) -> None:
    """Add one group of commands for each noun."""
    for noun in NOUNS:
        group = typer.Typer(help=HELP.get(noun, f"List the {noun}, or show one."), no_args_is_help=True)
        group.command("list", help=f"List the {noun} that are installed.")(_list_command(noun))
        group.command("show", help=f"Show one of the {noun} in full.")(_show_command(noun))
        for more in (m for m, own in ((styles, "styles"), (topologies, "topologies"), (rigs, "rigs")) if own == noun):
            more.add_commands(group)
        app.add_typer(group, name=noun)


def _list_command(kind: str) -> Any:
    def list_names(as_json: JsonFlag = False) -> None:
        entries = [describe(entry) for entry in session.registry().entries(kind)]
        if not entries:
            console.note(f"no {kind} are installed; `lego plugins list` shows what is")
        rows = [[e["reached_as"], e["summary"], e["from"], e["status"]] for e in entries]
        console.result({kind: entries}, as_json, lambda: console.table(["name", "what", "from", "status"], rows))

    return list_names


def _show_command(kind: str) -> Any:
    argument = typer.Argument(help=f"Name of one of the {kind}.", autocompletion=completer(kind))

    def show(name: Annotated[str, argument], as_json: JsonFlag = False) -> None:
        entry = session.registry().find(kind, name)
        facts = describe(entry)
        if not entry.missing():
            facts |= _facts(session.registry().get(kind, name))
            facts |= _style_facts(facts["file"]) if kind == "styles" else {}
            facts |= topologies.stored_facts(entry) if kind == "topologies" else {}
        elif entry.hint:
            facts["hint"] = entry.hint
        facts["kind"] = singular(kind)
        console.result(facts, as_json, lambda: _say(facts))

    # Typer reads the annotation from a function's globals, where a local name is not seen.
    show.__annotations__["name"] = Annotated[str, argument]
    return show


def _say(facts: dict[str, Any]) -> None:
    console.block({key: value for key, value in facts.items() if key != "checks"})
    topologies.say_checks(facts.get("checks", []))


def _style_facts(file: Any) -> dict[str, Any]:
    from lego_cli.cli.inspect import style_facts

    return {key: value for key, value in style_facts(file).items() if value}


def _facts(thing: Any) -> dict[str, Any]:
    """What is worth saying about a made thing: a few plain attributes, and the sizes of its mesh."""
    facts = {key: getattr(thing, key) for key in SHOWN if getattr(thing, key, None)}
    mesh = getattr(thing, "mesh", None)
    if mesh is not None:
        facts["vertices"], facts["faces"] = len(mesh.vertices), len(mesh.face_sizes)
    parts = getattr(thing, "parts", None)
    if parts:
        facts["parts"] = list(parts)
    return facts | dict(getattr(thing, "facts", {}))
