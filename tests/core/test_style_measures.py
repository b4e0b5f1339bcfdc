"""Figures of a style: what they call kept is kept, and what they count as wrong is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lego_cli.core.dt.style_measures import StyleMeasures


@pytest.fixture(scope="module")
def measures(stylist) -> StyleMeasures:
    return StyleMeasures(stylist)


@pytest.fixture(scope="module")
def person(head) -> np.ndarray:
    return head.neutral(head.sample(1, "adult", 900_501))[0].astype(np.float64)


@pytest.mark.slow
def test_a_style_that_turns_a_head_keeps_its_expressions(measures, person):
    """A smile on a head that is tipped back and larger goes another way, and further, and is the same smile."""
    tipped = 1.3 * person @ Rotation.from_euler("x", 25, degrees=True).as_matrix().T
    cosine, size, _ = measures.expressions_kept(person[None], tipped[None])
    assert cosine > 0.98
    assert size == pytest.approx(1.0, abs=0.05)


def test_faces_that_are_turned_over_are_counted(measures, person, head):
    assert measures.turned_faces(person, 1.2 * person) == 0
    pushed = person.copy()
    tip = head.landmarks["nose_tip"][0]
    pushed[tip, 2] -= 0.05
    assert 0 < measures.turned_faces(person, pushed) < 20


def test_a_gap_between_the_lips_is_as_wide_as_it_is(measures, person, head):
    parted = person.copy()
    parted[head.landmarks["lip_upper"], 1] += 0.003
    rest, wide = measures.lip_gaps(np.stack([person, parted]))
    assert abs(rest) < 1
    assert wide - rest == pytest.approx(3.0, abs=0.5)


def test_errors_are_told_at_the_size_of_one_head(measures, person):
    off = person + np.array([0.001, 0, 0])
    small, large = (measures.distances(k * person[None], k * off[None], k * person[None]) for k in (0.5, 2.0))
    np.testing.assert_allclose(small, large)
