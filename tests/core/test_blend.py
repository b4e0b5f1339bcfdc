"""People between people: the ends are the people themselves, and nobody is left out on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lego_cli.core.encoding.blend import blended, one_frame, stations
from lego_cli.core.encoding.code_file import SavedCode, Source
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code

POINTS = np.random.default_rng(0).normal(size=(20, 3))


def person(seed: int, scale: float = 100.0, degrees: float = 0.0) -> SavedCode:
    rng = np.random.default_rng(seed)
    code = Code(rng.normal(size=8), rng.uniform(size=52), rng.normal(size=(5, 3)))
    turn = Rotation.from_euler("y", degrees, degrees=True).as_matrix()
    return SavedCode(
        code, Similarity(scale, turn, rng.normal(size=3)), {"mean": 0.1}, "cm", "+y", 0, (Source("a", "0"),)
    )


def same(a: SavedCode, b: SavedCode) -> None:
    np.testing.assert_allclose(a.code.shape, b.code.shape, atol=1e-12)
    np.testing.assert_allclose(a.code.expression, b.code.expression, atol=1e-12)
    np.testing.assert_allclose(a.code.detail, b.code.detail, atol=1e-12)
    np.testing.assert_allclose(a.transform.apply(POINTS), b.transform.apply(POINTS), atol=1e-9)


def test_all_weight_on_one_person_is_that_person():
    people = [person(0), person(1, 110, 20), person(2, 95, -10)]
    for i in range(3):
        same(blended(people, np.eye(3)[i]), people[i])


def test_only_the_shares_of_weights_count_and_order_does_not():
    a, b = person(0), person(1, 120, 30)
    same(blended([a, b], [1, 3]), blended([a, b], [0.25, 0.75]))
    same(blended([a, b], [1, 3]), blended([b, a], [3, 1]))


def test_half_way_stands_half_way():
    turned = blended([person(0, 100, 0), person(0, 144, 40)], [1, 1]).transform
    assert turned.scale == pytest.approx(120)
    assert Rotation.from_matrix(turned.rotation).as_euler("yxz", degrees=True)[0] == pytest.approx(20)


def test_an_average_of_averages_names_everybody_by_share():
    a, b = person(0), person(1)
    mean = blended([blended([a, b], [1, 1]), a], [1, 1])
    assert [source.weight for source in mean.sources] == [0.25, 0.25, 0.5]
    assert not mean.residual_mm, "the residual of a fit says nothing about an average"


def test_missing_detail_counts_as_none_at_all():
    a, b = person(0), person(1)
    smooth = replace(b, code=replace(b.code, detail=None))
    np.testing.assert_allclose(blended([a, smooth], [1, 3]).code.detail, 0.25 * a.code.detail)
    assert blended([smooth, smooth], [1, 1]).code.detail is None


@pytest.mark.parametrize(("scale", "degrees"), [(1000.0, 0.0), (100.0, 90.0)])
def test_frames_that_differ_are_not_mixed(scale, degrees):
    """Between centimetres and millimetres, or Y up and Z up, lies nothing that anybody wants."""
    a, b = person(0), person(1, scale, degrees)
    assert not one_frame([a, b])
    assert blended([a, b], [1, 9]).transform == a.transform


@pytest.mark.parametrize(("people", "steps"), [(2, 2), (2, 8), (3, 8), (3, 3), (4, 11), (7, 9)])
def test_a_morph_starts_and_ends_with_people_and_stops_at_everybody(people, steps):
    weights = stations(people, steps)
    assert weights.shape == (steps, people)
    np.testing.assert_allclose(weights.sum(1), 1)
    stops = [int(np.flatnonzero(weights[:, i] == 1)[0]) for i in range(people)]
    assert stops[0] == 0
    assert stops[-1] == steps - 1
    assert stops == sorted(set(stops))
    assert (np.diff(weights @ np.arange(people)) > 0).all(), "always forward"
