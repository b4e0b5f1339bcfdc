"""What goes where: results on stdout, progress and notes on stderr, little of it in a log."""

from __future__ import annotations

import json

import pytest

from lego_cli.cli.console import QUIET, VERBOSE, Console, Lines


def test_json_is_one_object_on_stdout_and_survives_any_name(capsys, tmp_path):
    data = {"name": "Zoë 頭", "path": tmp_path, "n": 1.5, "none": None}
    Console().result(data, True, "never shown")
    assert json.loads(capsys.readouterr().out) == {**data, "path": str(tmp_path)}


def test_people_get_the_text(capsys):
    Console().result({"a": 1}, False, "done")
    assert capsys.readouterr().out == "done\n"


def test_a_table_in_a_pipe_is_plain_columns_never_cut(capsys):
    Console().table(["name", "what"], [["a" * 90, "x"], ["b", "[not markup]"]])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "what"]
    assert lines[1] == "a" * 90 + "  x"
    assert lines[2].endswith("  [not markup]")


def test_notes_go_to_stderr_and_obey_q_and_v(capsys):
    console = Console()
    console.note("seen")
    console.note("only with -v", VERBOSE)
    console.verbosity = QUIET
    console.note("not seen")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "seen\n")


def test_progress_in_a_log_is_a_line_every_ten_seconds_and_one_at_the_end():
    now = [0.0]
    written: list[str] = []
    lines = Lines(written.append, lambda: now[0])
    for step in range(1, 101):
        now[0] += 0.25
        lines("train DS", step, 100, loss=0.5, points_per_s=2000.0)
    assert written == [
        "train DS 40/100 loss 0.5  points per s 2000",
        "train DS 80/100 loss 0.5  points per s 2000",
        "train DS 100/100 loss 0.5  points per s 2000",
    ]


@pytest.mark.parametrize("verbosity", [QUIET, 0])
def test_progress_never_writes_to_stdout(capsys, verbosity):
    console = Console()
    console.verbosity = verbosity
    with console.progress() as report:
        report("fit", 1, 1)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == ("" if verbosity == QUIET else "fit 1/1\n")


def test_a_block_leaves_out_what_is_empty(capsys):
    Console().block({"name": "x", "needs": [], "built_in": True, "hint": "", "sizes": {"a": 1}})
    assert capsys.readouterr().out == "name      x\nbuilt_in  yes\nsizes     a 1\n\n"
