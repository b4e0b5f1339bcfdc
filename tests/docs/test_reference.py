"""The reference pages say what the code says: no flag, hook or argument of a hook goes without a word."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path

import pytest
import typer

from lego_cli import api, hookspecs
from lego_cli.cli.application import build_app

DOCS = Path(__file__).parents[2] / "docs"
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, "lego_spec")}


def reference():
    spec = importlib.util.spec_from_file_location("docs_reference", DOCS / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(command=None, path="lego"):
    command = command or typer.main.get_command(build_app(third_party=False))
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


@pytest.mark.parametrize("name", ["cli.md", "hooks.md"])
def test_the_page_is_what_the_code_says(name):
    page = DOCS / name
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    made = reference().pages()[name]
    changed = [line for line in made.splitlines() if line not in text.splitlines()]
    assert text == made, f"docs/{name} is out of date, run: make docs\n" + "\n".join(changed[:5])


def test_every_command_and_flag_has_help():
    silent = [path for path, command in commands() if not command.help]
    silent += [f"{path} {p.opts[0]}" for path, command in commands() for p in command.params if not p.help]
    assert not silent


def test_every_command_and_flag_is_on_the_page():
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    found = 0
    for path, command in commands():
        if path == "lego" or getattr(command, "commands", None):
            continue
        for parameter in command.params:
            for name in (*parameter.opts, *parameter.secondary_opts) if parameter.param_type_name == "option" else ():
                assert name in sections[path], f"{name} of {path} is not in docs/cli.md, run: make docs"
                found += 1
    assert found > 150


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_its_factories_make(name):
    made = reference().made_by(HOOKS[name])
    assert all(hasattr(api, thing) for thing in made)
    assert made or "register" not in inspect.signature(HOOKS[name]).parameters
    for thing in made:
        own = vars(getattr(api, thing)).items()
        silent = [k for k, v in own if inspect.isfunction(v) and not k.startswith("_") and not v.__doc__]
        assert not silent, f"{thing} does not say what these do"


def test_every_name_of_the_api_is_on_the_page():
    text = (DOCS / "hooks.md").read_text(encoding="utf-8")
    missing = [n for n in api.__all__ if not any(f"{word} {n}" in text for word in ("class", "def", "###"))]
    assert not missing
