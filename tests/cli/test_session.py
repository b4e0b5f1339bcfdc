"""What a run of the command line says of itself."""

from __future__ import annotations

import shutil
import sys

import pytest

from lego_cli.cli import animate, session
from lego_cli.cli.console import NORMAL, console


@pytest.mark.parametrize(("found", "said"), [("/usr/bin/lego", "lego"), (None, "'my env/bin/lego'")])
def test_the_next_command_can_be_typed_as_printed(monkeypatch, found, said):
    """After ``make demo`` the shell does not know ``lego`` yet."""
    monkeypatch.setattr(shutil, "which", lambda _: found)
    monkeypatch.setattr(sys, "argv", ["my env/bin/lego", "stylize", "--demo"])
    assert session.program() == said


@pytest.mark.parametrize(
    ("asked", "drawn", "told"), [("auto", "torch", 1), ("torch", "torch", 0), ("auto", "numba", 0)]
)
def test_slow_films_say_what_makes_them_faster(monkeypatch, capsys, asked, drawn, told):
    class Drawer:
        name = drawn

    monkeypatch.setattr(console, "verbosity", NORMAL)
    monkeypatch.setattr(session, "renderer", lambda _: Drawer())
    animate._drawer(asked)
    assert capsys.readouterr().err.count("pip install numba") == told
