"""Which style losses are used, and with which weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import number

if TYPE_CHECKING:
    from lego_cli.api import StyleLoss
    from lego_cli.registry import Registry


def chosen_losses(registry: Registry, texts: Sequence[str]) -> dict[str, tuple[StyleLoss, float]]:
    """The style losses with a weight: the registered ones' defaults, changed by ``NAME=WEIGHT``.

    Raises LegoError (exit code 2) for unknown names and weights that are no numbers.
    """
    wanted = dict(_weight(text) for text in texts)
    for name in wanted:
        registry.find("style_losses", name)
    chosen: dict[str, tuple[StyleLoss, float]] = {}
    for name in dict.fromkeys([e.name for e in registry.entries("style_losses") if e.owner.built_in] + list(wanted)):
        loss: StyleLoss = registry.get("style_losses", name)
        weight = wanted.get(name, loss.weight)
        if weight:
            chosen[name] = (loss, weight)
    return chosen


def _weight(text: str) -> tuple[str, float]:
    name, _, amount = text.partition("=")
    weight = number(amount)
    if not 0 <= weight < 1e6:
        raise LegoError(f"'{text}' is no weight of a loss", "write NAME=WEIGHT, such as edge=2", ExitCode.USAGE)
    return name, weight
