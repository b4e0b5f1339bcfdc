"""``pixar``: big open eyes, a small soft nose, round cheeks, a small chin, smooth skin."""

from __future__ import annotations

from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim

DESIGN = Design(
    aims={
        "nose_length": Aim(37.5),
        "nose_width": Aim(21.5),
        "nose_depth": Aim(13.0),
        "nose_upturn": Aim(10.5),
        "nose_place": Aim(-42.5),
        "bridge_depth": Aim(7.0),
        "bridge_middle": Aim(11.0),
        "mouth_width": Aim(54.0),
        "mouth_place": Aim(-68.0),
        "mouth_corners": Aim(1.2, tolerance=1.5),
        "lip_upper": Aim(7.0),
        "lip_lower": Aim(9.0),
        "chin_place": Aim(-102.0),
        "lip_line": Aim(35.0),
        "mouth_depth": Aim(10.5),
        "chin_depth": Aim(-2.0),
        "chin_width": Aim(38.0),
        "jaw_width": Aim(115.0, tolerance=2),
        "jaw_middle": Aim(86.0, tolerance=2),
        "cheek_width": Aim(140.0, tolerance=2),
        "cheek_apple": Aim(19.5),
        "cheek_hollow": Aim(94.0, tolerance=2),
        "temple_width": Aim(138.0, tolerance=2),
        "cranium_height": Aim(118.0, tolerance=2),
        "forehead_depth": Aim(26.0, tolerance=2),
        "glabella_depth": Aim(22.0),
        "brow_place": Aim(27.0),
        "brow_slant": Aim(-2.0),
        "brow_depth": Aim(19.5),
        "neck_width": Aim(62.0, tolerance=2),
    },
    sliders={
        "nose-point-up": 0.6,
        "nose-scale-horiz-decr": 0.6,
        "nose-scale-vert-decr": 0.5,
        "nose-flaring-decr": 0.5,
        "nose-volume": 0.5,
        "nose-curve-concave": 0.6,
        "nose-hump-decr": 0.8,
        "mouth-angles-up": 0.6,
        "mouth-cupidsbow-incr": 0.4,
        "mouth-upperlip-volume-decr": 0.4,
        "mouth-lowerlip-volume-decr": 0.5,
        "cheek-volume-incr": 0.5,
        "chin-cleft-decr": 0.5,
    },
    eyes=EyeDesign(radius=24.0, width=37.0, upper=10.5, lower=8.8, tilt=3.0, height=-1.2, apart=2.0, crease=1.3),
    smoothing=40,
    person={"age": 0.7, "gender": 0.3, "weight": 0.45, "caucasian": 0.5, "african": 0.3, "asian": 0.2},
)


class Pixar(Recipe):
    """Appealing cartoon proportions."""

    name = "pixar"
    summary = "big open eyes, a small soft nose, round cheeks, a small chin"
    design = DESIGN
