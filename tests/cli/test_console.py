"""What goes where: results on stdout, progress and notes on stderr, little of it in a log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from lego_cli.cli.batch import run_batch
from lego_cli.cli.console import QUIET, VERBOSE, Console, Lines
from lego_cli.errors import LegoError


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


HOSTILE = "clay\x1b]0;owned\x07\x1b[2J\r\nerror: all is lost\x9b31m\u202egnp.\u2028x\x7f"


def test_values_of_files_neither_talk_to_the_terminal_nor_start_lines(capsys):
    console = Console()
    console.block({"name": HOSTILE, "list": [HOSTILE], "table": {"a": HOSTILE}})
    console.table(["name"], [[HOSTILE]])
    console.note(f"note: {HOSTILE}".replace("\n", " "))
    console.error(LegoError(f"no style '{HOSTILE}'", HOSTILE))
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert "owned" in said
    assert all(letter.isprintable() for letter in said.replace("\n", ""))
    starts = [line.partition(" ")[0] for line in said.splitlines() if line]
    assert starts == ["name", "list", "table", "name", "clay", "note:", "error:", "hint:"]


def test_json_holds_such_values_unchanged_and_still_tells_the_terminal_nothing(capsys):
    Console().result({"name": HOSTILE}, True, "")
    out = capsys.readouterr().out
    assert json.loads(out) == {"name": HOSTILE}
    assert all(letter.isprintable() for letter in out.replace("\n", ""))


def test_letters_of_every_script_stay(capsys):
    names = "Zoë 頭 مرحبا नमस्ते 👩\u200d🚀 a\u00a0b"
    Console().line(names)
    assert capsys.readouterr().out == f"{names}\n"


def test_the_error_itself_is_clean_for_python_too():
    error = LegoError(f"a\nb{HOSTILE}", HOSTILE)
    assert all(letter.isprintable() for letter in error.message + error.hint + str(error))


def test_one_head_that_memory_has_no_room_for_does_not_stop_the_next(capsys):
    def work(source: Path, place: int) -> dict:
        if place == 1:
            raise MemoryError
        if place == 2:
            raise ZeroDivisionError("a bug")
        return {"source": str(source)}

    places = {Path(name): number for number, name in enumerate(("a", "b", "c", "d"))}
    with pytest.raises(typer.Exit) as stop:
        run_batch("stylize", places, work, True, lambda record: None)
    assert stop.value.exit_code == 1
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert [record["source"] for record in told["results"]] == ["a", "d"]
    assert told["failures"]["b"] == "there is not enough memory for this"
    assert "a bug in lego: ZeroDivisionError" in told["failures"]["c"]
    with pytest.raises(MemoryError):
        run_batch("stylize", {Path("b"): 1}, work, True, lambda record: None)
