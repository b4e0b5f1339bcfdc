"""``--topology keep`` as a user types it: the same file with other positions in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lego_cli import assets
from lego_cli.cli.application import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo head with comments, materials and carriage returns in it, as files from elsewhere have."""
    lines = assets.data_file("demo_head.obj").read_text().splitlines()
    place = next(k for k, line in enumerate(lines) if line.startswith("f "))
    lines[place:place] = ["# made by hand", "usemtl skin", "s 1"]
    path = tmp_path_factory.mktemp("own") / "mine.obj"
    path.write_bytes("\r\n".join([*lines, ""]).encode())
    return path


def test_only_positions_and_normals_differ(own_file, capsys):
    assert run(["stylize", str(own_file), "--style", "pixar", "--topology", "keep", "--encoder", "fit", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    made = Path(result["output"])
    assert made.name == "mine.pixar.keep.obj"
    before, after = own_file.read_bytes().split(b"\n"), made.read_bytes().split(b"\n")
    assert len(before) == len(after)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert {a.split()[0] for a, _ in changed} <= {b"v", b"vn"}
    assert len(changed) > 1000
    roles = result["roles"]
    assert roles["eye_left"] == roles["eye_right"] == 72
    assert roles["skin"] > 3000
    assert sum(roles.values()) == sum(line.startswith(b"v ") for line in before)


def test_a_code_has_no_topology_to_keep(tmp_path, capsys):
    code = tmp_path / "a.json"
    code.write_text("{}")
    assert run(["stylize", str(code), "--style", "pixar", "--topology", "keep"]) in (1, 2)
    assert capsys.readouterr().err.startswith("error:")


def test_keep_is_listed(capsys):
    assert run(["topologies", "list", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)["topologies"]}
    assert "own" in listed["keep"]["summary"]
