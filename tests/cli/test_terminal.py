"""On a real terminal: tables and bars that fit, and no escape codes for those who asked for none."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix thing")

BARS = """
from lego_cli.cli.console import console
with console.progress() as report:
    for step in range(1, 4):
        report("train DS", step, 3, loss=0.25)
"""


def on_terminal(code: str, *arguments: str, **environment: str) -> str:
    """What a process prints when stdout and stderr are a terminal of 60 columns."""
    parent, child = pty.openpty()
    env = {**os.environ, "COLUMNS": "60", "TERM": "xterm-256color", **environment}
    subprocess.run(
        [sys.executable, "-c", code, *arguments], stdout=child, stderr=child, env=env, check=True, timeout=60
    )
    os.close(child)
    shown = b""
    while True:
        try:
            piece = os.read(parent, 1 << 16)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(parent)
    return shown.decode()


MAIN = "from lego_cli.cli.main import main; main()"


def test_a_table_fits_sixty_columns_and_loses_nothing():
    shown = on_terminal(MAIN, "rigs", "list", "--no-plugins", "-q", NO_COLOR="1")
    assert "\x1b[3" not in shown  # no colours
    shown = re.sub(r"\x1b\[\d*m", "", shown)
    assert all(len(line) <= 60 for line in shown.splitlines())
    words = " ".join(shown.split())
    assert "emotions" in words
    assert "neutral" in words


def test_progress_on_a_terminal_is_a_bar_with_its_figures():
    shown = on_terminal(BARS)
    assert "train DS" in shown
    assert "3/3" in shown
    assert "loss 0.25" in shown
