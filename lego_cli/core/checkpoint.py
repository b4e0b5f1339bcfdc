"""Checkpoints: what a training that was stopped goes on from. Nothing in them is ever executed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lego_cli.errors import LegoError

DAMAGE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
HINT = "delete it to train from the start"
MOST_STEPS = 10**9


def read_checkpoint(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The table in a checkpoint that was made with these options.

    Raises LegoError for a file that is damaged or no checkpoint, and for other options.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what torch will no longer do with the storages of some damaged files
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch's reader fails in many ways on damaged files
        raise LegoError(f"{path} is no checkpoint, or is damaged: {type(error).__name__}", HINT) from None
    if not isinstance(state, dict) or not isinstance(state.get("options"), dict):
        raise LegoError(f"{path} is no checkpoint of lego", HINT)
    if state["options"] != options:
        raise LegoError(f"{path} was made with other options or inputs", "give the same ones, or delete it")
    return state


def restore(state: dict[str, Any], path: Path, module: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    """Put a module and its optimiser where the checkpoint has them; returns the step that comes next.

    Raises LegoError, then with both in any state, where the checkpoint does not fit.
    """
    try:
        own = module.state_dict()
        module.load_state_dict({name: _plain(value, own[name]) for name, value in state["module"].items()})
        groups = optimiser.state_dict()["param_groups"]  # rates are of the run, not of the file
        weights = [weight for group in optimiser.param_groups for weight in group["params"]]
        kept = {place: _moments(values, weights[place]) for place, values in state["optimiser"]["state"].items()}
        optimiser.load_state_dict({"state": kept, "param_groups": groups})
        step = state["step"]
        if not isinstance(step, int) or not 0 <= step <= MOST_STEPS:
            raise ValueError("no step")
    except DAMAGE as error:
        raise LegoError(f"{path} does not fit this training: {type(error).__name__}", HINT) from None
    return step


def _moments(values: dict[str, Any], weights: Tensor) -> dict[str, Tensor]:
    """What Adam keeps of some weights. Raises ValueError for what it could not go on from."""
    if set(values) != {"step", "exp_avg", "exp_avg_sq"}:
        raise ValueError("not of Adam")
    own = {"step": torch.zeros(()), "exp_avg": weights, "exp_avg_sq": weights}
    kept = {name: _plain(value, own[name]) for name, value in values.items()}
    if not 0 <= float(kept["step"]) <= MOST_STEPS or not all(bool(value.isfinite().all()) for value in kept.values()):
        raise ValueError("no numbers")
    if bool((kept["exp_avg_sq"] < 0).any()):
        raise ValueError("squares below zero")
    return kept


def _plain(value: Any, like: Tensor) -> Tensor:
    """A tensor of the file without what hangs on it. Raises ValueError unless it has the form of ``like``."""
    if not isinstance(value, Tensor) or value.layout != torch.strided:
        raise ValueError("no tensor")
    if value.shape != like.shape or value.dtype != like.dtype:
        raise ValueError("another shape or type")
    return value.detach().clone()
