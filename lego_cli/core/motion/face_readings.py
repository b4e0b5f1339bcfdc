"""What a face does, in numbers that mean the same on every head: openings, widths and heights against its own size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lego_cli.api import Floats, Ints

SIDES = ("left", "right")


def face_readings(posed: Floats, rest: Floats, marks: Mapping[str, Ints]) -> Floats:
    """``(B, 15)`` of heads ``(B, V, 3)`` against their head at rest ``(V, 3)``; landmarks as of a head model.

    For each side: opening of the lids, height of the inner and of the outer brow and of the mouth's corner, rise of
    the cheek's nostril; then opening and width of the mouth, and how far the chin goes down, aside and forward. Each is
    a share of the feature's own size, less its value at rest.
    """
    now, before = _readings(np.asarray(posed), marks), _readings(np.asarray(rest)[None], marks)
    readings: Floats = now - before
    return readings / _sizes(np.asarray(rest), marks)


def _readings(heads: Floats, marks: Mapping[str, Ints]) -> Floats:
    found = []
    for side in SIDES:
        upper, lower = (heads[:, marks[f"lid_{lid}_{side}"]] for lid in ("upper", "lower"))
        found.append((upper - lower)[:, 4:-4, 1].mean(1))
        brow = heads[:, marks[f"brow_{side}"]]
        inner_first = abs(brow[0, 0, 0]) < abs(brow[0, -1, 0])
        brow = brow if inner_first else brow[:, ::-1]
        found += [brow[:, :2, 1].mean(1), brow[:, -2:, 1].mean(1)]
        found.append(heads[:, _corner(marks, side), 1])
        found.append(heads[:, marks["ibug68"][35 if side == "left" else 31], 1])
    upper, lower = heads[:, marks["lip_upper"]], heads[:, marks["lip_lower"]]
    middle = slice(len(marks["lip_upper"]) // 3, -(len(marks["lip_upper"]) // 3))
    found.append((upper[:, middle, 1] - lower[:, middle, 1]).mean(1))
    corners = [heads[:, _corner(marks, side)] for side in SIDES]
    found.append(np.linalg.norm(corners[0] - corners[1], axis=1))
    found += list(heads[:, np.atleast_1d(marks["chin"])[0]].T[[1, 0, 2]])
    return np.stack(found, axis=1)


def _corner(marks: Mapping[str, Ints], side: str) -> int:
    return int(marks["ibug68"][54 if side == "left" else 48])


def _sizes(rest: Floats, marks: Mapping[str, Ints]) -> Floats:
    """``(15,)`` metres that each reading is a share of."""
    sizes = []
    corners = [rest[_corner(marks, side)] for side in SIDES]
    mouth = float(np.linalg.norm(corners[0] - corners[1]))
    for side in SIDES:
        upper, lower = (rest[marks[f"lid_{lid}_{side}"]] for lid in ("upper", "lower"))
        lids = float((upper - lower)[4:-4, 1].mean())
        brow = float(rest[marks[f"brow_{side}"], 1].mean() - lower[:, 1].mean())
        sizes += [lids, brow, brow, mouth, mouth]
    chin = float(rest[marks["ibug68"][30], 1] - rest[np.atleast_1d(marks["chin"])[0], 1])
    return np.maximum(np.array([*sizes, mouth, mouth, chin, chin, chin]), 1e-4)
