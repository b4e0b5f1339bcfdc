"""Styles drawn at random: other aims, eyes, ears and surfaces each time, so that what all styles share can be learned.

No style of the gallery is among them; a draw differs from each in some fifty numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from lego_styles.contraction import Contraction
from lego_styles.ear_place import EarMove, EarPlace
from lego_styles.ear_shape import EarDesign
from lego_styles.eye_fit import EyeDesign
from lego_styles.growth import YoungRecipe
from lego_styles.measures import face_size
from lego_styles.recipe import Design, Recipe
from lego_styles.slider_fit import Aim

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_cli.api import HeadModel
    from lego_styles.anatomy import Anatomy
    from lego_styles.slider_fit import SliderFit

    Floats = NDArray[np.floating[Any]]

Wish = tuple[float, float, float]

REGIONS: dict[str, dict[str, Wish]] = {  # measure -> mm: on the mean head, spread of styles' wishes, infants' surplus
    "nose": {
        "nose_length": (50.7, 7, -2.1), "nose_width": (27.2, 8, -4.5), "nose_depth": (17.5, 4, -4.4),
        "nose_upturn": (10.9, 2, 3.7), "nose_place": (-50.8, 5, 7.5), "bridge_depth": (10.8, 3, 3.9),
        "bridge_middle": (15.8, 4, 0.4),
    },
    "mouth": {
        "mouth_width": (52.4, 8, 2.9), "mouth_place": (-74.7, 5, 4.9), "mouth_corners": (-2.4, 3, -0.6),
        "mouth_depth": (13.5, 3, -1.7), "lip_upper": (10.4, 2.5, 2.4), "lip_lower": (13.0, 3, 1.0),
        "lip_line": (34.7, 3, 3.3),
    },
    "jaw": {
        "chin_place": (-115.3, 8, 11.5), "chin_depth": (-6.4, 7, 2.3), "chin_width": (44.2, 10, 7.2),
        "jaw_width": (121.7, 14, 26.7), "jaw_middle": (94.7, 15, 26.4), "jaw_corner_place": (-76.4, 6, 11.3),
    },
    "cheeks": {"cheek_width": (135.0, 6, 25.3), "cheek_apple": (16.3, 3, 10.0), "cheek_hollow": (86.9, 10, 35.6)},
    "cranium": {"temple_width": (129.0, 7, 30.1), "cranium_height": (115.4, 10, 17.7), "forehead_depth": (22.7, 5, 20)},
    "brows": {
        "glabella_depth": (27.1, 5, 14.6), "brow_place": (17.5, 5, 2.4), "brow_slant": (-4.0, 5, -6.2),
        "brow_depth": (23.3, 5, 7.3),
    },
    "neck": {"neck_width": (83.6, 20, 25.3)},
    "ears": {"ear_length": (55.6, 7, 1.4), "ear_stand": (176.7, 9, 35.3)},
}  # fmt: skip
STEMS = (
    "cheek-bones-incr", "cheek-volume-incr", "cheek-volume-decr", "chin-bones-incr", "chin-cleft-decr",
    "chin-prognathism-incr", "chin-prominent", "ear-shape-pointed", "ear-scale", "ear-wing", "eye-bag-incr",
    "mouth-angles-up", "mouth-angles-down", "mouth-cupidsbow-incr", "mouth-lowerlip-volume-decr",
    "mouth-lowerlip-volume-incr", "mouth-upperlip-volume-decr", "mouth-upperlip-volume-incr", "nose-curve-concave",
    "nose-curve-convex", "nose-flaring-decr", "nose-flaring-incr", "nose-hump-decr", "nose-hump-incr",
    "nose-nostrils-width-incr", "nose-point-up", "nose-point-width", "nose-scale-horiz-decr", "nose-volume",
    "forehead-nubian", "head-fat-decr", "head-fat-incr",
)  # fmt: skip
WHOLE, EYES, EARS = 0.65, 0.85, 0.35  # chances of a whole face, of other eyes, of longer ears
PLAIN, LOUDER, CALM, YOUNG = "plain", "louder", "calm", "young"
KINDS = {PLAIN: 0.58, LOUDER: 0.14, CALM: 0.14, YOUNG: 0.14}
MOVED = 0.1  # chance of ears elsewhere on the head


class DrawnRecipe(Recipe):
    """One style of the family, shown on a random adult."""

    licence = "CC0-1.0"

    def __init__(
        self, name: str, design: Design, person: int, calm: Contraction | None = None, place: EarPlace | None = None
    ) -> None:
        super().__init__()
        self.name, self.summary, self.design, self.person = name, "drawn at random", design, person
        self.calm, self.place = calm, place
        self._moves: WeakKeyDictionary[Anatomy, EarMove] = WeakKeyDictionary()

    def exemplar(self, head: HeadModel) -> Floats:
        """A random adult ``(V, 3)``."""
        return np.asarray(head.neutral(head.sample(1, "adult", self.person))[0])

    def shaped(self, head: HeadModel, anatomy: Anatomy, neutral: Floats, sliders: SliderFit) -> Floats:
        """The person drawn towards the mean, in a calm style, then every measure."""
        calmed = self.calm(anatomy, neutral, face_size(head, neutral)) if self.calm else neutral
        return super().shaped(head, anatomy, calmed, sliders)

    def sculpted(self, anatomy: Anatomy, neutral: Floats, shape: Floats, size: float) -> Floats:
        """The ears moved, in few styles, then drawn out."""
        if self.place and anatomy not in self._moves:
            self._moves[anatomy] = EarMove(anatomy, self.place)
        moved = self._moves[anatomy](shape, size) if self.place else shape
        return super().sculpted(anatomy, neutral, moved, size)


class DrawnYoungRecipe(DrawnRecipe, YoungRecipe):
    """One that makes people younger."""


class AuthoredFamily:
    """Random :class:`Design` s; implements :class:`lego_cli.api.StyleFamily`."""

    name = "authored"

    def draw(self, seed: int) -> DrawnRecipe:
        """One style; the same seed gives the same one."""
        rng = np.random.default_rng([seed, 41])
        kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
        place = _place(rng) if rng.random() < MOVED else None
        design = Design(
            aims=_aims(rng, kind),
            sliders=_sliders(rng),
            eyes=_eyes(rng, kind) if rng.random() < EYES else None,
            ears=_ears(rng) if place or rng.random() < EARS else None,
            smoothing=int(rng.choice([0, 4, 12, 24, 40])),
            form=float(rng.uniform(0.3, 0.8)) if kind == LOUDER else 0.0,
        )
        calm = Contraction(float(rng.uniform(0.3, 0.85)), float(rng.uniform(0.0, 1.0))) if kind == CALM else None
        make = DrawnYoungRecipe if kind == YOUNG else DrawnRecipe
        return make(f"authored-{seed}", design, int(rng.integers(800_000)), calm, place)


def _aims(rng: np.random.Generator, kind: str) -> dict[str, Aim]:
    """Aims of the whole face, or of some of its regions; one share of the person kept, with small exceptions."""
    names = list(REGIONS)
    whole = kind != PLAIN or rng.random() < WHOLE
    chosen = names if whole else list(rng.choice(names, rng.integers(1, 5), replace=False))
    kept = rng.uniform(1.6, 2.2) if kind == LOUDER else rng.choice([0.6, rng.uniform(0.3, 0.95)])
    strength = rng.uniform(0.5, 1.4) if kind == PLAIN else rng.uniform(0.3, 0.8)
    youth = rng.uniform(0.4, 1.2) if kind == YOUNG else 0.0
    aims = {}
    for region in chosen:
        for measure, (mean, spread, infant) in REGIONS[region].items():
            if rng.random() < (0.3 if region == "ears" and whole and kind != LOUDER else 0.93):
                wish = strength * spread * float(np.clip(rng.standard_normal(), -2.2, 2.2))
                limit = float(rng.uniform(3, 9)) if kind == LOUDER else np.inf
                tolerance = float(rng.choice([1.0, 1.5, 2.0]))
                aims[measure] = Aim(mean + wish + youth * infant, float(kept), tolerance, limit)
    return aims or _aims(rng, kind)


def _sliders(rng: np.random.Generator) -> dict[str, float]:
    stems = rng.choice(STEMS, rng.integers(4, 14), replace=False)
    return {str(stem): float(rng.uniform(0.3, 0.9)) for stem in stems}


def _eyes(rng: np.random.Generator, kind: str) -> EyeDesign:
    """Balls from small to huge; openings in proportion."""
    radius = float(16.6 * np.exp(rng.normal(0.35 if kind == YOUNG else 0.1, 0.22)))
    radius = float(np.clip(radius, 13.0, 26.5))
    width = radius * float(rng.uniform(1.4, 1.75))
    upper = 0.29 * radius * float(rng.uniform(0.75, 1.75))
    return EyeDesign(
        radius=radius,
        width=width,
        upper=upper,
        lower=upper * float(rng.uniform(0.55, 0.9)),
        tilt=float(rng.normal(3.0, 3.5)),
        height=float(rng.uniform(-3.0, -0.8)),
        kept=float(rng.uniform(1.0, 1.5)) if kind == LOUDER else float(rng.choice([0.5, rng.uniform(0.2, 0.9)])),
        apart=float(rng.uniform(-0.5, 2.5)),
        crease=float(rng.choice([0.0, rng.uniform(0.0, 1.5)])),
    )


def _ears(rng: np.random.Generator) -> EarDesign:
    direction = (float(rng.uniform(0.25, 0.8)), float(rng.uniform(0.3, 0.95)), float(rng.uniform(-0.7, 0.1)))
    return EarDesign(
        reach=float(rng.uniform(36, 80)),
        direction=direction,
        taper=float(rng.uniform(0.1, 0.6)),
        curve=float(rng.uniform(1.2, 1.9)),
    )


def _place(rng: np.random.Generator) -> EarPlace:
    """Ears that wander up."""
    low = np.array([15.0, 0.0, 0.0, 0.0, 0.0, 0.8, 0.0, 1.0])
    high = np.array([43.0, 9.0, 12.0, 35.0, 62.0, 1.1, 0.35, 1.5])
    up, forward, base, tilt, turn, length, foot, breadth = rng.uniform(low, high).tolist()
    return EarPlace(up, forward, base, tilt, turn, length, foot, breadth)
