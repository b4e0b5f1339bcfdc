"""``orc``: a low slanted brow, a flat upturned snout, a jutting lower jaw, pointed ears, a thick neck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_styles.ear_shape import EarDesign
from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design
from lego_styles.relief import Stroke
from lego_styles.relief_recipe import ReliefRecipe
from lego_styles.slider_fit import Aim
from lego_styles.snout import Snout

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from lego_styles.anatomy import Anatomy

    Floats = NDArray[np.floating[Any]]

TURN = 46.0  # degrees that the nose is turned up

DESIGN = Design(
    aims={
        "nose_length": Aim(44.0),
        "nose_width": Aim(46.0),
        "nose_depth": Aim(19.0),
        "nose_upturn": Aim(12.0),
        "nose_place": Aim(-47.0),
        "bridge_depth": Aim(7.0),
        "bridge_middle": Aim(12.0),
        "mouth_width": Aim(61.0),
        "mouth_place": Aim(-77.0),
        "mouth_corners": Aim(-6.0, tolerance=1.5),
        "mouth_depth": Aim(17.0),
        "lip_upper": Aim(8.0),
        "lip_lower": Aim(14.0),
        "lip_line": Aim(39.0),
        "chin_place": Aim(-121.0),
        "chin_depth": Aim(8.0),
        "chin_width": Aim(54.0),
        "jaw_width": Aim(134.0),
        "jaw_middle": Aim(112.0),
        "jaw_corner_place": Aim(-84.0),
        "cheek_width": Aim(146.0),
        "cheek_apple": Aim(20.0),
        "cheek_hollow": Aim(90.0),
        "temple_width": Aim(122.0),
        "cranium_height": Aim(94.0),
        "forehead_depth": Aim(6.0),
        "glabella_depth": Aim(31.0),
        "brow_place": Aim(11.0),
        "brow_slant": Aim(4.0),
        "brow_depth": Aim(30.0),
        "neck_width": Aim(122.0, tolerance=2),
    },
    sliders={
        "nose-point-up": 0.9,
        "nose-nostrils-angle-up": 0.8,
        "nose-nostrils-width-incr": 0.7,
        "nose-point-width-incr": 0.9,
        "nose-flaring-incr": 0.8,
        "nose-curve-concave": 0.6,
        "nose-base-up": 0.5,
        "mouth-lowerlip-volume-incr": 0.6,
        "mouth-angles-down": 0.5,
        "chin-prognathism-incr": 0.9,
        "chin-bones-incr": 0.4,
        "cheek-bones-incr": 0.9,
        "ear-shape-pointed": 0.7,
    },
    eyes=EyeDesign(radius=14.8, width=24.0, upper=4.0, lower=2.8, tilt=10.0, height=-2.2, kept=0.4),
    ears=EarDesign(reach=58.0, direction=(0.62, 0.60, -0.50), taper=0.25, curve=1.4),
    smoothing=4,
    person={"age": 0.72, "gender": 0.9, "muscle": 0.75, "caucasian": 0.3, "african": 0.35, "asian": 0.35},
)

STROKES = (
    Stroke(((0, -90), (14, -88)), (0.0, 0.0, 6.5), 9.0),
    Stroke(((0, -104), (14, -104)), (0.0, 0.0, 5.0), 12.0),
    Stroke(((0, 11), (20, 14), (44, 14)), (0.0, -1.5, 3.0), 7.0),
    Stroke(((0, -40), (12, -44)), (0.5, 0.0, 4.0), 11.0),
    Stroke(((38, -30), (54, -24)), (2.0, 0.0, 3.0), 9.0),
    Stroke(((35, -76),), (3.5, 0.0, 1.5), 9.0),
    Stroke(((54, -54), (54, -66)), (-3.0, 0.0, -2.0), 11.0),
)


class Orc(ReliefRecipe):
    """Brutish and quick: a snout over an underbite."""

    name = "orc"
    summary = "a low slanted brow, a flat upturned snout, a jutting lower jaw, pointed ears"
    design = DESIGN
    strokes = STROKES

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """The nose turned up, then relief and ears."""
        return super().sculpted(anatomy, neutral, Snout(anatomy)(shape, TURN), size)
