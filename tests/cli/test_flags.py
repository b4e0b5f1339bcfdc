"""Flags read from the dataclass of a Python function: one place for a default, the same in help and in the API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import typer

from lego_cli.cli.flags import global_flags_first, with_options
from lego_cli.options import option


@dataclass(frozen=True)
class DrawOptions:
    size: int = option(512, "Height in pixels.", panel="Look")
    views: tuple[str, ...] = option(("front",), "A view.", "--view")
    wire: bool = option(False, "Draw the edges.")
    output: Path | None = option(None, "Where to.", "--output", "-o")
    inner: float = 0.5  # not a flag


def drawn(*arguments):
    seen = []

    @with_options(DrawOptions)
    def draw(mesh: Annotated[Path, typer.Argument()], options: DrawOptions, loud: bool = False) -> None:
        seen.append((mesh, options, loud))

    app = typer.Typer()
    app.command()(draw)
    command = typer.main.get_command(app)
    command.main(list(arguments), standalone_mode=False)
    return seen[0], command


def test_no_flag_means_the_defaults_of_the_dataclass():
    (mesh, options, loud), _ = drawn("a.obj")
    assert (mesh, loud) == (Path("a.obj"), False)
    assert options == DrawOptions()


def test_flags_fill_the_dataclass_in_its_own_types():
    given = ("--view", "side", "--view", "top", "--wire", "-o", "x.png", "--size", "64", "--loud")
    (_, options, loud), _ = drawn("a.obj", *given)
    assert options == DrawOptions(64, ("side", "top"), True, Path("x.png"))
    assert loud


def test_a_plain_field_is_no_flag():
    _, command = drawn("a.obj")
    assert "inner" not in {parameter.name for parameter in command.params}


def test_help_says_the_default_that_the_function_uses(capsys):
    with pytest.raises(IndexError):  # help runs no command
        drawn("--help")
    text = capsys.readouterr().out
    assert "512" in text
    assert "Height in pixels." in text


def test_global_flags_move_to_the_front_but_not_past_a_double_dash():
    assert global_flags_first(["a", "-v", "b", "--", "-q"]) == ["-v", "a", "b", "--", "-q"]
