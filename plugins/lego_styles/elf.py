"""``elf``: long ears swept back, almond eyes, high cheekbones, a narrow chin, a fine nose."""

from __future__ import annotations

from lego_styles.ear_shape import EarDesign
from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim

DESIGN = Design(
    aims={
        "nose_length": Aim(49.0),
        "nose_width": Aim(21.5),
        "nose_depth": Aim(17.0),
        "nose_upturn": Aim(10.0),
        "nose_place": Aim(-48.0),
        "bridge_depth": Aim(11.0),
        "bridge_middle": Aim(16.0),
        "mouth_width": Aim(46.0),
        "mouth_place": Aim(-71.0),
        "mouth_corners": Aim(-1.0),
        "lip_upper": Aim(10.0),
        "lip_lower": Aim(12.0),
        "chin_place": Aim(-114.0),
        "chin_depth": Aim(-4.0),
        "chin_width": Aim(34.0),
        "jaw_width": Aim(107.0),
        "jaw_middle": Aim(78.0),
        "jaw_corner_place": Aim(-70.0),
        "cheek_width": Aim(137.0),
        "cheek_apple": Aim(19.0),
        "cheek_hollow": Aim(82.0),
        "temple_width": Aim(128.0),
        "cranium_height": Aim(118.0, tolerance=2),
        "forehead_depth": Aim(22.0, tolerance=2),
        "glabella_depth": Aim(25.0),
        "brow_place": Aim(19.0),
        "brow_slant": Aim(3.0),
        "brow_depth": Aim(23.0),
        "neck_width": Aim(66.0, tolerance=2),
    },
    sliders={
        "nose-point-up": 0.4,
        "nose-point-width-decr": 0.6,
        "nose-hump-decr": 0.6,
        "nose-flaring-decr": 0.5,
        "mouth-cupidsbow-incr": 0.6,
        "mouth-upperlip-volume-incr": 0.4,
        "mouth-lowerlip-volume-incr": 0.4,
        "cheek-bones-incr": 0.8,
        "cheek-trans-up": 0.5,
        "ear-shape-pointed": 0.6,
    },
    eyes=EyeDesign(radius=17.4, width=31.0, upper=6.3, lower=4.2, tilt=11.0, height=-1.6, apart=0.5, crease=0.5),
    ears=EarDesign(reach=78.0, direction=(0.38, 0.82, -0.62), taper=0.25, curve=1.5),
    smoothing=24,
    person={"age": 0.68, "gender": 0.4, "weight": 0.35, "caucasian": 0.4, "african": 0.15, "asian": 0.45},
)


class Elf(Recipe):
    """Fine, sharp and other-worldly."""

    name = "elf"
    summary = "long ears swept back, upturned almond eyes, high cheekbones, a narrow chin"
    design = DESIGN
