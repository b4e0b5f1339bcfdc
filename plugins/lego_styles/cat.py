"""``cat``: ears high on the head, slanted eyes set wide, a short broad muzzle, a small flat nose, a small chin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from lego_styles.ear_place import EarMove, EarPlace
from lego_styles.ear_shape import EarDesign
from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design
from lego_styles.relief import Stroke
from lego_styles.relief_recipe import ReliefRecipe
from lego_styles.slider_fit import Aim

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

KEPT = 0.4  # of a person's measures: what is a cat's outweighs more than in other styles

DESIGN = Design(
    aims={
        "nose_length": Aim(42.0, KEPT),
        "nose_width": Aim(26.0, 0.7),
        "nose_depth": Aim(11.5, KEPT),
        "nose_upturn": Aim(9.5, 0.8),
        "nose_place": Aim(-40.0, KEPT),
        "bridge_depth": Aim(9.0, KEPT),
        "bridge_middle": Aim(14.0, KEPT),
        "mouth_width": Aim(50.0, KEPT),
        "mouth_place": Aim(-63.0, KEPT),
        "mouth_corners": Aim(0.0, KEPT),
        "mouth_depth": Aim(9.0, KEPT),
        "lip_upper": Aim(6.0, KEPT),
        "lip_lower": Aim(9.0, KEPT),
        "lip_line": Aim(32.0, KEPT),
        "chin_place": Aim(-98.0, KEPT),
        "chin_depth": Aim(-6.0, KEPT),
        "chin_width": Aim(36.0, KEPT),
        "jaw_width": Aim(126.0, KEPT),
        "jaw_middle": Aim(88.0, KEPT),
        "cheek_width": Aim(146.0, KEPT),
        "cheek_apple": Aim(16.0, KEPT),
        "cheek_hollow": Aim(96.0, KEPT),
        "temple_width": Aim(136.0, KEPT),
        "cranium_height": Aim(91.0, KEPT),
        "forehead_depth": Aim(16.0, KEPT),
        "glabella_depth": Aim(23.0, KEPT),
        "brow_place": Aim(24.0, KEPT),
        "brow_slant": Aim(2.0, KEPT),
        "brow_depth": Aim(21.0, KEPT),
        "neck_width": Aim(66.0, KEPT, tolerance=2),
    },
    sliders={
        "nose-hump-decr": 0.6,
        "mouth-upperlip-volume-decr": 0.6,
        "mouth-philtrum-volume-incr": 0.6,
        "cheek-bones-incr": 0.4,
        "chin-cleft-decr": 0.5,
    },
    eyes=EyeDesign(radius=21.5, width=33.5, upper=9.6, lower=7.4, tilt=11.5, height=-1.2, apart=2.5),
    ears=EarDesign(reach=44.0, direction=(0.32, 0.95, 0.05), taper=0.5, curve=1.2),
    smoothing=16,
    person={"age": 0.66, "gender": 0.35, "weight": 0.4, "caucasian": 0.35, "african": 0.3, "asian": 0.35},
)

PLACE = EarPlace(up=43.0, forward=8.0, base=10.0, tilt=34.0, turn=62.0, length=1.0, breadth=1.5, foot=0.3)

STROKES = (
    Stroke(((13, -57), (21, -62)), (1.5, 0.0, 6.5), 8.5),
    Stroke(((0, -54), (0, -63)), (0.0, 0.5, -4.5), 4.0),
)


class Cat(ReliefRecipe):
    """Half feline: the ears wander up, the muzzle comes forward."""

    name = "cat"
    summary = "a cat's ears, slanted eyes set wide, a short broad muzzle with a small flat nose"
    design = DESIGN
    strokes = STROKES

    def __init__(self) -> None:
        super().__init__()
        self._moves: WeakKeyDictionary[Anatomy, EarMove] = WeakKeyDictionary()

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """The ears moved up, then relief, then the ears drawn out."""
        if anatomy not in self._moves:
            self._moves[anatomy] = EarMove(anatomy, PLACE)
        return super().sculpted(anatomy, neutral, self._moves[anatomy](shape, size), size)
