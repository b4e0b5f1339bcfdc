"""``lego plugins``: what is installed, what it offers, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import DEBUG, console
from lego_cli.cli.description import describe, describe_plugin
from lego_cli.cli.extensions import add_plugin_commands
from lego_cli.cli.flags import JsonFlag
from lego_cli.errors import ExitCode, LegoError
from lego_cli.plugins import KINDS, NO_PLUGINS, Loaded, Plugin
from lego_cli.registry import Entry, nearest
from lego_cli.verdicts import forget


def _known_names(incomplete: str) -> list[str]:
    plugins = [name for p in session.loaded().plugins for name in (p.owner.plugin, p.owner.distribution)]
    names = {*plugins, *(entry.name for entry in session.registry().entries())}
    return sorted(name for name in names if name.startswith(incomplete))


def _known_kinds(incomplete: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(incomplete)]


NameArgument = Annotated[
    str, typer.Argument(help="A plugin, a distribution, or a registered name.", autocompletion=_known_names)
]


def register(app: typer.Typer) -> None:
    """Add ``lego plugins``."""
    group = typer.Typer(help="List, show and check plugins.", no_args_is_help=True)
    group.command("list")(list_plugins)
    group.command("show")(show)
    group.command("check")(check)
    app.add_typer(group, name="plugins")


def list_plugins(
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only this kind, such as rigs.", autocompletion=_known_kinds)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List everything that plugins offer: kind, name, from, version, status."""
    entries = [describe(entry) for entry in session.registry().entries(kind)]
    troubled = [describe_plugin(plugin) for plugin in session.loaded().plugins]
    if kind and not entries:
        _unknown_kind(kind)

    def show_table() -> None:
        rows = [[e["kind"], e["reached_as"], e["from"], e["version"], e["status"]] for e in entries]
        rows += [["-", p["plugin"], p["from"], p["version"], p["status"]] for p in troubled if p["status"] != "ok"]
        console.table(["kind", "name", "from", "version", "status"], rows)
        _show_traces(session.loaded().plugins)

    console.result({"entries": entries, "plugins": troubled}, as_json, show_table)


def show(name: NameArgument, as_json: JsonFlag = False) -> None:
    """Show one plugin, or one registered name, in full."""
    plugins = [p for p in session.loaded().plugins if name in (p.owner.plugin, p.owner.distribution)]
    entries = [e for e in session.registry().entries() if name in (e.name, e.full_name) or _within(e, plugins)]
    if not plugins and not entries:
        raise _unknown(name)
    data = {"plugins": [describe_plugin(p) for p in plugins], "entries": [describe(e) for e in entries]}

    def show_blocks() -> None:
        for block in [*data["plugins"], *data["entries"]]:
            for key, value in block.items():
                if value:
                    console.line(
                        f"{key.replace('_', ' '):<12} {', '.join(value) if isinstance(value, list) else value}"
                    )
            console.line()
        _show_traces(plugins)

    console.result(data, as_json, show_blocks)


def check(as_json: JsonFlag = False) -> None:
    """Try every plugin again, make every offered thing whose needs are met; exit code 3 when something fails."""
    loaded = _loaded_again()
    problems = {f"{p.owner.distribution}:{p.owner.plugin}": p.status for p in loaded.plugins if p.problems}
    made = 0
    for entry in session.registry().entries():
        if entry.missing():
            continue
        try:
            session.registry().get(entry.kind, entry.full_name)
            made += 1
        except LegoError as error:
            problems[f"{entry.kind} {entry.full_name}"] = error.message
    waiting = [e.full_name for e in session.registry().entries() if e.missing()]
    data = {"made": made, "waiting": waiting, "problems": problems}
    lines = [f"{made} things made, {len(waiting)} wait for what they need, {len(problems)} problems"]
    console.result(data, as_json, "\n".join(lines + [f"{name}: {why}" for name, why in problems.items()]))
    if problems:
        raise typer.Exit(ExitCode.MISSING)


def _loaded_again() -> Loaded:
    """All plugins, after what was known of them was forgotten."""
    third_party = all(p.off != NO_PLUGINS for p in session.loaded().plugins)
    forget()
    loaded = session.start(third_party)
    add_plugin_commands(typer.Typer(), loaded)
    return loaded


def _show_traces(plugins: Iterable[Plugin]) -> None:
    for trace in (trace for p in plugins for trace in p.traces):
        console.note(trace, level=DEBUG)


def _within(entry: Entry, plugins: list[Plugin]) -> bool:
    return any(entry.owner == plugin.owner for plugin in plugins)


def _unknown_kind(kind: str) -> None:

    if kind not in KINDS:
        close = nearest(kind, KINDS, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"kinds: {', '.join(KINDS)}"
        raise LegoError(f"there is no kind '{kind}'", hint, ExitCode.USAGE)


def _unknown(name: str) -> LegoError:
    loaded = session.loaded()
    known = {p.owner.plugin for p in loaded.plugins} | {p.owner.distribution for p in loaded.plugins}
    close = nearest(name, known | {e.name for e in loaded.registry.entries()})
    hint = "did you mean " + " or ".join(f"'{c}'" for c in close) + "?" if close else "`lego plugins list` shows all"
    return LegoError(f"no plugin or name '{name}'", hint, ExitCode.USAGE)
