"""docs/papers.md points to files that exist, and its numbers are those of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "papers.md"
LINES = PAGE.read_text(encoding="utf-8").splitlines()
CLAIM = re.compile(r"`(?:(\w+)\.)?(\w+)` = (\([^)]*\)|[-+.\de]*\d)")
CLAIMS = [(number, *claim) for number, line in enumerate(LINES) for claim in CLAIM.findall(line)]


def named_files(number: int) -> list[Path]:
    """Python files of the line, or of the few around it in running text."""
    near = LINES[number : number + 1] if LINES[number].startswith("|") else LINES[number - 2 : number + 3]
    return [(PAGE.parent / link).resolve() for link in re.findall(r"\]\((\S+?\.py)\)", "\n".join(near))]


def values(file: Path, owner: str, name: str):
    """What ``file`` gives a constant, or a field of a class, where that is a plain value or an ``option``."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    bodies = [n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner] if owner else [tree.body]
    for node in (node for body in bodies for node in body if isinstance(node, ast.Assign | ast.AnnAssign)):
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        for known, value in pairs:
            if isinstance(known, ast.Name) and known.id == name and value is not None:
                yield ast.literal_eval(value.args[0] if isinstance(value, ast.Call) else value)


@pytest.mark.parametrize(("number", "owner", "name", "value"), CLAIMS, ids=[f"{o}.{n}" for _, o, n, _ in CLAIMS])
def test_a_number_is_the_one_in_the_code(number, owner, name, value):
    found = [v for file in named_files(number) for v in values(file, owner, name)]
    assert found, f"no file named beside it has {owner}.{name}"
    assert found == [ast.literal_eval(value)] * len(found), "the code has another value: change docs/papers.md"


def test_the_numbers_were_found():
    assert len(CLAIMS) > 50


def test_every_row_of_what_is_done_names_its_file():
    rows = [line for line in LINES if line.startswith("|") and not line.startswith(("|---", "| in the", "| paper"))]
    silent = [row for row in rows if "](" not in row and "not implemented" not in row and "not needed" not in row]
    assert not silent
