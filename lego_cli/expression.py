"""``--expression NAME=VALUE``: controls of any rig, put together into ARKit action values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lego_cli.api import ARKIT, Rig
from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import number
from lego_cli.registry import Registry, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def parse_expression(texts: Iterable[str]) -> dict[str, float]:
    """``["happy=0.6", "jawOpen"]`` to ``{"happy": 0.6, "jawOpen": 1.0}``. Raises :class:`LegoError` on other forms."""
    values: dict[str, float] = {}
    for text in texts:
        name, equals, amount = (part.strip() for part in text.partition("="))
        value = number(amount) if equals else 1.0
        if not name or math.isnan(value):
            raise LegoError(f"'{text}' is no expression", "write NAME=VALUE, such as happy=0.6", ExitCode.USAGE)
        if name in values:
            raise LegoError(f"'{name}' is given twice", "give each expression once", ExitCode.USAGE)
        values[name] = value
    return values


def action_values(values: Mapping[str, float], registry: Registry) -> dict[str, float]:
    """Controls of any registered rig to ARKit action values; several rigs add up, none above 1.

    Raises :class:`LegoError` on a name that no rig has, that two third-party rigs have, or a value a rig refuses.
    """
    total: dict[str, float] = {}
    for rig, own in _by_rig(values, registry):
        for action, value in rig.expression(own).items():
            if action not in ARKIT:
                raise LegoError(f"rig '{rig.name}' gives '{action}', no ARKit action", "report it to the rig's author")
            total[action] = min(1.0, total.get(action, 0.0) + value)
    return total


def expression_code(actions: Mapping[str, float]) -> NDArray[np.float32]:
    """ARKit action values to the ``(52,)`` vector in the order of :data:`~lego_cli.api.ARKIT`."""
    import numpy as np

    return np.array([actions.get(name, 0.0) for name in ARKIT], dtype=np.float32)


def rig_mixes(registry: Registry, name: str, prefix: str = "") -> dict[str, dict[str, float]]:
    """What every control of a rig is at full strength in ARKit actions, each name with ``prefix`` before it."""
    rig: Rig = registry.get("rigs", name)
    return {prefix + control: rig.expression({control: 1.0}) for control in rig.controls}


def _by_rig(values: Mapping[str, float], registry: Registry) -> list[tuple[Rig, dict[str, float]]]:
    rigs: dict[str, tuple[Rig, bool]] = {}
    wanted = set(values)
    for entry in registry.entries("rigs"):  # built-ins first
        if not wanted and not entry.owner.built_in:
            break  # ours win anyway, and what others offer may be slow to load
        if not entry.missing():
            rig = registry.get("rigs", entry.full_name)
            if isinstance(rig, Rig):  # a rig of shapes has no expressions by name
                rigs[entry.full_name] = (rig, entry.owner.built_in)
                wanted -= set(rig.controls) if entry.owner.built_in else set()
    chosen: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        chosen.setdefault(_owner_of(name, rigs), {})[name] = value
    return [(rigs[full_name][0], own) for full_name, own in chosen.items()]


def _owner_of(control: str, rigs: Mapping[str, tuple[Any, bool]]) -> str:
    having = [full_name for full_name, (rig, _) in rigs.items() if control in rig.controls]
    built_in = [full_name for full_name in having if rigs[full_name][1]]
    if built_in:
        return built_in[0]
    if len(having) == 1:
        return having[0]
    if having:
        hint = "leave one out: LEGO_PLUGINS lists the plugins to load"
        raise LegoError(f"'{control}' is a control of {' and of '.join(having)}", hint, ExitCode.USAGE)
    close = nearest(control, [name for rig, _ in rigs.values() for name in rig.controls])
    hint = "did you mean " + " or ".join(f"'{c}'" for c in close) + "?" if close else "see `lego rigs show arkit`"
    raise LegoError(f"no rig has a control '{control}'", hint, ExitCode.USAGE)
