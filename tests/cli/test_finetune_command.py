"""``lego finetune`` around the learning: files that are no pair, what Ctrl-C says, and TensorBoard's log."""

from __future__ import annotations

import shlex
import sys
from types import ModuleType

import pytest

from lego_cli.cli.application import run
from lego_cli.errors import LegoError
from lego_cli.learning import finetuning
from lego_cli.learning.loss_log import logged

TENSORBOARD = "torch.utils.tensorboard"


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """Nobody reads these files: the learning is stood in for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my pair").mkdir()
    (tmp_path / "my pair" / "style.obj").touch()
    return tmp_path


@pytest.fixture
def writers(monkeypatch):
    """TensorBoard's writers, stood in for: each keeps what it was told."""
    made = []

    class SummaryWriter:
        def __init__(self, folder):
            self.folder, self.told, self.closed = folder, [], False
            made.append(self)

        def add_scalar(self, name, value, step):
            self.told.append((name, value, step))

        def close(self):
            self.closed = True

    module = ModuleType(TENSORBOARD)
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, TENSORBOARD, module)
    return made


def test_the_line_after_an_interruption_goes_on_with_the_same_style(pair, monkeypatch, capsys):
    asked = []

    def stops(files, name, registry, renderer, options, report, checkpoint, places):
        asked.append((files, name, checkpoint))
        raise KeyboardInterrupt

    monkeypatch.setattr(finetuning, "learn", stops)
    command = ["finetune", "--exemplar", "my pair", "--name", "clay", "-o", "my styles/clay.lego"]
    assert run(command) == 130
    assert "nothing was kept yet" in capsys.readouterr().err
    (pair / "my styles").mkdir()
    (pair / "my styles" / "clay.checkpoint").touch()
    assert run(command) == 130
    line = capsys.readouterr().err.partition("go on with: lego ")[2].partition(" (and")[0]
    assert run(shlex.split(line)) == 130
    assert asked == asked[:1] * 3


def test_a_missing_tensorboard_is_told_before_anything_is_learned(pair, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, TENSORBOARD, None)
    monkeypatch.setattr(finetuning, "learn", lambda *_: pytest.fail("nobody waits for that"))
    assert run(["finetune", "--exemplar", "my pair", "--name", "clay", "--tensorboard", "log"]) == 3
    assert "pip install tensorboard" in capsys.readouterr().err


def test_every_figure_is_logged_and_still_reported(tmp_path, writers):
    seen = []
    with logged(lambda *given, **figures: seen.append((given, figures)), tmp_path) as report:
        report("finetune", 3, 16, loss=0.5, vertex=0.25)
        report("read", 1, 2)
    assert writers[0].folder == str(tmp_path)
    assert writers[0].told == [("finetune/loss", 0.5, 3), ("finetune/vertex", 0.25, 3)]
    assert seen == [(("finetune", 3, 16), {"loss": 0.5, "vertex": 0.25}), (("read", 1, 2), {})]


def test_the_log_is_closed_when_learning_fails(tmp_path, writers):
    with pytest.raises(KeyboardInterrupt), logged(print, tmp_path):
        raise KeyboardInterrupt
    assert writers[0].closed


def test_nothing_is_logged_unasked(writers):
    with logged(print, None) as report:
        assert report is print
    assert writers == []


def test_files_and_names_that_cannot_be_a_pair_are_wrong_usage(tmp_path, capsys):
    (tmp_path / "style.obj").touch()
    for command, said in (
        (["--exemplar", str(tmp_path / "none")], "no file or folder"),
        (["--exemplar", str(tmp_path), "--name", "x", "-o", "x.obj"], "end the name in .lego"),
        (["--exemplar", str(tmp_path), "--name", "a/b"], "a/b"),
    ):
        assert run(["finetune", *command]) == 2
        assert said in capsys.readouterr().err
    (tmp_path / "Style.PLY").touch()
    assert run(["finetune", "--exemplar", str(tmp_path)]) == 2
    assert "leave one of them" in capsys.readouterr().err


def test_a_name_that_is_taken_is_told_before_the_work(pair, monkeypatch, capsys):
    """``--style pixar`` stays the one that ships with lego: whoever calls theirs so must know how to reach it."""

    def stops(*_):
        assert "--style user:pixar" in capsys.readouterr().err
        raise LegoError("enough", "that was all")

    monkeypatch.setattr(finetuning, "learn", stops)
    assert run(["finetune", "--exemplar", "my pair", "--name", "pixar"]) == 1
    assert "enough" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--width", "--layers"])
def test_a_field_that_no_style_file_may_hold_is_refused_before_the_learning(pair, flag, capsys):
    assert run(["finetune", "--exemplar", "my pair", flag, "2000"]) == 2
    assert "more than a style file may hold" in capsys.readouterr().err
