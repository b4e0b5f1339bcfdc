"""``ogre``: a heavy brow, a broad flat nose, an underbite jaw, small deep eyes, a thick neck."""

from __future__ import annotations

from lego_styles.ear_shape import EarDesign
from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim

DESIGN = Design(
    aims={
        "nose_length": Aim(46.0),
        "nose_width": Aim(46.0),
        "nose_depth": Aim(19.0),
        "nose_upturn": Aim(9.0),
        "nose_place": Aim(-48.0),
        "bridge_depth": Aim(14.0),
        "bridge_middle": Aim(19.0),
        "mouth_width": Aim(66.0, 0.6),
        "mouth_place": Aim(-79.0),
        "mouth_corners": Aim(-4.5, tolerance=2),
        "lip_upper": Aim(9.5, 0.7),
        "lip_lower": Aim(15.5, 0.6),
        "chin_place": Aim(-124.0),
        "mouth_depth": Aim(17.0),
        "lip_line": Aim(38.0),
        "chin_depth": Aim(9.0),
        "chin_width": Aim(64.0),
        "jaw_width": Aim(146.0),
        "jaw_middle": Aim(130.0),
        "jaw_corner_place": Aim(-86.0),
        "cheek_width": Aim(144.0),
        "cheek_apple": Aim(17.0),
        "cheek_hollow": Aim(106.0),
        "temple_width": Aim(126.0),
        "cranium_height": Aim(99.0),
        "forehead_depth": Aim(15.0),
        "glabella_depth": Aim(35.0),
        "brow_place": Aim(12.5),
        "brow_slant": Aim(1.5),
        "brow_depth": Aim(31.5),
        "neck_width": Aim(122.0, tolerance=2),
    },
    sliders={
        "nose-flaring-incr": 0.8,
        "nose-width": 0.8,
        "nose-point-width-incr": 0.8,
        "nose-nostrils-width-incr": 0.6,
        "mouth-lowerlip-volume-incr": 0.8,
        "chin-prognathism-incr": 0.6,
        "chin-bones-incr": 0.6,
        "cheek-bones-incr": 0.6,
        "eye-bag-incr": 0.4,
        "ear-shape-pointed": 0.7,
    },
    eyes=EyeDesign(radius=14.6, width=22.5, upper=3.6, lower=2.8, tilt=3.0, height=-2.5, kept=0.3),
    ears=EarDesign(reach=47.0, direction=(0.60, 0.52, -0.58), taper=0.2, curve=1.3),
    smoothing=4,
    person={"age": 0.78, "gender": 0.85, "muscle": 0.7, "caucasian": 0.45, "african": 0.35, "asian": 0.2},
)


class Ogre(Recipe):
    """Heavy, broad and grim."""

    name = "ogre"
    summary = "heavy brow, broad flat nose, underbite jaw, small deep eyes, thick neck"
    design = DESIGN
