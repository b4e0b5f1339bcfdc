"""``disney``: large bright eyes set wide, a tiny upturned nose, full cheeks, a slender jaw, a slim neck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_styles.ear_size import EarSize
from lego_styles.eye_fit import EyeDesign
from lego_styles.local_scale import LocalScale
from lego_styles.padding import Padding
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

EARS = EarSize(0.84)
CUSHION = Padding({"under_eye": (0, 1, 3)})  # cheeks that flow into the lower lids
NOSE = LocalScale((31, 35), (29, 30, 33), factors=(0.72, 0.84, 0.84), core=(17.0, 20.0, 30.0))
MOUTH = LocalScale((62, 66), (62, 66), factors=(0.85, 0.9, 0.85), core=(29.0, 12.0, 40.0), reach=2.0)

DESIGN = Design(
    aims={
        "nose_length": Aim(46.0),
        "nose_width": Aim(25.0),
        "nose_depth": Aim(16.0),
        "nose_upturn": Aim(13.0),
        "nose_place": Aim(-44.0),
        "bridge_depth": Aim(8.5),
        "bridge_middle": Aim(11.0),
        "mouth_width": Aim(55.0),
        "mouth_place": Aim(-68.5),
        "mouth_corners": Aim(-1.2),
        "lip_upper": Aim(9.5),
        "lip_lower": Aim(12.0),
        "lip_line": Aim(33.0),
        "mouth_depth": Aim(12.0),
        "chin_place": Aim(-107.0),
        "chin_depth": Aim(-4.0),
        "chin_width": Aim(29.0),
        "jaw_width": Aim(110.0),
        "jaw_middle": Aim(79.0),
        "jaw_corner_place": Aim(-70.0),
        "cheek_width": Aim(139.0),
        "cheek_apple": Aim(21.5),
        "cheek_hollow": Aim(97.0),
        "temple_width": Aim(137.0, tolerance=2),
        "cranium_height": Aim(122.0, tolerance=2),
        "forehead_depth": Aim(27.0, tolerance=2),
        "glabella_depth": Aim(21.5),
        "brow_place": Aim(27.5),
        "brow_slant": Aim(-2.5),
        "brow_depth": Aim(20.5),
        "neck_width": Aim(54.0, tolerance=2),
    },
    sliders={
        "nose-point-up": 0.8,
        "nose-scale-horiz-decr": 0.6,
        "nose-flaring-decr": 0.6,
        "nose-nostrils-width-decr": 0.5,
        "nose-point-width-decr": 0.4,
        "nose-curve-concave": 0.8,
        "nose-hump-decr": 0.8,
        "mouth-angles-up": 0.5,
        "mouth-cupidsbow-incr": 0.8,
        "mouth-lowerlip-volume-incr": 0.4,
        "mouth-upperlip-volume-incr": 0.3,
        "cheek-volume-incr": 0.4,
        "chin-cleft-decr": 0.5,
        "eye-bag-decr": 0.6,
    },
    eyes=EyeDesign(
        radius=24.5, width=38.5, upper=11.0, lower=8.2, tilt=6.0, height=-1.5, back=0.6, apart=3.2, crease=0.9
    ),
    smoothing=80,
    person={"age": 0.62, "gender": 0.1, "weight": 0.4, "caucasian": 0.55, "african": 0.15, "asian": 0.3},
)


class Disney(Recipe):
    """The elegance of a fairy tale's princess or prince."""

    name = "disney"
    summary = "large bright eyes set wide, a tiny upturned nose, full cheeks, a slender jaw and neck"
    design = DESIGN

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """Smaller ears, mouth and nose, and cheeks up to the lids."""
        return NOSE(anatomy, MOUTH(anatomy, EARS(anatomy, CUSHION(anatomy, shape, size))))
