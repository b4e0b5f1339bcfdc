"""``joker``: a long bony face, a wide grin drawn into the cheeks, a pointed chin and nose, arched brows."""

from __future__ import annotations

from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design
from lego_styles.relief import Stroke
from lego_styles.relief_recipe import ReliefRecipe
from lego_styles.slider_fit import Aim

DESIGN = Design(
    aims={
        "nose_length": Aim(57.0),
        "nose_width": Aim(22.5),
        "nose_depth": Aim(25.0),
        "nose_upturn": Aim(5.5),
        "nose_place": Aim(-53.0),
        "bridge_depth": Aim(13.0),
        "bridge_middle": Aim(19.5),
        "mouth_width": Aim(59.0),
        "mouth_place": Aim(-80.0),
        "mouth_corners": Aim(4.0),
        "mouth_depth": Aim(17.0),
        "lip_upper": Aim(5.0),
        "lip_lower": Aim(6.5),
        "lip_line": Aim(34.0),
        "chin_place": Aim(-132.0),
        "chin_depth": Aim(4.0),
        "chin_width": Aim(34.0),
        "jaw_width": Aim(110.0),
        "jaw_middle": Aim(76.0),
        "cheek_width": Aim(141.0),
        "cheek_apple": Aim(20.0),
        "cheek_hollow": Aim(77.0),
        "temple_width": Aim(121.0),
        "cranium_height": Aim(118.0, tolerance=2),
        "forehead_depth": Aim(20.0),
        "glabella_depth": Aim(28.0),
        "brow_place": Aim(22.0),
        "brow_slant": Aim(6.0),
        "brow_depth": Aim(25.0),
        "neck_width": Aim(66.0, tolerance=2),
    },
    sliders={
        "nose-point-down": 0.6,
        "nose-point-width-decr": 0.8,
        "nose-flaring-decr": 0.5,
        "nose-hump-incr": 0.5,
        "mouth-angles-up": 0.9,
        "mouth-laugh-lines-in": 0.6,
        "mouth-dimples-in": 0.6,
        "mouth-upperlip-volume-decr": 0.7,
        "mouth-lowerlip-volume-decr": 0.7,
        "cheek-bones-incr": 0.9,
        "cheek-inner-decr": 0.4,
        "chin-width-decr": 0.4,
        "chin-prominent-incr": 0.8,
        "head-fat-decr": 0.5,
    },
    eyes=EyeDesign(radius=17.0, width=28.0, upper=5.0, lower=3.0, tilt=8.0, height=-1.8, crease=1.0),
    smoothing=4,
    person={"age": 0.75, "gender": 0.8, "weight": 0.35, "caucasian": 0.6, "african": 0.1, "asian": 0.3},
)

STROKES = (
    Stroke(((31, -75),), (9.0, 8.0, -6.0), 14.0),
    Stroke(((42, -41),), (2.0, 2.0, 5.0), 10.0),
    Stroke(((23, -50), (36, -57), (43, -70), (43, -78)), (0.0, 0.0, -3.5), 4.5),
    Stroke(((38, 19),), (0.0, 5.0, 0.0), 9.0),
    Stroke(((0, -110),), (0.0, -4.0, 5.0), 12.0),
)


class Joker(ReliefRecipe):
    """A grin that does not go away."""

    name = "joker"
    summary = "a long bony face, a wide grin drawn into the cheeks, a pointed chin and nose"
    design = DESIGN
    strokes = STROKES
