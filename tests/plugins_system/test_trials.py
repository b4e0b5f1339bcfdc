"""Trials of third-party plugins: once, not again while nothing changes, and never in the user's way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from distributions import GOOD, HEAD, install

from lego_cli.verdicts import forget

pytestmark = pytest.mark.slow

COUNTING = HEAD + "open({!r}, 'a').write('x')\n@hookimpl\ndef register_rigs(register):\n    register('r', dict)\n"
CRASH = "import ctypes; ctypes.string_at(0)\n"
EXPORTER = HEAD + "@hookimpl\ndef register_exporters(register):\n    register('xx', {factory!r})\n"
MISSING = HEAD + "import appears_later\n@hookimpl\ndef register_rigs(register):\n    register('r', dict)\n"


@pytest.fixture
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def work(tmp_path_factory):
    """A folder with a mesh, which is not the one of the plugins: those of the working directory are not loaded."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    return folder


@pytest.fixture
def run(lego, tmp_path, home):
    def run(*words, **more):
        return lego(*words, **{"path": tmp_path, "LEGO_HOME": str(home), **more})

    return run


def status(run, plugin, **more):
    done = run("plugins", "list", "--json", **more)
    assert done.returncode == 0, done.stderr
    return {each["plugin"]: each["status"] for each in json.loads(done.stdout)["plugins"]}[plugin]


def test_a_trial_runs_once_until_the_plugin_changes(run, tmp_path, home, tmp_path_factory):
    count = tmp_path_factory.mktemp("count") / "count"
    install(tmp_path, "counting", COUNTING.format(str(count)))
    assert [status(run, "counting") for _ in range(2)] == ["ok", "ok"]
    assert len(count.read_text()) == 3  # the trial and two loads
    (tmp_path / "counting_hooks.py").write_text(COUNTING.format(str(count)) + CRASH)
    assert "SIGSEGV" in status(run, "counting")
    (tmp_path / "counting_hooks.py").write_text(COUNTING.format(str(count)))
    count.unlink()
    for file in (home / "plugins").iterdir():
        file.write_text("{damaged")
    assert status(run, "counting") == "ok"
    assert len(count.read_text()) == 2


def test_where_nothing_can_be_kept_the_trial_runs_each_time(run, tmp_path, tmp_path_factory):
    blocked = tmp_path_factory.mktemp("blocked") / "file"
    blocked.write_text("not a folder")
    install(tmp_path, "crashing", CRASH)
    for _ in range(2):
        assert "SIGSEGV" in status(run, "crashing", LEGO_HOME=str(blocked))


def test_what_was_missing_and_comes_is_tried_before_it_is_loaded(run, tmp_path, home, monkeypatch):
    install(tmp_path, "waiting", MISSING)
    assert status(run, "waiting").startswith("failed: ModuleNotFoundError")
    (tmp_path / "appears_later.py").write_text(CRASH)
    assert "SIGSEGV" in status(run, "waiting")
    (tmp_path / "appears_later.py").write_text("")
    assert "SIGSEGV" in status(run, "waiting")  # of that file nothing is known
    monkeypatch.setenv("LEGO_HOME", str(home))
    forget()  # as `lego plugins check` does
    assert status(run, "waiting") == "ok"


def test_what_behaves_only_in_its_trial_is_found_out_once(run, tmp_path):
    install(tmp_path, "sly", "import sys, time\nif 'plugins' in sys.argv: time.sleep(1000)\n" + GOOD)
    assert status(run, "sly", LEGO_PLUGIN_SECONDS="3") == "failed: Overdue: it takes too long"
    assert status(run, "sly", LEGO_PLUGIN_SECONDS="30").startswith("failed: Overdue: it takes too long; `lego plugins")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("import ctypes\ndef make(): ctypes.string_at(0)", "SIGSEGV"),
        ("import time\ndef make(): time.sleep(1000)", "within 6 s"),
    ],
)
def test_an_exporter_that_cannot_be_made_safely_is_not_made_for_others(run, tmp_path, work, body, why):
    (tmp_path / "xx_code.py").write_text(body)
    install(tmp_path, "xx", EXPORTER.format(factory="xx_code:make"))
    done = run("convert", "a.obj", "b.ply", "--json", cwd=work, LEGO_PLUGIN_SECONDS="2")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    assert why in done.stderr
    assert "when it makes exporter 'xx'" in done.stderr


def test_an_exporter_that_fails_is_an_error_only_for_its_own_suffix(run, tmp_path, work):
    (tmp_path / "xx_code.py").write_text("import os\nprint('spoilt')\nos.write(1, b'spoilt')\ndef make(): os._exit(0)")
    install(tmp_path, "xx", EXPORTER.format(factory="xx_code:make"))
    done = run("convert", "a.obj", "b.ply", "--json", cwd=work)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    done = run("convert", "a.obj", "b.xx", "--json", cwd=work)
    assert done.returncode == 3
    assert "exporter 'xx' of xx could not be made: NotAllowed: it called os._exit" in done.stderr


def test_threads_of_a_factory_do_not_get_among_results(run, tmp_path, work):
    talk = "import os, threading as t, time\ndef talk():\n    while True: os.write(1, b'spoilt'); time.sleep(0.001)\n"
    talk += "class make:\n    suffixes = ('.xx',)\n    def __init__(self): t.Thread(target=talk, daemon=True).start()\n"
    (tmp_path / "xx_code.py").write_text(talk)
    install(tmp_path, "xx", EXPORTER.format(factory="xx_code:make"))
    done = run("convert", "a.obj", "b.ply", "--json", cwd=work)
    assert done.returncode == 0
    json.loads(done.stdout)


def test_tracebacks_are_shown_to_who_wants_them(run, tmp_path):
    install(tmp_path, "crashing", CRASH)
    install(tmp_path, "raising", "raise KeyError('\\x1b[2J')")
    assert "string_at" in run("plugins", "show", "crashing", "-vv").stderr
    shown = run("plugins", "list", "-vv").stderr
    assert "Traceback" in shown
    assert "\x1b" not in shown
    assert "Traceback" not in run("plugins", "list").stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_user_can_stop_a_trial(tmp_path, home):
    install(tmp_path, "slow", f"open({str(home / 'begun')!r}, 'w').close(); import time; time.sleep(1000)")
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "LEGO_HOME": str(home)}
    command = [sys.executable, "-c", "from lego_cli.cli.main import main; main()", "styles", "list"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": home}
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}  # off behind a shell
    process = subprocess.Popen(command, env=env, **pipes, **heard)
    while not (home / "begun").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[0] == "error: interrupted"


def test_a_setting_that_is_no_time_is_an_error(run, tmp_path):
    install(tmp_path, "good", GOOD)
    done = run("styles", "list", LEGO_PLUGIN_SECONDS="soon")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: LEGO_PLUGIN_SECONDS=soon is no time",
        "hint: give seconds, from 0.1 to 3600",
    ]
