"""An error that docs/troubleshooting.md explains is one that the code still says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from lego_cli.errors import ExitCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ERRORS = [
    text
    for section in re.findall(r"^\| error.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    for text in re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
]


@cache
def said() -> tuple[str, ...]:
    """Every text in the code, with ``\\0`` where something is put in."""
    texts = []
    for root in ("lego_cli", "plugins", "renderers", "topologies"):
        for file in (ROOT / root).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (str(p.value) if isinstance(p, ast.Constant) else "\0" for p in node.values)
                    texts.append("".join(parts))
    return tuple(texts)


@pytest.mark.parametrize("error", ERRORS)
def test_the_code_says_so(error):
    parts = [re.escape(part) for part in error.split("...")]
    pattern = re.compile("[^\\0]*\\0[^\\0]*".join(parts).removeprefix("[^\\0]*\\0[^\\0]*"), re.DOTALL)
    assert any(pattern.search(text) for text in said()), f"no text in the code is like: {error}"


def test_errors_were_found():
    assert len(ERRORS) > 25


def test_every_exit_code_is_explained():
    rows = {int(code) for code in re.findall(r"^\| (\d+)[ ,]", PAGE, re.MULTILINE)}
    assert rows == {int(code) for code in ExitCode}
