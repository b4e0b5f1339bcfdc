"""Makes docs/cli.md and docs/hooks.md from the code, so that they cannot say anything else: ``make docs``."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from lego_cli import api, hookspecs
from lego_cli.cli.application import build_app

DOCS = Path(__file__).parent
MADE = "<!-- Made by `make docs` from the code: change it there. -->"
GLOBAL_FLAGS = """These may stand anywhere in a command line. `-h` or `--help` after a command shows what is below.
After `lego --install-completion` the shell completes commands, flags and names."""


def main() -> None:
    """Write both pages."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """File names in ``docs`` and what is to be in them."""
    return {"cli.md": command_page(), "hooks.md": hook_page()}


# The command line


def command_page() -> str:
    """Every command with its arguments and flags, by the panels of its help. Third-party plugins stay out."""
    root = typer.main.get_command(build_app(third_party=False))
    top = [f"# The command line\n\n{MADE}\n\n{root.help}", f"{GLOBAL_FLAGS}\n\n{''.join(_tables(root, ''))}".rstrip()]
    commands = list(_walk(root, "lego"))
    index = "| command | |\n|---|---|\n" + "\n".join(
        f"| [`{path}`](#{path.replace(' ', '-')}) | {_cell(_first_line(command))} |" for path, command in commands
    )
    return "\n\n".join([*top, index, *(_section(path, command) for path, command in commands)]) + "\n"


def _walk(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Commands in the order of their names, sub-commands in the place of their group."""
    for name, command in sorted(group.commands.items()):
        if getattr(command, "commands", None):
            yield from _walk(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


def _section(path: str, command: Any) -> str:
    arguments = "".join(f" {_argument(p)}" for p in command.params if p.param_type_name == "argument")
    text = inspect.cleandoc(command.help or "")
    return f"## {path}\n\n```\n{path}{arguments} [FLAGS]\n```\n\n{text}\n\n" + "".join(_tables(command, path)).rstrip()


def _tables(command: Any, path: str) -> Iterator[str]:
    """One table for the arguments and one for the flags of each panel, those without a panel first."""
    shown = [p for p in command.params if not p.hidden and p.name != "help"]
    arguments = [p for p in shown if p.param_type_name == "argument"]
    if arguments:
        yield _table("argument", ((_argument(p), p) for p in arguments))
    flags = [p for p in shown if p.param_type_name == "option" and "completion" not in p.name]
    panels = list(dict.fromkeys(p.rich_help_panel or "" for p in flags))
    for panel, own in groupby(sorted(flags, key=lambda p: panels.index(p.rich_help_panel or "")), _panel):
        yield _table(panel or "flag", ((_flag(p), p) for p in own))


def _panel(parameter: Any) -> str:
    return parameter.rich_help_panel or ""


def _table(heading: str, rows: Any) -> str:
    lines = [f"| `{_cell(name)}` | {_cell(p.help or '')} | {_default(p)} |" for name, p in rows]
    return "\n".join([f"| {heading} | | default |", "|---|---|---|", *lines]) + "\n\n"


def _argument(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).upper().strip("[]")
    name += "..." if parameter.nargs == -1 else ""
    return name if parameter.required else f"[{name}]"


def _flag(parameter: Any) -> str:
    names = ", ".join(sorted(parameter.opts, key=len))
    if parameter.secondary_opts:
        names += " / " + ", ".join(parameter.secondary_opts)
    if parameter.is_flag or parameter.count:
        return names
    number = isinstance(parameter.default, int | float)
    return f"{names} {parameter.metavar or ('NUMBER' if number else parameter.name.upper())}"


def _default(parameter: Any) -> str:
    default = parameter.default
    if parameter.required:
        return "required"
    if parameter.secondary_opts:
        return f"`{(parameter.opts if default else parameter.secondary_opts)[0]}`"
    if default is None or default == "" or parameter.is_flag or parameter.count:
        return ""
    if isinstance(default, list | tuple):
        return ", ".join(f"`{value}`" for value in default)
    return f"`{default}`"


def _first_line(command: Any) -> str:
    return (command.help or "").strip().partition("\n")[0]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# The hooks


def hook_page() -> str:
    """Every hook with what its factories have to make, then whatever else ``lego_cli.api`` has."""
    parts = [
        f"# The hooks\n\n{MADE}",
        _prose(hookspecs.__doc__ or ""),
        "How to write a plugin: [plugins.md](plugins.md).",
    ]
    hooks = [(name, hook) for name, hook in vars(hookspecs).items() if hasattr(hook, "lego_spec")]
    parts += ["Every hook that takes `register` is handed this:", _source(api.Register)]
    told = {"Register"}
    for name, hook in hooks:
        made = made_by(hook)
        parts += [f"## {name}", _signature(name, hook), _prose(hook.__doc__ or "")]
        parts += [_source(getattr(api, thing)) for thing in made if thing not in told]
        told |= set(made)
    parts += ["## What else `lego_cli.api` has", _prose((api.__doc__ or "").partition("\n\n")[2])]
    for thing in api.__all__:
        if thing not in told:
            parts.append(f"### {thing}\n\n{_other(thing)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _signature(name: str, hook: Any) -> str:
    arguments = ", ".join(f"{p.name}: {p.annotation}" for p in inspect.signature(hook).parameters.values())
    return f"```python\n@hookimpl\ndef {name}({arguments}) -> None: ...\n```"


def made_by(hook: Any) -> list[str]:
    """Names of the classes of ``lego_cli.api`` that a hook's docstring points to."""
    return list(dict.fromkeys(re.findall(r"`lego_cli\.api\.(\w+)`", hook.__doc__ or "")))


def _other(name: str) -> str:
    thing = getattr(api, name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        return _source(thing)
    if name == "ARKIT":
        return "The 52 ARKit names in alphabetical order:\n\n" + textwrap.fill(", ".join(thing), 118)
    return "Marks a function of a plugin as one of the hooks above."


def _source(thing: Any) -> str:
    """A class or function as it is written, with its comments, but without the bodies of its functions."""
    lines = textwrap.dedent(inspect.getsource(thing)).rstrip().splitlines()
    for function in reversed([n for n in ast.walk(ast.parse("\n".join(lines))) if isinstance(n, ast.FunctionDef)]):
        head, end = function.body[0], function.end_lineno or 0
        has_doc = isinstance(head, ast.Expr) and isinstance(head.value, ast.Constant) and head.value.value is not ...
        told = (head.end_lineno or 0) if has_doc else head.lineno - 1
        if told < end and end > head.lineno - 1 and not lines[end - 1].endswith(": ..."):
            lines[told:end] = [" " * head.col_offset + "..."] if has_doc else []
            lines[told - 1] += "" if has_doc else " ..."
    return "```python\n" + "\n".join(lines) + "\n```"


def _prose(text: str) -> str:
    """A docstring as Markdown."""
    text = inspect.cleandoc(text)
    text = re.sub(r":\w+:`~?(?:lego_cli\.api\.)?([\w.]+)`", r"`\1`", text)
    return text.replace("``", "`")


if __name__ == "__main__":
    main()
