"""``caricature``: what sets a face apart from the mean, more so; and a big head on a thin neck."""

from __future__ import annotations

from lego_styles.eye_fit import EyeDesign
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim


def _more(signature: float, limit: float, tolerance: float = 1.0) -> Aim:
    """The mean with the style's signature, and twice the person's deviation."""
    return Aim(signature, kept=2.0, tolerance=tolerance, limit=limit)


DESIGN = Design(
    aims={
        "nose_length": _more(54.0, 6),
        "nose_width": _more(31.0, 6),
        "nose_depth": _more(21.0, 6),
        "nose_upturn": _more(8.6, 3),
        "nose_place": _more(-53.0, 4),
        "bridge_depth": _more(10.8, 4),
        "bridge_middle": _more(16.5, 5),
        "mouth_width": _more(59.0, 7),
        "mouth_place": _more(-79.0, 5),
        "mouth_corners": _more(-2.0, 2),
        "lip_upper": _more(10.4, 3),
        "lip_lower": _more(13.5, 3),
        "lip_line": _more(34.7, 3),
        "mouth_depth": _more(13.5, 3),
        "chin_place": _more(-125.0, 8),
        "chin_depth": _more(-2.0, 5),
        "chin_width": _more(46.0, 8),
        "jaw_width": _more(116.0, 9),
        "jaw_middle": _more(94.0, 9),
        "cheek_width": _more(132.0, 7),
        "cheek_apple": _more(18.5, 4),
        "cheek_hollow": _more(86.0, 6),
        "temple_width": _more(128.0, 7),
        "cranium_height": _more(120.0, 9),
        "forehead_depth": _more(23.0, 6),
        "glabella_depth": _more(28.5, 5),
        "brow_place": _more(19.0, 4),
        "brow_slant": _more(-4.5, 3),
        "brow_depth": _more(25.0, 4),
        "ear_length": _more(65.0, 8),
        "ear_stand": _more(192.0, 9),
        "neck_width": _more(58.0, 5, 2.0),
    },
    sliders={
        "ear-scale": 1.2,
        "ear-wing": 1.0,
        "nose-hump": 0.5,
        "nose-point-width": 0.5,
        "chin-prominent": 0.5,
    },
    eyes=EyeDesign(radius=16.2, width=25.0, upper=5.0, lower=3.6, tilt=2.0, height=-2.2, kept=1.3),
    form=0.6,
    person={
        "age": 0.85, "gender": 0.75, "weight": 0.4, "caucasian": 0.7, "african": 0.15, "asian": 0.15,
        "nose_scale_vert_incr": 0.5, "chin_width_incr": 0.4, "ear_scale_incr": 0.3,
    },
)  # fmt: skip


class Caricature(Recipe):
    """A likeness, louder."""

    name = "caricature"
    summary = "exaggerates what sets a face apart from the mean; big features on a thin neck"
    design = DESIGN
