"""What is worn goes where the skin beneath it goes, and stands off it as far as the skin has grown."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from lego_cli.core.keep.head_motion import Motion, Worn


def ball(radius: float, count: int = 600) -> np.ndarray:
    step = np.arange(count) + 0.5
    height, turn = 1 - 2 * step / count, np.pi * (1 + 5**0.5) * step
    level = np.sqrt(1 - height**2)
    return radius * np.stack([level * np.cos(turn), height, level * np.sin(turn)], axis=1)


def test_what_is_worn_grows_with_the_skin():
    skin = ball(0.08)
    grown = Motion(skin, 1.5 * skin, np.tile(0.5 * np.eye(3), (len(skin), 1, 1)))
    for gap in (0.002, 0.01, 0.02):
        points = ball(0.08 + gap, 90)
        moved = Worn(points, skin, np.arange(len(skin)))(grown)
        wanted = 0.5 * points
        assert np.abs(moved - wanted).max() < 0.25 * gap + 0.001
        height = np.linalg.norm(points + moved, axis=1) - 0.12
        assert (height > gap).all(), "further off than before, as the skin is larger"


def test_what_is_worn_moves_along_with_a_shift():
    skin, shift = ball(0.08), np.array([0.01, -0.02, 0.005])
    moved = Worn(ball(0.09, 50), skin, np.arange(len(skin)))(Motion(skin, skin + shift, np.zeros((len(skin), 3, 3))))
    assert np.abs(moved - shift).max() < 1e-9


def test_what_is_worn_turns_with_the_skin():
    """Glasses on a face that a style tips back tip back too."""
    skin, turn = ball(0.08), Rotation.from_euler("xyz", [20, -10, 15], degrees=True).as_matrix()
    points = ball(0.09, 50)
    frames = np.tile(turn - np.eye(3), (len(skin), 1, 1))
    moved = Worn(points, skin, np.arange(len(skin)))(Motion(skin, skin @ turn.T, frames))
    assert np.abs(points + moved - points @ turn.T).max() < 0.0025
