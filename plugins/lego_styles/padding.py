"""Adds or takes away clay at named places of the face, softly between them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lego_styles.proportions import Proportions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy
    from lego_styles.proportions import Move

    Floats = NDArray[np.floating[Any]]


class Padding:
    """Moves control groups of :mod:`lego_styles.proportions` by mm on a face of mean size."""

    def __init__(self, moves: Mapping[str, Move]) -> None:
        self.moves = moves
        self._fields: WeakKeyDictionary[Anatomy, Floats] = WeakKeyDictionary()

    def __call__(self, anatomy: Anatomy, shape: Floats, size: float) -> Floats:
        """``shape (V, 3)`` of face size ``size`` with its skin padded."""
        if anatomy not in self._fields:
            self._fields[anatomy] = Proportions(anatomy.head, anatomy.skin).field(self.moves)
        result = shape.copy()
        result[anatomy.skin] += size * self._fields[anatomy][anatomy.skin]
        return result
