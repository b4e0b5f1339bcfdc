"""Recipes that also draw relief on the skin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from lego_styles.recipe import Recipe
from lego_styles.relief import Relief

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy
    from lego_styles.relief import Stroke

    Floats = NDArray[np.floating[Any]]


class ReliefRecipe(Recipe):
    """A :class:`Recipe` whose measures are followed by :class:`lego_styles.relief.Stroke` s."""

    strokes: tuple[Stroke, ...]

    def __init__(self) -> None:
        super().__init__()
        self._reliefs: WeakKeyDictionary[Anatomy, Relief] = WeakKeyDictionary()

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """Relief on the face, then the ears."""
        if anatomy not in self._reliefs:
            self._reliefs[anatomy] = Relief(anatomy, self.strokes)
        return super().sculpted(anatomy, neutral, self._reliefs[anatomy](shape, size), size)
