"""Checkpoints: a training goes on to the same bits, and a damaged file is two lines instead of a trace."""

from __future__ import annotations

import pickle
import random
from pathlib import Path

import pytest
import torch
from torch import nn

from lego_cli.core.training_run import TrainingRun
from lego_cli.errors import LegoError

OPTIONS = {"seed": 0}


def run(path: Path | None, steps: int = 4) -> TrainingRun:
    torch.manual_seed(0)
    return TrainingRun("fit", nn.Linear(3, 2), 6, 1e-2, OPTIONS, path)


def trained(made: TrainingRun, stop: int = 6) -> torch.Tensor:
    """The weights after ``stop`` steps, of 6 that were asked for."""

    def loss(step: int) -> torch.Tensor:
        if step == stop:
            raise KeyboardInterrupt
        return made.module(torch.full((1, 3), 1.0 + step)).square().mean()

    if stop < 6:
        with pytest.raises(KeyboardInterrupt):
            made.train(loss)
    else:
        made.train(loss)
    return made.module.weight.detach().clone()


@pytest.fixture
def stopped(tmp_path) -> Path:
    """What a run leaves behind that was stopped in the middle."""
    trained(run(tmp_path / "run.pt"), stop=3)
    return tmp_path / "run.pt"


def test_a_stopped_run_goes_on_to_the_same_bits(stopped):
    assert torch.equal(trained(run(stopped)), trained(run(None)))


def changed(path: Path, **parts: object) -> Path:
    torch.save(torch.load(path, weights_only=True) | parts, path)
    return path


@pytest.mark.parametrize(
    "parts",
    [
        {"step": -(10**9)}, {"step": "3"}, {"step": None}, {"module": {}}, {"module": None}, {"optimiser": {}},
        {"optimiser": {"state": {0: {"step": 1}}}}, {"optimiser": {"state": []}}, {"options": None},
        {"options": {"seed": 1}}, {"module": {"weight": torch.zeros(9, 9), "bias": torch.zeros(2)}},
        {"optimiser": {"state": {k: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(7), "exp_avg_sq": torch.zeros(7)}
                                 for k in (0, 1)}}},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(stopped, parts):
    with pytest.raises(LegoError, match=r"run\.pt") as caught:
        trained(run(changed(stopped, **parts)))
    assert "delete it" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "change"),
    [("exp_avg", lambda t: t * 1j), ("exp_avg_sq", lambda t: t - 1), ("step", lambda t: t - 1e12),
     ("exp_avg", lambda t: t / 0),
     ("exp_avg_sq", lambda t: t.double()), ("exp_avg", lambda t: t.to_sparse())],
)  # fmt: skip
def test_moments_that_training_cannot_go_on_from_are_refused(stopped, name, change):
    state = torch.load(stopped, weights_only=True)
    kept = state["optimiser"]["state"][0]
    kept[name] = change(kept[name])
    torch.save(state, stopped)
    with pytest.raises(LegoError, match="does not fit this training"):
        trained(run(stopped))


@pytest.mark.parametrize("data", [b"", b"hello", pickle.dumps(1, 2), pickle.dumps({"options": OPTIONS}, 2)])
def test_what_is_no_checkpoint_is_refused(tmp_path, data):
    path = tmp_path / "run.pt"
    path.write_bytes(data)
    with pytest.raises(LegoError, match=r"run\.pt"):
        trained(run(path))


def test_any_damage_is_two_lines_or_harmless(stopped):
    good, dice = stopped.read_bytes(), random.Random(0)
    refused = 0
    for _ in range(100):
        data = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        stopped.write_bytes(bytes(data[: dice.choice([len(data), dice.randrange(len(data))])]))
        try:
            trained(run(stopped))
        except LegoError as error:
            refused += bool(error.hint)
    assert refused > 60
