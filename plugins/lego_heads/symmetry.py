"""Removes the small left/right differences of the source's shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


def reflected(shapes: Floats, mirror: Ints) -> Floats:
    """Displacements or positions ``(..., V, 3)`` as they look in a mirror at x = 0."""
    seen = np.take(shapes, mirror, axis=-2)
    seen[..., 0] *= -1
    return seen


def other_side(name: str) -> str:
    """The name of a slider half or action on the other side of the face; its own name when it has no side."""
    swaps = (("Left", "Right"), ("Right", "Left"))
    for one, other in swaps:
        if one in name:
            return name.replace(one, other)
    if name.startswith(("l-", "r-")):
        return ("r" if name[0] == "l" else "l") + name[1:]
    if name.startswith("asym-"):
        return name[:-1] + ("r" if name.endswith("l") else "l")
    if name.endswith("-trans-in"):
        return name[:-2] + "out"
    return name[:-3] + "in" if name.endswith("-trans-out") else name


def symmetrised(shapes: Floats, names: Sequence[str], mirror: Ints) -> Floats:
    """Shapes ``(n, V, 3)`` averaged with the mirror images of their partners; authored asymmetries stay as they are."""
    place, result = {name: k for k, name in enumerate(names)}, np.array(shapes)
    for k, name in enumerate(names):
        if not name.startswith("asym-"):
            result[k] += reflected(shapes[place[other_side(name)]], mirror)
            result[k] /= 2
    return result
