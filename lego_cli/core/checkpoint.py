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
        module.load_state_dict(state["module"])
        own = optimiser.state_dict()["param_groups"]  # rates are of the run, not of the file
        optimiser.load_state_dict({"state": state["optimiser"]["state"], "param_groups": own})
        sound = all(_fits(values, weights) for weights, values in optimiser.state.items())
        step = state["step"]
    except DAMAGE as error:
        raise LegoError(f"{path} does not fit this training: {type(error).__name__}", HINT) from None
    if not sound or not isinstance(step, int) or step < 0:
        raise LegoError(f"{path} does not fit this training", HINT)
    return step


def _fits(values: dict[str, Any], weights: Tensor) -> bool:
    """Whether what Adam keeps of some weights has their shape and is finite."""
    return set(values) == {"step", "exp_avg", "exp_avg_sq"} and all(
        isinstance(value, Tensor)
        and value.shape == (torch.Size() if name == "step" else weights.shape)
        and bool(torch.isfinite(value).all())
        for name, value in values.items()
    )
