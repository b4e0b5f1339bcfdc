"""Sub-commands that plugins add: a clash of names follows the rule of all other names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import typer

from lego_cli.errors import ExitCode, LegoError
from lego_cli.plugins import Loaded, Plugin
from lego_cli.registry import Entry

KIND = "commands"
ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add_plugin_commands(app: typer.Typer, loaded: Loaded) -> None:
    """Let each plugin add to an application of its own, then bring the pieces into ours under the names they win."""
    for name in _names(app):
        loaded.registry.reserve(KIND, name)
    for plugin in loaded.plugins:
        own = typer.Typer()
        if plugin.call(KIND, app=own):
            _register(plugin, loaded, own)
    for entry in loaded.registry.entries(KIND):
        reached = loaded.registry.reached_as(entry)
        _attach(app, entry, reached)
        if reached != entry.name and entry.name not in _names(app):
            app.command(entry.name, hidden=True, context_settings=ANYTHING)(_refuse(loaded, entry.name))


def _names(app: typer.Typer) -> dict[str, Any]:
    commands: dict[Any, Any] = {info.name or _dashed(info.callback): info for info in app.registered_commands}
    groups: dict[Any, Any] = {
        info.name or getattr(info.typer_instance, "info", info).name: info for info in app.registered_groups
    }
    return {str(name): info for pieces in (commands, groups) for name, info in pieces.items()}


def _register(plugin: Plugin, loaded: Loaded, own: typer.Typer) -> None:
    with plugin.guard(f"{KIND}: "):
        pieces = _names(own)
        if pieces:
            typer.main.get_command(own)  # raises here, in the guard, what Typer cannot make a command of
        for name, info in pieces.items():
            summary = (info.help or getattr(info.callback, "__doc__", None) or "").strip().partition("\n")[0]
            loaded.registry.add(Entry(KIND, name, partial(_itself, info), plugin.owner, summary))


def _itself(info: Any) -> Any:
    return info


def _attach(app: typer.Typer, entry: Entry, name: str) -> None:
    info = entry.make()
    info.name = name
    (app.registered_groups if hasattr(info, "typer_instance") else app.registered_commands).append(info)


def _refuse(loaded: Loaded, name: str) -> Callable[[], None]:
    def refuse() -> None:
        loaded.registry.find(KIND, name)  # raises, naming both
        raise LegoError(f"command '{name}' is not clear", "see `lego --help`", ExitCode.USAGE)

    return refuse


def _dashed(callback: Any) -> str:
    return callback.__name__.lower().replace("_", "-")
