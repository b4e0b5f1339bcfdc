"""Sub-commands that plugins add: a clash of names follows the rule of all other names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import typer
import typer.core
import typer.models

from lego_cli.errors import ExitCode, LegoError
from lego_cli.offers import SUMMARY, line, name_of, paragraphs
from lego_cli.plugins import Loaded, Plugin
from lego_cli.quarantine import own_output, results_apart
from lego_cli.registry import Entry

KIND = "commands"
COMMANDS, LONGEST = 100, 20_000  # of one plugin; letters of a help text
TEXTS = ("help", "short_help", "epilog", "options_metavar", "subcommand_metavar", "rich_help_panel")
ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add_plugin_commands(app: typer.Typer, loaded: Loaded) -> None:
    """Let each plugin add to an application of its own, then bring the pieces into ours under the names they win."""
    for name in _names(app):
        loaded.registry.reserve(KIND, name)
    for plugin in loaded.plugins:
        own = typer.Typer()
        if KIND in plugin.hooks and plugin.call(KIND, app=own):
            _register(plugin, loaded, own)
    for entry in loaded.registry.entries(KIND):
        reached = loaded.registry.reached_as(entry)
        _attach(app, entry, reached)
        if reached != entry.name and entry.name not in _names(app):
            app.command(entry.name, hidden=True, context_settings=ANYTHING)(_refuse(loaded, entry.name))
    if any(not (plugin.owner.built_in or plugin.off) for plugin in loaded.plugins):
        results_apart()


def _names(app: typer.Typer) -> dict[str, Any]:
    commands: dict[Any, Any] = {info.name or _dashed(info.callback): info for info in app.registered_commands}
    groups: dict[Any, Any] = {
        info.name or getattr(info.typer_instance, "info", info).name: info for info in app.registered_groups
    }
    return {str(name): info for pieces in (commands, groups) for name, info in pieces.items()}


def _register(plugin: Plugin, loaded: Loaded, own: typer.Typer) -> None:
    entries = []
    with plugin.guard(f"{KIND}: "):
        pieces = _names(own)
        if len(pieces) > COMMANDS:
            raise ValueError(f"it adds more than {COMMANDS} commands")
        for name, info in pieces.items():
            entries.append(_entry(name_of(name), info, plugin))
        if pieces:
            typer.main.get_command(own)  # raises here, in the guard, what Typer cannot make a command of
        for entry in entries:
            loaded.registry.add(entry)


def _entry(name: str, info: Any, plugin: Plugin) -> Entry:
    told = _help_of(info)
    if not isinstance(info.help, str) and told != paragraphs(told, LONGEST):
        info.help = told
    for holder in filter(None, (info, _group(info))):
        for text in TEXTS:
            value = getattr(holder, text, None)
            if isinstance(value, str):
                setattr(holder, text, paragraphs(value, LONGEST))
    if plugin.owner.third_party:
        info.cls = _with_own_output(info.cls if isinstance(info.cls, type) else _usual_class(info))
    return Entry(KIND, name, partial(_itself, info), plugin.owner, line(told.partition("\n")[0], SUMMARY))


def _help_of(info: Any) -> str:
    """What a command or a group of them is said to do."""
    group = _group(info)
    started = getattr(getattr(info.typer_instance, "registered_callback", None), "callback", None) if group else None
    texts = (
        info.help,
        getattr(group, "help", None),
        *(inspect.getdoc(f) for f in (info.callback, started) if _is_own(f)),
    )
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def _group(info: Any) -> Any:
    """What a group of commands says of itself; None for a single command."""
    return getattr(getattr(info, "typer_instance", None), "info", None)


def _is_own(function: Any) -> bool:
    return callable(function) and not isinstance(function, typer.models.DefaultPlaceholder)


def _usual_class(info: Any) -> type:
    return typer.core.TyperGroup if hasattr(info, "typer_instance") else typer.core.TyperCommand


def _with_own_output(command: Any) -> type:
    """The same class of commands, which may use descriptor 1 for results while it runs."""

    def invoke(self: Any, context: Any) -> Any:
        with own_output():
            return command.invoke(self, context)

    return type(command.__name__, (command,), {"invoke": invoke})


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
