"""How plugins offer things, and how long work reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pluggy

hookimpl = pluggy.HookimplMarker("lego")


class Register(Protocol):
    """What a ``register_<kind>`` hook is handed.

    ``factory`` is a callable without arguments or ``"module:attribute"``; it is called only when the thing is
    asked for. ``needs`` lists what must be there first: ``"module:NAME"``, ``"device:cuda"`` or ``"file:PATH"``
    (relative to the user's data folder). ``hint`` is printed when one of them is missing.
    """

    def __call__(
        self,
        name: str,
        factory: Callable[[], Any] | str,
        summary: str = "",
        needs: tuple[str, ...] = (),
        hint: str = "",
    ) -> None: ...


class Report(Protocol):
    """How long work tells its caller where it is: a stage, steps done of a total, and figures worth watching."""

    def __call__(self, stage: str, done: int, total: int, **figures: float) -> None: ...


def silent(stage: str, done: int, total: int, **figures: float) -> None:
    """The :class:`Report` that says nothing."""
