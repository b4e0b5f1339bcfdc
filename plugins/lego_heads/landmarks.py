"""Named vertices of the head: face landmarks, contours of eyes and mouth, lid and lip rims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_heads.rings import boundary_loops, rings_around

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

LID_RIM = 2  # ring of the lid margin where upper and lower lid meet, counted from the socket
LIP_RIM = 1  # ring of the lips where they meet, counted from the mouth bag
LIP_BORDER = 7  # ring of the vermilion border

FRONT = {  # (x, y) in mm on the mean head seen from the front, left side; nearest vertex facing forward
    "brow": ((11, 13), (21, 17.5), (31, 18), (41, 15.5), (51, 8)),
    "bridge": ((0, 0), (0, -13), (0, -27), (0, -40)),
    "nostrils": ((0, -50.5), (7, -49), (14, -47)),
    "forehead": ((0, 76), (17, 74), (33, 68), (46, 60)),
}
SIDE = {  # (z, y) in mm on the mean head seen from the left; nearest outermost vertex
    "jaw": ((-50, 2), (-53, -15), (-55, -33), (-55, -52), (-51, -72), (-40, -89), (-22, -104), (-2, -114), (16, -117)),
    "temple": ((-14, 50), (-27, 36), (-39, 20)),
    "ear": ((-82, 5), (-98, -18), (-74, -50)),
    "crown": ((-70, 116),),
}


def find_landmarks(mean: Floats, skin: Ints, mirror: Ints) -> dict[str, Ints]:
    """All landmark sets of the head whose mean is ``mean (V, 3)`` metres; ``skin (F, 4)`` are its skin faces."""
    loops = boundary_loops(skin)
    mouth = next(loop for loop in loops if len(loop) == 38)
    neck = next(loop for loop in loops if len(loop) == 42)
    eye = next(loop for loop in loops if len(loop) == 28 and mean[loop, 0].mean() > 0)
    upper, lower = (rows[LID_RIM] for rows in lid_rows(rings_around(skin, eye, LID_RIM), mean))
    lips = lip_rows(rings_around(skin, mouth, LIP_BORDER), mean)
    picks = _picked(mean, skin, mirror)
    sets = {
        "lid_upper_left": upper,
        "lid_lower_left": lower,
        "lid_upper_right": mirror[upper],
        "lid_lower_right": mirror[lower],
        "lip_upper": lips[0][LIP_RIM],
        "lip_lower": lips[1][LIP_RIM],
        "lips_inner": _ring(lips[0][LIP_RIM], lips[1][LIP_RIM]),
        "lips_outer": _ring(lips[0][LIP_BORDER], lips[1][LIP_BORDER]),
        "eye_left": _ring(upper, lower),
        "eye_right": _ring(mirror[upper], mirror[lower]),
        "brow_left": picks["brow"],
        "brow_right": mirror[picks["brow"]],
        "neck_loop": _start_behind(neck, mean),
        "nose_tip": picks["bridge"][-1:],
        "chin": picks["jaw"][-1:],
        "crown": picks["crown"],
        "ear_left": picks["ear"],
        "ear_right": mirror[picks["ear"]],
        "face_oval": _oval(picks, mirror),
    }
    sets["ibug68"] = _ibug68(sets, picks, mirror, mean)
    return {name: np.asarray(sets[name], np.int64) for name in sorted(sets)}


def lid_rows(rings: list[Ints], mean: Floats) -> tuple[Ints, Ints]:
    """Rings around the left eye as (upper, lower) rows ``(rings, 15)`` from the inner to the outer corner, paired."""
    rim = mean[rings[LID_RIM], 0]
    half = len(rim) // 2
    inner = int(np.argmin(rim - np.roll(rim, half)))  # the inner corner is the one opposite to the outermost vertex
    turned = np.roll(np.array(rings), -inner, axis=1)
    one = turned[:, : half + 1]
    other = np.concatenate([turned[:, :1], turned[:, :0:-1]], axis=1)[:, : half + 1]
    return (one, other) if mean[one[LID_RIM], 1].mean() > mean[other[LID_RIM], 1].mean() else (other, one)


def lip_rows(rings: list[Ints], mean: Floats) -> tuple[list[Ints], list[Ints]]:
    """Rings around the mouth as paired (upper, lower) rows from the subject's right corner to the left one.

    The upper lip has more vertices than the lower one; every lower vertex is paired with the nearest upper one.
    """
    loop = rings[0]
    right, left = int(np.argmin(mean[loop, 0])), int(np.argmax(mean[loop, 0]))
    walk = [np.concatenate([r[right:], r[:right]]) for r in rings]
    cut = (left - right) % len(loop)
    first = [r[: cut + 1] for r in walk]
    second = [np.concatenate([r[:1], r[:cut:-1], r[cut : cut + 1]]) for r in walk]
    upper, lower = (first, second) if mean[first[0], 1].mean() > mean[second[0], 1].mean() else (second, first)
    pick = _spread(mean[upper[LIP_RIM], 0], mean[lower[LIP_RIM], 0])
    return [row[pick] for row in upper], lower


def _spread(many: Floats, few: Floats) -> Ints:
    """Strictly increasing choice among ``many`` positions nearest to the ``few``; ends stay ends; symmetric."""
    count, middle = len(few), len(few) // 2
    chosen = [int(np.argmin(np.abs(many - x))) for x in few[: middle + 1]]
    chosen[0] = 0
    for k in range(1, middle + 1):
        chosen[k] = max(chosen[k], chosen[k - 1] + 1)
    left = [len(many) - 1 - k for k in reversed(chosen[: count - middle - 1])]
    return np.array(chosen + left)


def _ring(upper: Ints, lower: Ints) -> Ints:
    """Closed contour: along the upper row, back along the lower one; corners once."""
    return np.concatenate([upper, lower[-2:0:-1]])


def _start_behind(loop: Ints, mean: Floats) -> Ints:
    return np.roll(loop, -int(np.argmin(mean[loop, 2])))


def _picked(mean: Floats, skin: Ints, mirror: Ints) -> dict[str, Ints]:
    used = np.unique(skin)
    v = mean * 1000
    front = used[(v[used, 2] > -20) & (v[used, 0] > -0.01)]
    side = used[v[used, 0] > -0.01]
    midline = used[np.abs(v[used, 0]) < 0.01]
    found = {}
    for name, spots in FRONT.items():
        pools = [np.intersect1d(front, midline) if x == 0 else front for x, _ in spots]
        found[name] = np.array([_nearest(v, p, (0, 1), s, 2) for p, s in zip(pools, spots, strict=True)])
    for name, spots in SIDE.items():
        found[name] = np.array([_nearest(v, side, (2, 1), s, 0) for s in spots])
    for name, spot in (("jaw", SIDE["jaw"][-1]), ("crown", SIDE["crown"][0])):
        found[name][-1] = _nearest(v, midline, (2, 1), spot, 0)
    return found


def _nearest(v: Floats, pool: Ints, axes: tuple[int, int], spot: tuple[float, float], outwards: int) -> int:
    away = np.hypot(v[pool, axes[0]] - spot[0], v[pool, axes[1]] - spot[1])
    return int(pool[np.argmin(away - 0.05 * v[pool, outwards])])


def _oval(picks: dict[str, Ints], mirror: Ints) -> Ints:
    """Face outline clockwise as seen from the front, from the top of the forehead over the subject's left side."""
    left = np.concatenate([picks["forehead"], picks["temple"], picks["jaw"]])
    return np.concatenate([left, mirror[left[-2:0:-1]]])


def _along(row: Ints, count: int, mean: Floats) -> Ints:
    """``count`` vertices of a row at even arc length, both ends included."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(mean[row], axis=0), axis=1))])
    return row[[int(np.argmin(np.abs(length - t))) for t in np.linspace(0.0, length[-1], count)]]


def _ibug68(sets: dict[str, Ints], picks: dict[str, Ints], mirror: Ints, mean: Floats) -> Ints:
    jaw, brow, nostril = picks["jaw"], picks["brow"], picks["nostrils"]
    up, low = (_along(sets[f"lid_{lid}_left"], 4, mean) for lid in ("upper", "lower"))
    left_eye = np.concatenate([up, low[2:0:-1]])
    right_eye = mirror[np.concatenate([up[::-1], low[1:3]])]
    mouth = []
    for name, count in (("lips_outer", 7), ("lips_inner", 5)):
        ring = sets[name]
        half = len(ring) // 2
        mouth += [_along(ring[: half + 1], count, mean), _along(np.append(ring[half:], ring[0]), count, mean)[1:-1]]
    lines = [mirror[jaw[:-1]], jaw[::-1], mirror[brow[::-1]], brow, picks["bridge"], mirror[nostril[:0:-1]], nostril]
    return np.concatenate([*lines, right_eye, left_eye, *mouth])
