"""Measurements of a face: distances between named vertices, linear in the head, so that targets can be solved for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_cli.api import HeadModel

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

X, Y, Z = np.eye(3)


@dataclass(frozen=True)
class Measure:
    """How far the mean of vertices ``to`` lies from the mean of vertices ``start``, along ``axis``, in metres."""

    to: Ints
    start: Ints
    axis: Floats

    def __call__(self, shape: Floats) -> Floats:
        """Positions or displacements ``(..., V, 3)`` to ``(...,)``."""
        return (shape[..., self.to, :].mean(-2) - shape[..., self.start, :].mean(-2)) @ self.axis


SPOTS = {  # (x, y) mm on the mean head seen from the front, left side; the nearest vertex that faces forward
    "cheek_apple": (36, -32),
    "cheek_hollow": (44, -58),
    "glabella": (0, 12),
    "forehead_middle": (0, 50),
    "mouth_side": (30, -74),
    "chin_pad": (0, -104),
    "under_eye": (32, -19),
}
EDGES = {  # (z, y) mm on the mean head seen from the left; the nearest outermost vertex
    "zygoma": (-20, -18),
    "temple": (-22, 30),
    "gonion": (-46, -78),
    "jaw_middle": (-20, -98),
    "cranium": (-75, 60),
    "neck": (-60, -110),
    "throat": (-30, -116),
}


def measures_of(head: HeadModel) -> dict[str, Measure]:
    """The named measures of a face; sided ones average both sides."""
    ibug, mark = head.landmarks["ibug68"], head.landmarks
    spot = named_spots(head)
    both = {name: np.array([v, head.mirror[v]]) for name, v in spot.items()}
    left = {name: np.array([v]) for name, v in spot.items()}

    def between(to: Ints | int, start: Ints | int, axis: Floats) -> Measure:
        return Measure(np.atleast_1d(to), np.atleast_1d(start), axis)

    def width(vertex: int) -> Measure:
        return between(vertex, int(head.mirror[vertex]), X)

    eyes = np.concatenate([head.parts["eye_left"], head.parts["eye_right"]])
    inner_brow, outer_brow = ibug[[21, 22]], ibug[[17, 26]]
    lid = [np.array([mark["lid_upper_left"][k], mark["lid_upper_right"][k]]) for k in (0, -1)]
    ear = [np.array([mark["ear_left"][k], mark["ear_right"][k]]) for k in range(3)]
    corners = ibug[[48, 54]]
    return {
        "nose_length": between(ibug[27], ibug[33], Y),
        "nose_width": between(ibug[35], ibug[31], X),
        "nose_depth": between(ibug[30], ibug[[31, 35]], Z),
        "nose_upturn": between(ibug[30], ibug[33], Y),
        "nose_place": between(ibug[33], eyes, Y),
        "bridge_depth": between(ibug[27], lid[0], Z),
        "bridge_middle": between(ibug[28], lid[0], Z),
        "mouth_width": between(ibug[54], ibug[48], X),
        "mouth_place": between(ibug[[51, 57]], eyes, Y),
        "mouth_corners": between(corners, ibug[[62, 66]], Y),
        "mouth_depth": between(ibug[[51, 57]], corners, Z),
        "lip_upper": between(ibug[51], ibug[62], Y),
        "lip_lower": between(ibug[66], ibug[57], Y),
        "lip_line": between(ibug[[51, 57]], eyes, Z),
        "chin_place": between(mark["chin"], eyes, Y),
        "chin_depth": between(spot["chin_pad"], ibug[57], Z),
        "chin_width": width(int(ibug[9])),
        "jaw_width": width(spot["gonion"]),
        "jaw_middle": width(spot["jaw_middle"]),
        "jaw_corner_place": between(both["gonion"], eyes, Y),
        "cheek_width": width(spot["zygoma"]),
        "cheek_apple": between(both["cheek_apple"], eyes, Z),
        "cheek_hollow": width(spot["cheek_hollow"]),
        "temple_width": width(spot["temple"]),
        "cranium_width": width(spot["cranium"]),
        "cranium_height": between(mark["crown"], eyes, Y),
        "forehead_depth": between(left["forehead_middle"], eyes, Z),
        "glabella_depth": between(left["glabella"], eyes, Z),
        "brow_place": between(ibug[[19, 24]], eyes, Y),
        "brow_depth": between(ibug[[19, 24]], eyes, Z),
        "brow_slant": between(outer_brow, inner_brow, Y),
        "eye_slant": between(lid[1], lid[0], Y),
        "ear_length": between(ear[0], ear[2], Y),
        "ear_stand": between(ear[1][0], ear[1][1], X),
        "neck_width": width(spot["neck"]),
    }


def named_spots(head: HeadModel) -> dict[str, int]:
    """The vertices of :data:`SPOTS` and :data:`EDGES`, on the left side or the midline."""
    mean = np.asarray(head.vertices, np.float64) * 1000
    skin = head.parts["skin"]
    front = skin[(mean[skin, 2] > -20) & (mean[skin, 0] > -0.01)]
    middle = front[np.abs(mean[front, 0]) < 0.01]
    side = skin[mean[skin, 0] > -0.01]
    found = {}
    for name, (x, y) in SPOTS.items():
        pool = middle if x == 0 else front
        away = np.hypot(mean[pool, 0] - x, mean[pool, 1] - y)
        found[name] = int(pool[np.argmin(away - 0.05 * mean[pool, 2])])
    for name, (z, y) in EDGES.items():
        away = np.hypot(mean[side, 2] - z, mean[side, 1] - y)
        found[name] = int(side[np.argmin(away - 0.05 * mean[side, 0])])
    return found


def face_size(head: HeadModel, shape: Floats) -> float:
    """Size of a face relative to the model's mean adult, from the eye distance and the height of eyes over chin."""

    def sizes(vertices: Floats) -> Floats:
        left, right = (vertices[head.parts[f"eye_{side}"]].mean(0) for side in ("left", "right"))
        height = (left + right)[1] / 2 - vertices[head.landmarks["chin"][0], 1]
        return np.array([left[0] - right[0], height])

    return float((sizes(np.asarray(shape, np.float64)) / sizes(np.asarray(head.vertices, np.float64))).mean())
