"""``baby``: the proportions of a real baby: a big cranium over a low small face, large eyes, a button nose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_styles.eye_fit import EyeDesign
from lego_styles.growth import YoungRecipe
from lego_styles.local_scale import LocalScale
from lego_styles.recipe import Design
from lego_styles.slider_fit import Aim

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

MOUTH = LocalScale((62, 66), (62, 66), factors=(0.82, 0.92, 0.85), core=(29.0, 12.0, 40.0), reach=2.0)

DESIGN = Design(
    aims={
        "nose_length": Aim(43.0),
        "nose_width": Aim(24.5),
        "nose_depth": Aim(12.0),
        "nose_upturn": Aim(12.5),
        "nose_place": Aim(-41.0),
        "bridge_depth": Aim(10.0),
        "bridge_middle": Aim(11.0),
        "mouth_width": Aim(57.0),
        "mouth_place": Aim(-67.0),
        "mouth_corners": Aim(-1.6),
        "mouth_depth": Aim(12.0),
        "lip_upper": Aim(10.5),
        "lip_lower": Aim(11.0),
        "lip_line": Aim(37.5),
        "chin_place": Aim(-98.0),
        "chin_depth": Aim(-8.5),
        "chin_width": Aim(40.0),
        "jaw_width": Aim(138.0),
        "jaw_middle": Aim(108.0),
        "jaw_corner_place": Aim(-64.0),
        "cheek_width": Aim(160.0),
        "cheek_apple": Aim(27.0),
        "cheek_hollow": Aim(122.0),
        "temple_width": Aim(160.0),
        "cranium_width": Aim(172.0, tolerance=2),
        "cranium_height": Aim(136.0),
        "forehead_depth": Aim(46.0),
        "glabella_depth": Aim(39.5),
        "brow_place": Aim(25.0),
        "brow_slant": Aim(-7.0),
        "brow_depth": Aim(30.5),
        "neck_width": Aim(86.0, tolerance=2),
    },
    sliders={
        "nose-point-up": 0.6,
        "nose-hump-decr": 0.8,
        "nose-curve-concave": 0.6,
        "nose-volume": 0.5,
        "cheek-volume-incr": 0.8,
        "cheek-bones-decr": 0.6,
        "chin-prominent-decr": 0.6,
        "chin-cleft-decr": 0.5,
        "mouth-cupidsbow-incr": 0.5,
        "mouth-laugh-lines-in": 0.6,
        "eye-bag-decr": 1.0,
        "neck-double": 0.3,
    },
    eyes=EyeDesign(
        radius=26.0,
        width=37.0,
        upper=10.5,
        lower=7.5,
        tilt=1.0,
        height=-1.8,
        kept=0.25,
        back=0.1,
        apart=1.0,
        crease=0.8,
    ),
    smoothing=80,
    person={"age": 0.66, "gender": 0.6, "weight": 0.5, "caucasian": 0.35, "african": 0.3, "asian": 0.35},
)


class Baby(YoungRecipe):
    """The person as it may have been at one year of age."""

    name = "baby"
    summary = "a big round head on a small face: large low eyes, a button nose, full cheeks, hardly a chin"
    design = DESIGN

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """A smaller mouth."""
        return MOUTH(anatomy, shape)
