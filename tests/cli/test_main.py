"""The frame of the command line: exit codes, two-line errors, quick help, global flags anywhere."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
import typer
from performances import live_link_csv

import lego_cli
from lego_cli.cli import application
from lego_cli.cli.flags import GLOBAL
from lego_cli.errors import ExitCode, LegoError


def run_with(monkeypatch, action):
    """Run ``lego act`` where the one command does ``action``."""
    app = typer.Typer()
    app.callback(invoke_without_command=True)(application.top)
    app.command("act")(action)
    monkeypatch.setattr(application, "build_app", lambda third_party: app)
    return lambda *flags: application.run(["act", *flags])


def raiser(error):
    def act():
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (LegoError("no mesh", "give one"), 1, "error: no mesh\nhint: give one\n"),
        (LegoError("no nvdiffrast", "install it", ExitCode.MISSING), 3, "error: no nvdiffrast\nhint: install it\n"),
        (PermissionError(13, "Permission denied", "/x.obj"), 1, "error: Permission denied: /x.obj\nhint: check"),
        (
            ZeroDivisionError("division\nby zero"),
            1,
            "error: a bug in lego: ZeroDivisionError: division by zero\nhint: ",
        ),
        (MemoryError(), 1, "error: there is not enough memory for this\nhint: "),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), 1, "error: there is not enough memory"),
        (BaseException("odd"), 1, "error: a bug in lego: BaseException: odd\nhint: "),
        (typer.BadParameter("too big"), 2, "error: invalid value: too big\nhint: see `lego"),
        (KeyboardInterrupt(), 130, "error: interrupted\nhint: what was written is whole"),
        (typer.Exit(1), 1, ""),
        (SystemExit(4), 4, ""),
    ],
)
def test_every_failure_is_two_lines_and_its_exit_code(monkeypatch, capsys, error, code, said):
    assert run_with(monkeypatch, raiser(error))("-q") == code
    printed = capsys.readouterr()
    assert printed.err.startswith(said)
    assert len(printed.err.splitlines()) == (2 if said else 0)
    assert printed.out == ""


def test_a_traceback_comes_only_with_vv(monkeypatch, capsys):
    run = run_with(monkeypatch, raiser(ZeroDivisionError("x")))
    run("-v")
    assert "Traceback" not in capsys.readouterr().err
    run("-vv")
    assert "Traceback" in capsys.readouterr().err


def test_done_is_zero(monkeypatch):
    assert run_with(monkeypatch, lambda: None)() == 0


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["plugins", "lst"], "hint: did you mean 'list'? See `lego plugins --help`"),
        (["plugins", "list", "--jsn"], "--json"),
        (["rigs", "show"], "hint: see `lego rigs show --help`"),
        (["plugins", "list", "--kind", "rig"], "hint: did you mean 'rigs'?"),
        (["plugins", "show", "emotion"], "hint: did you mean 'emotions'?"),
        (["rigs", "show", "emotion"], "hint: did you mean 'emotions'?"),
    ],
)
def test_wrong_usage_is_two_lines_with_something_to_type(capsys, arguments, hint):
    assert application.run([*arguments, "-q"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert hint in lines[-1] or hint in lines[0]


def test_global_flags_may_stand_anywhere(capsys):
    assert application.run(["rigs", "-q", "list"]) == 0
    assert application.run(["rigs", "list", "--no-plugins", "-v"]) == 0
    assert application.run(["-v", "rigs", "list"]) == 0


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_every_command_speaks_json_explains_its_flags_and_leaves_the_global_ones_alone():
    found = dict(commands(typer.main.get_command(application.build_app(third_party=False))))
    assert {"stylize", "plugins list", "doctor", "inspect"} <= set(found)
    for name, command in found.items():
        flags = {flag: parameter for parameter in command.params for flag in parameter.opts if flag.startswith("-")}
        assert "--json" in flags, name
        assert not GLOBAL & set(flags), name
        assert command.help, name
        assert all(parameter.help for parameter in command.params), name


def test_version(capsys):
    assert application.run(["--version"]) == 0
    assert capsys.readouterr().out == f"lego {lego_cli.__version__}\n"


def test_lego_alone_prints_help_with_lines_to_try(capsys):
    assert application.run([]) == 0
    printed = capsys.readouterr()
    assert "lego stylize --demo" in printed.out
    assert printed.err == ""


def test_a_group_alone_prints_its_help_and_is_wrong_usage(capsys):
    assert application.run(["plugins", "-q"]) == 2
    assert "error" not in capsys.readouterr().err


MEASURE = """
import sys
from lego_cli.cli.application import run
code = run(sys.argv[1:])
heavy = {"torch", "numpy", "scipy", "trimesh", "PIL"} & set(sys.modules)
print(code, *sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        *(["--help"], ["stylize", "--help"], ["encode", "--help"], ["plugins", "list", "--json"]),
        *([kind, "list"] for kind in ("plugins", "styles", "rigs", "topologies", "renderers")),
    ],
)
def test_help_and_lists_import_nothing_heavy(words):
    done = subprocess.run([sys.executable, "-c", MEASURE, *words], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1].split() == ["0"]


def test_scenes_and_performances_are_handled_without_torch(tmp_path):
    take = live_link_csv(tmp_path / "take.csv", 0.5)
    flat = tmp_path / "flat.obj"
    flat.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    scene = tmp_path / "flat.glb"
    for words in (
        ["retarget", take, "--to", "vrm"],
        ["convert", flat, scene],
        ["convert", scene, tmp_path / "again.ply"],
        ["view", scene],
    ):
        command = [sys.executable, "-c", MEASURE, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        code, *heavy = done.stderr.splitlines()[-1].split()
        assert (code, "torch" in heavy) == ("0", False), words


def completed(typed, run):
    """What a shell offers when the tab key is hit behind ``typed``."""
    where = typed.count(" ")
    done = run(_LEGO_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=str(where))
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lego rigs show em", ["emotions"]),
        ("lego stylize --style pi", ["pixar"]),
        ("lego stylize --topology he", ["head"]),
        ("lego stylize --expression jawO", ["jawOpen"]),
        ("lego stylize --expression ha", ["happy"]),
        ("lego encode --quality h", ["high"]),
        ("lego retarget --to vr", ["vrm"]),
        ("lego animate --driver live", ["livelink"]),
        ("lego stylize --renderer a", ["auto"]),
        ("lego plugins list --kind sty", ["styles", "style_losses", "style_families"]),
        ("lego plugins show ann", ["anny"]),
        ("lego styles remove ", []),  # what comes with lego cannot be removed
    ],
)
def test_completion_knows_every_name(lego, typed, offered):
    assert set(completed(typed, lego)) == set(offered)


MEASURED_COMPLETION = """
import os, sys
typed = sys.argv[1]
os.environ |= {"_LEGO_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
from lego_cli.cli.application import run
run([])
heavy = {"torch", "numpy", "scipy", "trimesh", "PIL"} & set(sys.modules)
print(*sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize("typed", ["lego stylize --style pi", "lego stylize --expression ja", "lego topologies show h"])
def test_completion_imports_nothing_heavy(typed):
    command = [sys.executable, "-c", MEASURED_COMPLETION, typed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.split() == []


def test_interrupting_a_running_command_exits_130(tmp_path):
    code = "import signal, time, sys; from lego_cli.cli import session; from lego_cli.cli.main import main\n"
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # off in jobs that a shell runs behind
    code += "session.start = lambda third_party: (print('up', flush=True), time.sleep(60))\n"
    code += "sys.argv = ['lego', 'doctor']; main()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
        said = process.stderr.read()
        assert [line.partition(b":")[0] for line in said.splitlines()] == [b"error", b"hint"]


def test_main_makes_waiting_threads_sleep(lego):
    assert json.loads(lego("doctor", "--json").stdout)["compute"]["OMP_WAIT_POLICY"] == "PASSIVE"
    facts = json.loads(lego("doctor", "--json", OMP_WAIT_POLICY="ACTIVE").stdout)
    assert facts["compute"]["OMP_WAIT_POLICY"] == "ACTIVE"


def test_a_pipe_that_closes_early_is_no_error(tmp_path):
    line = f"{sys.executable} -c 'from lego_cli.cli.main import main; main()' plugins list | true"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(closed):
    line = f"{sys.executable} -c 'from lego_cli.cli.main import main; main()' rigs list {closed}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "error" not in done.stderr
