"""Whose colours an eye gets when its maker put one ball into another."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import trimesh

from lego_cli.core.colours.input_colours import InputColours

CENTRE = np.array([0.03, 0.01, 0.08])


def inner_shells(*radii: float) -> list[int]:
    """Which of several balls round one centre are hidden, told by their numbers."""
    balls = [trimesh.creation.icosphere(3, radius) for radius in radii]
    count = [len(ball.vertices) for ball in balls]
    corners = np.concatenate([ball.faces + sum(count[:k]) for k, ball in enumerate(balls)])
    vertices = np.concatenate([ball.vertices for ball in balls]) + CENTRE
    component = np.repeat(np.arange(len(balls)), [len(ball.faces) for ball in balls])
    asked = SimpleNamespace(vertices=vertices, corners=corners)
    return InputColours._inner_shells(asked, np.ones(len(corners), bool), component)


@pytest.mark.parametrize(
    ("radii", "hidden"),
    [((0.012,), []), ((0.0125, 0.012), [1]), ((0.012, 0.0125), [0]), ((0.012, 0.013, 0.011), [0, 2])],
)
def test_what_lies_behind_another_ball_gives_no_colour(radii, hidden):
    assert inner_shells(*radii) == hidden
