"""Control values: what every rig refuses."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from lego_cli.api import ExitCode, LegoError, Rig


def checked(rig: Rig, values: Mapping[str, float]) -> dict[str, float]:
    """``values`` as floats. Raises :class:`LegoError` when a name is no control or a value is not within 0..1."""
    for name, value in values.items():
        if name not in rig.controls:
            close = difflib.get_close_matches(name, rig.controls, n=2, cutoff=0.5)
            known = f"did you mean {' or '.join(close)}?" if close else f"see them with `lego rigs show {rig.name}`"
            raise LegoError(f"rig '{rig.name}' has no control '{name}'", known, ExitCode.USAGE)
        if not 0.0 <= value <= 1.0:  # also refuses NaN
            raise LegoError(f"{name}={value:g} is outside 0..1", f"write {name}=1 for all of it", ExitCode.USAGE)
    return {name: float(value) for name, value in values.items()}
