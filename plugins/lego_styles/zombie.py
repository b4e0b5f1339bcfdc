"""``zombie``: gaunt; sunken eyes and temples, hollow cheeks, a thin nose, drawn lips, a sinewy neck."""

from __future__ import annotations

from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design
from lego_styles.relief import Stroke
from lego_styles.relief_recipe import ReliefRecipe
from lego_styles.slider_fit import Aim

DESIGN = Design(
    aims={
        "nose_length": Aim(50.0),
        "nose_width": Aim(20.5),
        "nose_depth": Aim(16.5),
        "nose_upturn": Aim(9.5),
        "bridge_depth": Aim(12.0),
        "bridge_middle": Aim(18.0),
        "mouth_width": Aim(55.0),
        "mouth_corners": Aim(-5.0, tolerance=1.5),
        "mouth_depth": Aim(10.0),
        "lip_upper": Aim(6.0),
        "lip_lower": Aim(7.5),
        "lip_line": Aim(33.0),
        "mouth_place": Aim(-75.0),
        "chin_place": Aim(-117.0),
        "chin_depth": Aim(-3.0),
        "chin_width": Aim(44.0),
        "jaw_width": Aim(116.0),
        "jaw_middle": Aim(86.0),
        "cheek_width": Aim(138.0),
        "cheek_apple": Aim(19.0),
        "cheek_hollow": Aim(75.0),
        "temple_width": Aim(117.0),
        "forehead_depth": Aim(21.0),
        "glabella_depth": Aim(32.0),
        "brow_place": Aim(16.0),
        "brow_slant": Aim(-4.5),
        "brow_depth": Aim(31.0),
        "neck_width": Aim(64.0, tolerance=2),
    },
    sliders={
        "head-fat-decr": 0.8,
        "head-age-incr": 0.6,
        "cheek-bones-incr": 0.9,
        "cheek-volume-decr": 0.9,
        "cheek-inner-decr": 0.7,
        "eye-bag-incr": 0.5,
        "nose-scale-horiz-decr": 0.7,
        "nose-flaring-decr": 0.8,
        "nose-point-width-decr": 0.7,
        "nose-volume-decr": 0.5,
        "nose-hump-incr": 0.4,
        "mouth-upperlip-volume-decr": 0.8,
        "mouth-lowerlip-volume-decr": 0.8,
        "forehead-temple-decr": 0.4,
        "chin-bones-incr": 0.4,
    },
    eyes=EyeDesign(radius=16.4, width=28.0, upper=4.7, lower=4.6, tilt=-1.0, height=-2.4, crease=3.2),
    smoothing=2,
    person={"age": 0.8, "gender": 0.7, "weight": 0.3, "caucasian": 0.6, "african": 0.2, "asian": 0.2},
)

STROKES = (
    Stroke(((14, -12), (24, -20), (40, -19), (52, -8)), (0.0, 0.0, -9.0), 6.5),
    Stroke(((9, -8), (9, -28)), (-1.5, 0.0, -1.5), 5.0),
    Stroke(((13, -40), (14, -46)), (-1.5, 0.0, 0.0), 5.0),
    Stroke(((50, -48), (52, -66)), (-7.5, 0.0, -4.5), 12.0),
    Stroke(((34, -34), (54, -28)), (1.0, 0.0, 3.5), 8.0),
    Stroke(((-18, 12), (-26, 30)), (-4.0, 0.0, -1.0), 17.0, side=True),
    Stroke(((-72, -80), (-52, -122)), (3.0, 0.0, 3.0), 7.0, side=True),
    Stroke(((-40, -112), (-36, -124)), (-5.0, 0.0, -3.0), 8.0, side=True),
)


class Zombie(ReliefRecipe):
    """Skin over bone."""

    name = "zombie"
    summary = "gaunt: sunken eyes and temples, hollow cheeks, a thin nose, drawn lips"
    design = DESIGN
    strokes = STROKES
