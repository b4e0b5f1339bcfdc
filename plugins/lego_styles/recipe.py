"""What all authored styles share: measures moved by sliders, then ears, surface, eyes, and all parts put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from lego_styles.anatomy import anatomy_of
from lego_styles.ear_shape import EarDesign, EarShape
from lego_styles.eye_fit import EyeDesign, EyeFit
from lego_styles.form import deviation
from lego_styles.measures import face_size
from lego_styles.settle import settled
from lego_styles.slider_fit import Aim, SliderFit
from lego_styles.slider_head import with_sliders

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import HeadModel
    from lego_styles.anatomy import Anatomy
    from lego_styles.slider_head import SliderHead

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Design:
    """An authored style in numbers."""

    aims: Mapping[str, Aim]
    sliders: Mapping[str, float]  # beginnings of slider names -> strongest weight
    eyes: EyeDesign | None = None
    ears: EarDesign | None = None
    ease: float = 0.35  # how unwilling sliders are to move
    smoothing: int = 0  # Taubin steps on the skin
    form: float = 0.0  # how much of the whole form's deviation from the mean is added
    person: Mapping[str, float] = field(default_factory=dict)  # parameters of the exemplar identity


class Recipe:
    """A :class:`lego_cli.api.StyleRecipe` made from a :class:`Design`."""

    name = ""
    summary = ""
    licence = "CC0-1.0"
    design: Design

    def __init__(self) -> None:
        self._fits: WeakKeyDictionary[Any, tuple[SliderFit, EyeFit | None]] = WeakKeyDictionary()

    def exemplar(self, head: HeadModel) -> Floats:
        """The neutral identity ``(V, 3)`` that the style is shown on once."""
        person = with_sliders(head).parameters(**self.design.person)
        return np.asarray(head.neutral(person[None])[0])

    def apply(self, head: HeadModel, neutral: Floats) -> Floats:
        """Neutral head ``(V, 3)`` to the same head in this style ``(V, 3)``, float32."""
        anatomy = anatomy_of(with_sliders(head))
        neutral = np.asarray(neutral, np.float64)
        sliders, eyes = self._fitted(with_sliders(head), anatomy)
        slid = self.shaped(head, anatomy, neutral, sliders)
        shape = self.sculpted(anatomy, neutral, slid, face_size(head, neutral))
        if eyes:
            shape = eyes(neutral, shape)
        if self.design.smoothing:
            shape = anatomy.smoothing(shape, self.design.smoothing)
        return settled(anatomy, neutral, slid, shape).astype(np.float32)

    def shaped(self, head: HeadModel, anatomy: Anatomy, neutral: Floats, sliders: SliderFit) -> Floats:
        """First step: the whole head ``(V, 3)`` with its measures moved."""
        slid = sliders(neutral)
        if not self.design.form:
            return slid
        return slid + self.design.form * deviation(anatomy, neutral, face_size(head, neutral))

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """Second step: what no slider does; only skin may move."""
        return EarShape(anatomy, self.design.ears)(shape, size) if self.design.ears else shape

    def _fitted(self, head: SliderHead, anatomy: Anatomy) -> tuple[SliderFit, EyeFit | None]:
        if head not in self._fits:
            fit = SliderFit(head, anatomy.proportions, self.design.aims, self.design.sliders, self.design.ease)
            self._fits[head] = (fit, EyeFit(head, anatomy, self.design.eyes) if self.design.eyes else None)
        return self._fits[head]
