"""``chibi``: a doll: huge tall eyes, next to no nose, a tiny mouth, a large round cranium, a thin neck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_styles.ear_size import EarSize
from lego_styles.eye_fit import EyeDesign
from lego_styles.growth import YoungRecipe
from lego_styles.local_scale import LocalScale
from lego_styles.padding import Padding
from lego_styles.recipe import Design
from lego_styles.slider_fit import Aim

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

NOSE = LocalScale((31, 35), (29, 30, 33), factors=(0.62, 0.7, 0.5), core=(17.0, 17.0, 30.0), reach=2.0)
CLAY = Padding({"ears": (6, 0, 0), "under_eye": (0, 1, 4)})  # ears out to the cranium, cheeks up to the lids
EAR_SIZE = EarSize(0.88)
MOUTH = LocalScale((62, 66), (62, 66), factors=(0.6, 0.66, 0.7), core=(27.0, 17.0, 40.0), reach=2.2)

DESIGN = Design(
    aims={
        "nose_length": Aim(42.0),
        "nose_width": Aim(22.0),
        "nose_depth": Aim(11.0),
        "nose_upturn": Aim(11.0),
        "nose_place": Aim(-42.0),
        "bridge_depth": Aim(12.0),
        "bridge_middle": Aim(11.0),
        "mouth_width": Aim(54.0),
        "mouth_place": Aim(-64.0),
        "mouth_corners": Aim(-1.5),
        "mouth_depth": Aim(11.0),
        "lip_upper": Aim(10.0),
        "lip_lower": Aim(12.5),
        "lip_line": Aim(36.5),
        "chin_place": Aim(-93.0),
        "chin_depth": Aim(-3.0),
        "chin_width": Aim(33.0),
        "jaw_width": Aim(120.0),
        "jaw_middle": Aim(84.0),
        "jaw_corner_place": Aim(-60.0),
        "cheek_width": Aim(154.0),
        "cheek_apple": Aim(25.0),
        "cheek_hollow": Aim(113.0),
        "temple_width": Aim(158.0),
        "cranium_width": Aim(174.0, tolerance=2),
        "cranium_height": Aim(128.0),
        "forehead_depth": Aim(41.5),
        "glabella_depth": Aim(36.0),
        "brow_place": Aim(31.0),
        "brow_slant": Aim(-4.0),
        "brow_depth": Aim(30.0),
        "neck_width": Aim(50.0, tolerance=2),
    },
    sliders={
        "nose-scale-horiz-decr": 0.4,
        "nose-flaring-decr": 0.3,
        "nose-point-up": 0.4,
        "nose-hump-decr": 0.8,
        "nose-curve-concave": 0.5,
        "mouth-angles-up": 0.3,
        "cheek-volume-incr": 0.8,
        "cheek-bones-decr": 0.6,
        "chin-cleft-decr": 0.5,
        "eye-bag-decr": 0.6,
    },
    eyes=EyeDesign(
        radius=28.5,
        width=39.0,
        upper=13.5,
        lower=9.2,
        tilt=2.5,
        height=-2.6,
        kept=0.25,
        back=0.3,
        apart=2.0,
        crease=0.3,
    ),
    smoothing=80,
    person={"age": 0.6, "gender": 0.4, "weight": 0.45, "caucasian": 0.3, "african": 0.2, "asian": 0.5},
)


class Chibi(YoungRecipe):
    """A figure to stand on a shelf."""

    name = "chibi"
    summary = "a doll: huge tall eyes, next to no nose, a tiny mouth, a large round cranium"
    design = DESIGN

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """Smaller ears and mouth, and next to no nose."""
        return NOSE(anatomy, MOUTH(anatomy, EAR_SIZE(anatomy, CLAY(anatomy, shape, size))))
