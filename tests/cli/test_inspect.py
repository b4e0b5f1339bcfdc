"""``lego inspect``: what is in a file, and two lines when it is nothing we know."""

from __future__ import annotations

import json

import pytest

from lego_cli.cli.application import run

CUBE = "\n".join(
    [f"v {x} {y} {z}" for x in (0, 1) for y in (0, 1) for z in (0, 1)] + ["f 1 2 4 3", "f 5 7 8 6", "f 1 5 6 2"]
)


def test_a_mesh_is_counted(tmp_path, capsys):
    file = tmp_path / "open cube é.obj"
    file.write_text(CUBE)
    assert run(["inspect", str(file), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["file"] == str(file)
    assert (facts["vertices"], facts["faces"], facts["quads"]) == (8, 3, 3)
    assert run(["inspect", str(file)]) == 0
    assert "quads" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["missing.obj", "missing.lego", "notes.txt", "fake.lego"])
def test_anything_else_is_two_lines(tmp_path, capsys, name):
    if "missing" not in name:
        (tmp_path / name).write_text("hello")
    assert run(["inspect", str(tmp_path / name), "-q"]) in (1, 2, 3)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
    assert "bug" not in lines[0]
