"""Ctrl-C, SIGTERM and SIGHUP: two lines, the signal's exit code, nothing half done left behind, at any moment."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

MAIN = "from lego_cli.cli.main import main; main()"
WRITING = f"""
import sys, time
from pathlib import Path
from lego_cli import run_record
from lego_cli.cli import session
from lego_cli.files.atomic import atomic_write
def start(third_party):
    with atomic_write(Path(sys.argv[2])) as temporary:
        temporary.write_text("half")
        print("up", flush=True)
        time.sleep(60)
session.start = start
{MAIN}
"""
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def started(code: str, *words: str, **more) -> subprocess.Popen:
    """A process that has printed ``up``; signals are as in a shell's foreground."""

    def usual() -> None:
        for number in CODES:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": usual}
    process = subprocess.Popen([sys.executable, "-c", code, *words], **pipes | more)
    assert process.stdout.readline() == b"up\n", process.stderr.read()
    return process


@pytest.mark.parametrize("number", CODES)
def test_a_signal_ends_a_run_in_two_lines_without_a_trace(tmp_path, number):
    with started(WRITING, "doctor", str(tmp_path / "new" / "a.obj")) as process:
        process.send_signal(number)
        assert process.wait(60) == CODES[number]
        said = process.stderr.read().decode().splitlines()
    assert [line.partition(":")[0] for line in said] == ["error", "hint"]
    assert "interrupted" in said[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", CODES)
def test_while_modules_are_imported_it_is_two_lines_as_well(tmp_path, number):
    (tmp_path / "typer.py").write_text("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {MAIN}"
    with started(code, "--help") as process:
        process.send_signal(number)
        assert process.wait(60) == CODES[number]
        said = process.stderr.read().decode().splitlines()
    assert [line.partition(":")[0] for line in said] == ["error", "hint"]


def test_what_native_code_makes_of_an_interrupt_is_an_interrupt(tmp_path):
    (tmp_path / "typer.py").write_text(
        "import time\n"
        "try:\n    print('up', flush=True)\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    raise ImportError('half a module')\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {MAIN}"
    with started(code, "--help") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
        assert process.stderr.read().startswith(b"error: interrupted\nhint: ")


@pytest.mark.slow
def test_under_nohup_a_hangup_is_no_reason_to_end(tmp_path):
    code = WRITING.replace("time.sleep(60)", "time.sleep(1.5)")
    ignored = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    place = tmp_path / "a.obj"
    with started(code, "doctor", str(place), **ignored) as process:
        process.send_signal(signal.SIGHUP)
        process.wait(60)
    assert place.read_text() == "half"  # the block went on to its end


def test_a_second_signal_does_not_disturb_the_tidying_up(tmp_path):
    tidying = WRITING.replace(
        "time.sleep(60)", "try:\n            time.sleep(60)\n        finally:\n            time.sleep(0.5)"
    )
    with started(tidying, "doctor", str(tmp_path / "a.obj")) as process:
        for _ in range(3):
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_learning_keeps_its_checkpoint_on_sigterm(tmp_path):
    """See :class:`lego_cli.core.training_run.TrainingRun`: whatever comes as KeyboardInterrupt is saved first."""
    code = """
import sys, time, torch
from lego_cli.cli import signals
from lego_cli.core.training_run import TrainingRun
from pathlib import Path
signals.catch()
def loss(step):
    if step == 3:
        print("up", flush=True)
        time.sleep(60)
    return net(torch.ones(1, 2)).square().mean()
net = torch.nn.Linear(2, 1)
try:
    TrainingRun("x", net, 10, 1e-3, {}, Path(sys.argv[1])).train(loss)
except KeyboardInterrupt:
    sys.exit(signals.exit_code())
"""
    checkpoint = tmp_path / "x.checkpoint"
    with started(code, str(checkpoint)) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert checkpoint.stat().st_size > 500
    assert [file.name for file in tmp_path.iterdir()] == ["x.checkpoint"]


def test_an_interruption_that_native_code_swallows_ends_the_work_all_the_same(tmp_path):
    """An exception in a callback of ctypes is printed and lost: compilers and other libraries have such callbacks."""
    code = """
import ctypes, sys, time
from lego_cli.cli import signals
from lego_cli.cli.console import console
signals.catch()
@ctypes.CFUNCTYPE(None)
def callback():
    print("up", flush=True)
    time.sleep(60)
try:
    with console.progress() as report:
        callback()
        report("fit", 1, 2)
        print("went on")
except KeyboardInterrupt:
    sys.exit(signals.exit_code())
"""
    with started(code) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
        assert process.stdout.read() == b""
        assert process.stderr.read() == b""


def test_torch_is_loaded_to_the_end_before_an_interruption(tmp_path):
    """Its native parts import Python modules, and abort the process for an exception that comes out of one."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "import pathlib, time\nprint('up', flush=True)\ntime.sleep(0.7)\n"
        "pathlib.Path(__file__).with_name('whole').touch()\n"
    )
    code = f"""
import sys, time
sys.path.insert(0, {str(tmp_path)!r})
from lego_cli.cli import signals
signals.catch()
try:
    import torch
    time.sleep(60)
except KeyboardInterrupt:
    sys.exit(signals.exit_code())
"""
    with started(code) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert (tmp_path / "torch" / "whole").exists()
