"""Proportion shapes: broad smooth displacement fields of our own (a longer chin, a wider jaw), as sliders have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_styles.measures import named_spots
from lego_styles.spread import VolumeSpread, spread_points

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from lego_cli.api import HeadModel

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

Move = tuple[float, float, float]

SHAPES: dict[str, dict[str, Move]] = {  # shape -> group of control points -> mm; x grows away from the midline
    "nose_up": {"alae": (0, 10, 0), "tip": (0, 10, 0), "bridge_low": (0, 6, 0), "bridge_middle": (0, 3, 0)},
    "nose_wide": {"alae": (5, 0, 0)},
    "nose_out": {"tip": (0, 0, 10), "alae": (0, 0, 2), "bridge_low": (0, 0, 6), "bridge_middle": (0, 0, 3)},
    "tip_up": {"tip": (0, 6, 0), "bridge_low": (0, 2, 0)},
    "bridge_out": {"bridge_top": (0, 0, 10), "bridge_middle": (0, 0, 10), "bridge_low": (0, 0, 4)},
    "mouth_up": {"mouth": (0, 10, 0), "mouth_side": (0, 6, 0)},
    "mouth_out": {"mouth": (0, 0, 10), "mouth_side": (0, 0, 5)},
    "mouth_wide": {"mouth": (5, 0, 0), "mouth_side": (2, 0, 0)},
    "mouth_tall": {"lip_above": (0, 3, 0), "lip_below": (0, -3, 0)},
    "corners_up": {"mouth_corners": (0, 3, 0), "mouth_near_corners": (0, 1.5, 0), "mouth_side": (0, 2, 0)},
    "chin_up": {"chin": (0, 10, 0), "jaw_middle": (0, 6, 0), "gonion": (0, 2, 0), "throat": (0, 8, 0)},
    "chin_out": {"chin": (0, 0, 10), "jaw_middle": (0, 0, 5), "throat": (0, 0, 2)},
    "chin_wide": {"chin": (5, 0, 0), "jaw_middle": (2, 0, 0)},
    "jaw_middle_wide": {"jaw_middle": (5, 0, 0), "chin": (1, 0, 0), "gonion": (2, 0, 0)},
    "jaw_wide": {"gonion": (5, 0, 0), "jaw_middle": (2, 0, 0), "hollow": (2, 0, 0), "jaw_high": (3, 0, 0)},
    "jaw_corner_up": {"gonion": (0, 10, 0), "jaw_middle": (0, 3, 0)},
    "cheek_wide": {"zygoma": (5, 0, 0), "hollow": (2, 0, 0), "jaw_high": (2, 0, 0), "temple": (2, 0, 0)},
    "apple_out": {"apple": (0, 0, 10), "under_eye": (0, 0, 2), "hollow": (0, 0, 2)},
    "hollow_wide": {"hollow": (5, 0, 0), "mouth_side": (1, 0, 0)},
    "temple_wide": {"temple": (5, 0, 0), "cranium_front": (4, 0, 0), "cranium_back": (2, 0, 0)},
    "cranium_wide": {"cranium_back": (6, 0, 0), "cranium_front": (3, 0, 0), "temple": (1, 0, 0)},
    "cranium_high": {
        "cranium_top": (0, 10, 0),
        "cranium_front": (0, 5, 0),
        "cranium_back": (0, 5, 0),
        "forehead": (0, 4, 0),
    },
    "cranium_long": {"cranium_back": (0, 0, -10), "cranium_top": (0, 0, -5)},
    "forehead_out": {"forehead": (0, 0, 10), "cranium_front": (0, 0, 6), "cranium_top": (0, 0, 3)},
    "glabella_out": {"glabella": (0, 0, 10), "brow_inner": (0, 0, 6), "bridge_top": (0, 0, 4)},
    "brow_up": {"brow": (0, 10, 0), "glabella": (0, 6, 0), "forehead": (0, 2, 0)},
    "brow_out": {"brow": (0, 0, 10), "glabella": (0, 0, 7)},
    "brow_slant": {
        "brow_inner": (0, -5, 0),
        "brow_inner_middle": (0, -2.5, 0),
        "brow_outer_middle": (0, 2.5, 0),
        "brow_outer": (0, 5, 0),
        "glabella": (0, -2, 0),
    },
    "neck_wide": {"neck": (15, 0, 0), "neck_cut": (15, 0, 0), "throat": (3, 0, 0)},
    "neck_deep": {"neck_front": (0, 0, 10), "neck_behind": (0, 0, -10)},
}


class Proportions:
    """The shapes as fields on the mean head: control points moved, everything between them interpolated in space."""

    def __init__(self, head: HeadModel, anatomy_skin: Ints) -> None:
        self.mean = np.asarray(head.vertices, np.float64)
        self.groups = control_groups(head, self.mean, anatomy_skin)
        self.points = np.unique(np.concatenate(list(self.groups.values())))
        self.spread = VolumeSpread(self.mean[self.points], self.mean, soft=0.012)

    def field(self, moves: Mapping[str, Move]) -> Floats:
        """``(V, 3)`` displacement in metres for control groups moved by mm."""
        shift = np.zeros((len(self.points), 3))
        for group, move in moves.items():
            chosen = np.searchsorted(self.points, self.groups[group])
            x = self.mean[self.groups[group], 0]
            outward = x / max(np.abs(x).max(), 1e-9)
            shift[chosen] = np.stack([outward * move[0], np.full(len(x), move[1]), np.full(len(x), move[2])], 1) / 1000
        return self.spread(shift)


def control_groups(head: HeadModel, mean: Floats, skin: Ints) -> dict[str, Ints]:
    """Control points by name, symmetric, each a set of vertices."""
    ibug, mark, mirror = head.landmarks["ibug68"], head.landmarks, head.mirror
    spot = {name: np.array([v, mirror[v]]) for name, v in named_spots(head).items()}
    lids = np.concatenate([mark["eye_left"][::4], mirror[mark["eye_left"][::4]]])
    mouth = np.unique(np.concatenate([ibug[48:60], mirror[ibug[48:60]]]))
    ears = np.concatenate([mark["ear_left"], mark["ear_right"]])
    groups = {
        "bridge_top": ibug[[27]], "bridge_middle": ibug[[28]], "bridge_low": ibug[[29]],
        "tip": ibug[[30]], "alae": ibug[[31, 32, 33, 34, 35]],
        "mouth_corners": ibug[[48, 54]],
        "mouth_near_corners": ibug[[49, 53, 55, 59]],
        "mouth": mouth, "chin": np.concatenate([ibug[[7, 8, 9]], spot["chin_pad"]]),
        "jaw_middle": spot["jaw_middle"], "gonion": spot["gonion"], "jaw_high": ibug[[2, 14]],
        "zygoma": spot["zygoma"], "apple": spot["cheek_apple"], "hollow": spot["cheek_hollow"],
        "mouth_side": spot["mouth_side"], "under_eye": spot["under_eye"], "temple": spot["temple"],
        "glabella": spot["glabella"], "brow_inner": ibug[[21, 22]], "brow_inner_middle": ibug[[20, 23]],
        "brow_outer_middle": ibug[[18, 25]],
        "brow_outer": ibug[[17, 26]], "lids": lids, "ears": ears, "throat": spot["throat"],
        "neck": spot["neck"], "neck_cut": mark["neck_loop"][::3],
    }  # fmt: skip
    groups["neck_cut"] = np.unique(np.concatenate([groups["neck_cut"], mirror[groups["neck_cut"]]]))
    cut = np.concatenate([groups["neck_cut"], spot["neck"], spot["throat"]])
    groups["neck_front"] = cut[mean[cut, 2] > -0.06]
    groups["neck_behind"] = cut[mean[cut, 2] < -0.10]
    groups["brow"] = np.concatenate([ibug[17:27]])
    groups["lip_above"], groups["lip_below"] = ibug[[50, 51, 52]], ibug[[56, 57, 58]]
    groups.update(_scalp(mean, skin, mirror))
    return {name: np.unique(group) for name, group in groups.items()}


def _scalp(mean: Floats, skin: Ints, mirror: Ints) -> dict[str, Ints]:
    """Points spread over forehead and cranium, away from ears and brows."""
    x, y, z = (1000 * mean[skin]).T
    over = skin[
        (x >= -0.01)
        & (x < 76)
        & (((y > 34) & (z > -40)) | ((y > 20) & (z <= -40) & (z > -100)) | ((z <= -100) & (y > -60)))
    ]
    chosen = over[spread_points(mean[over], 26)]
    chosen = np.union1d(chosen, mirror[chosen])
    x, y, z = (1000 * mean[chosen]).T
    forehead = (z > -20) & (y < 82)
    top = ~forehead & (y > 85)
    front = ~forehead & ~top & (z > -70)
    back = ~forehead & ~top & ~front
    return {
        "forehead": chosen[forehead], "cranium_top": chosen[top],
        "cranium_front": chosen[front], "cranium_back": chosen[back],
    }  # fmt: skip
