"""``statue``: an antique marble: even planes, a straight nose from the brow, calm lids and lips, a firm round chin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_styles.contraction import Contraction
from lego_styles.eye_fit import EyeDesign
from lego_styles.measures import face_size
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from lego_cli.api import HeadModel
    from lego_styles.anatomy import Anatomy
    from lego_styles.slider_fit import SliderFit

    Floats = NDArray[np.floating[Any]]

IDEAL = Contraction(form=0.65, asymmetry=0.4)


def _even(target: float, tolerance: float = 1.0) -> Aim:
    """With what :data:`IDEAL` leaves, about 0.4 of the person's deviation is kept."""
    return Aim(target, kept=0.62, tolerance=tolerance)


def _own(target: float) -> Aim:
    """What a likeness hangs on: about 0.6 of the deviation is kept."""
    return Aim(target, kept=0.92)


DESIGN = Design(
    aims={
        "nose_length": _own(53.0),
        "nose_width": _own(26.5),
        "nose_depth": _even(18.5),
        "nose_upturn": _even(9.0),
        "nose_place": _even(-51.0),
        "bridge_depth": _even(18.5),
        "bridge_middle": _even(24.0),
        "mouth_width": _own(49.0),
        "mouth_place": _own(-74.0),
        "mouth_corners": _even(-1.5),
        "mouth_depth": _even(13.5),
        "lip_upper": _own(10.0),
        "lip_lower": _own(13.0),
        "lip_line": _even(35.5),
        "chin_place": _own(-117.0),
        "chin_depth": _even(0.5),
        "chin_width": _own(44.0),
        "jaw_width": _own(118.0),
        "jaw_middle": _own(92.0),
        "jaw_corner_place": _even(-80.0),
        "cheek_width": _own(132.0),
        "cheek_apple": _even(15.0),
        "cheek_hollow": _even(87.0),
        "temple_width": _even(129.0),
        "cranium_width": _even(142.0, 2),
        "cranium_height": _even(112.0, 2),
        "forehead_depth": _even(25.0),
        "glabella_depth": _even(29.0),
        "brow_place": _even(16.0),
        "brow_depth": _even(26.0),
        "brow_slant": _even(-2.0),
        "ear_stand": _even(170.0, 2),
        "neck_width": _even(90.0, 2),
    },
    sliders={
        "nose-greek-incr": 1.0,
        "nose-hump-decr": 0.6,
        "nose-septumangle-decr": 0.3,
        "mouth-cupidsbow-incr": 0.6,
        "chin-prominent-incr": 0.4,
        "chin-bones-incr": 0.4,
        "eye-bag-decr": 0.8,
        "ear-wing-decr": 0.6,
        "mouth-laugh-lines-in": 0.5,
    },
    eyes=EyeDesign(radius=17.6, width=29.0, upper=5.4, lower=4.2, tilt=1.5, height=-1.8, kept=0.4, crease=1.0),
    smoothing=30,
    person={"age": 0.6, "gender": 0.65, "muscle": 0.6, "caucasian": 0.6, "african": 0.2, "asian": 0.2},
)  # fmt: skip


class Statue(Recipe):
    """A likeness in marble."""

    name = "statue"
    summary = "idealised: even clean planes, a straight nose from the brow, calm lids, a firm chin"
    design = DESIGN

    def shaped(self, head: HeadModel, anatomy: Anatomy, neutral: Floats, sliders: SliderFit) -> Floats:
        """The person drawn towards the ideal, then every measure."""
        return sliders(IDEAL(anatomy, neutral, face_size(head, neutral)))
