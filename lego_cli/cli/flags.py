"""Flags: those that every command shares, and those read from the dataclass of a Python function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from functools import wraps
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from lego_cli.cli import session
from lego_cli.options import Flag

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
ForceFlag = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]

GLOBAL = {"-q", "--quiet", "-v", "-vv", "--verbose", "--no-plugins"}
CONTROLS = "controls"  # stands for a registry kind: what --expression may name
SPOKEN_RIGS = ("emotions", "arkit")


def global_flags_first(arguments: list[str]) -> list[str]:
    """The same command line with the global flags in front, so that they may stand anywhere before ``--``."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    head, tail = arguments[:end], arguments[end:]
    return [a for a in head if a in GLOBAL] + [a for a in head if a not in GLOBAL] + tail


def completer(kind: str, *words: str, owner: str = "") -> Callable[[str], list[str]]:
    """Shell completion of the registered names of a kind, after ``words``; of one owner's (``user``) alone if asked."""

    def complete(incomplete: str) -> list[str]:
        names = [*words, *(_names_of(kind, owner) if kind else ())]
        return [name for name in names if name.startswith(incomplete)]

    return complete


def _names_of(kind: str, owner: str) -> list[str]:
    registry = session.registry()
    if kind == CONTROLS:
        rigs = [registry.get("rigs", rig) for rig in registry.names("rigs") if rig in SPOKEN_RIGS]
        return [control for rig in rigs for control in rig.controls]
    if not owner:
        return list(registry.names(kind))
    return [registry.reached_as(entry) for entry in registry.entries(kind) if entry.owner.distribution == owner]


RendererFlag = Annotated[str, typer.Option(help="What draws.", autocompletion=completer("renderers", "auto"))]


def with_options(
    options_type: type[Any], argument: str = "options"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one flag for each :func:`lego_cli.options.option` field of a frozen dataclass.

    The command takes the finished dataclass as ``argument``; fields that are no flags keep their default.
    """
    flags = {f.name: f for f in fields(options_type) if "flag" in f.metadata}
    hints = get_type_hints(options_type)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def wrapper(**values: Any) -> Any:
            chosen = {name: _plain(values.pop(name)) for name in flags}
            return command(**values, **{argument: options_type(**chosen)})

        own = inspect.signature(command, eval_str=True).parameters.values()
        kept = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own if p.name != argument]
        added = [_parameter(field, hints[name]) for name, field in flags.items()]
        wrapper.__signature__ = inspect.Signature([*kept, *added])  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in (*kept, *added)}
        return wrapper

    return decorate


def _parameter(field: Field[Any], hint: Any) -> inspect.Parameter:
    flag: Flag = field.metadata["flag"]
    several = get_origin(hint) is tuple and get_args(hint)[1:] == (...,)
    default: Any = field.default
    option = typer.Option(
        list(default) if several else default,
        *(flag.names or _names(field.name, hint)),
        help=flag.help,
        metavar=flag.metavar,
        rich_help_panel=flag.panel,
        autocompletion=completer(flag.kind or "", *flag.words) if flag.kind or flag.words else None,
    )
    annotation = list[get_args(hint)[0]] if several else hint  # type: ignore[misc]
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=annotation)


def _names(name: str, hint: Any) -> tuple[str, ...]:
    dashed = name.replace("_", "-")
    return (f"--{dashed}/--no-{dashed}",) if hint is bool else (f"--{dashed}",)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
