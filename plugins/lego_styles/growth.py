"""The way from an adult's head back to an infant's, as one more shape that measures can be moved by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_styles.measures import face_size
from lego_styles.recipe import Recipe
from lego_styles.slider_fit import SliderFit

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy
    from lego_styles.eye_fit import EyeFit
    from lego_styles.recipe import Design
    from lego_styles.slider_head import SliderHead

    Floats = NDArray[np.floating[Any]]

INFANCY = 0.05  # age parameter of the head model, where 0 is newborn and 1 old


def infancy(head: SliderHead) -> Floats:
    """``(V, 3)`` displacement from the mean adult to the mean infant of the same face size."""
    infant = np.asarray(head.neutral(head.parameters(age=INFANCY)[None])[0], np.float64)
    return infant / face_size(head, infant) - np.asarray(head.vertices, np.float64)


class YouthFit(SliderFit):
    """A slider fit with infancy among its shapes, which aims as if everybody were adult.

    Somebody young already is that much on the way, and changes that much less.
    """

    def __init__(self, head: SliderHead, anatomy: Anatomy, design: Design) -> None:
        self.growth, self.skin = infancy(head), anatomy.skin
        shapes = np.concatenate([self.growth[None], anatomy.proportions])
        super().__init__(head, shapes, design.aims, design.sliders, design.ease)

    def youth(self, shape: Floats) -> float:
        """How far the head ``(V, 3)`` is on the way: 0 for the mean adult, 1 for the mean infant."""
        way = self.growth[self.skin]
        own = (shape / face_size(self.head, shape) - np.asarray(self.head.vertices, np.float64))[self.skin]
        return float((own * way).sum() / (way * way).sum())

    def wanted(self, shape: Floats) -> Floats:
        """``(K,)`` change of each measure, in mm on a face of mean size."""
        youth = self.youth(shape)
        adult = shape - face_size(self.head, shape) * youth * self.growth
        return super().wanted(adult) - youth * self.effect[:, 0]


class YoungRecipe(Recipe):
    """A recipe whose measures may also be moved by growing younger."""

    def _fitted(self, head: SliderHead, anatomy: Anatomy) -> tuple[SliderFit, EyeFit | None]:
        if head not in self._fits:
            _, eyes = super()._fitted(head, anatomy)
            self._fits[head] = (YouthFit(head, anatomy, self.design), eyes)
        return self._fits[head]
