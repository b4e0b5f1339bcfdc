"""What decides what numbers come out: random states, kinds of numbers, threads. Modules that nobody uses stay out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

PutBack = Callable[[], object]


def _random() -> PutBack:
    module = sys.modules.get("random")
    if module is None:
        return int
    state = module.getstate()
    return lambda: module.setstate(state)


def _numpy() -> PutBack:
    there: Any = sys.modules.get("numpy")
    if there is None:
        return _fresh_numpy
    errors, state, shown = there.geterr(), there.random.get_state(), there.get_printoptions()

    def back() -> None:
        there.seterr(**errors)
        there.random.set_state(state)
        there.set_printoptions(**shown)

    return back


def _fresh_numpy() -> None:
    """As numpy is after it was imported, if the block has done that."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.seterr(divide="warn", over="warn", under="ignore", invalid="warn")


def _torch() -> PutBack:
    there: Any = sys.modules.get("torch")
    if there is None:
        return _fresh_torch
    kind, grad, device = there.get_default_dtype(), there.is_grad_enabled(), there.get_default_device()
    threads, state, exact = there.get_num_threads(), there.get_rng_state(), there.are_deterministic_algorithms_enabled()

    def back() -> None:
        there.set_default_dtype(kind)
        there.set_grad_enabled(grad)
        if there.get_default_device() != device:
            there.set_default_device(device)
        if there.get_num_threads() != threads:
            there.set_num_threads(threads)
        there.set_rng_state(state)
        if there.are_deterministic_algorithms_enabled() != exact:
            there.use_deterministic_algorithms(exact)

    return back


def _fresh_torch() -> None:
    """As torch is after it was imported, if the block has done that."""
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_default_device(None)
        torch.use_deterministic_algorithms(False)


NUMBERS: tuple[Callable[[], PutBack], ...] = (_random, _numpy, _torch)
