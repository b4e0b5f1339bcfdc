"""The head model's skin laid onto an input: nearer to the truth than the fit, no folds, a guess where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from lego_cli.api import ARKIT, Mesh
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.encoding.registration import register_skin, turned_triangles
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.geometry.visible import outer_surface

pytestmark = pytest.mark.slow

SKIN = 3260
HERE = Similarity(1.0, np.eye(3), np.zeros(3))


@pytest.fixture(scope="module")
def bumpy(head, stylist):
    """Someone, and the same one as a code would miss her: every feature a little off, in a smooth way."""
    truth = head.neutral(head.sample(2, "wide", 3031))[1][:SKIN].astype(np.float64)
    rng = np.random.default_rng(5)
    middles = truth[rng.integers(0, SKIN, 40)]
    near = np.exp(-0.5 * (np.linalg.norm(truth[:, None] - middles, axis=2) / 0.02) ** 2)
    return truth, truth + near @ rng.normal(0, 0.0012, (40, 3))


def _registered(stylist, vertices, posed, corners=None):
    fields = head_fields(stylist)
    mesh = Mesh.from_faces(vertices, fields.corners if corners is None else corners)
    return register_skin(outer_surface(mesh), fields, posed, HERE)


def test_it_finds_places_that_the_fit_misses(bumpy, stylist):
    truth, posed = bumpy
    fields = head_fields(stylist)
    found = _registered(stylist, truth, posed)
    before, after = (np.linalg.norm(x - truth, axis=1)[fields.front] for x in (posed, found.vertices))
    assert after.mean() < 0.75 * before.mean()
    assert np.percentile(after, 95) < 0.85 * np.percentile(before, 95)


def test_no_triangle_turns_over_even_on_a_rough_surface(bumpy, stylist):
    """Noise, and dents deeper than the skin can follow."""
    truth, posed = bumpy
    fields = head_fields(stylist)
    rng = np.random.default_rng(1)
    rough = truth + rng.normal(0, 0.0015, truth.shape)
    found = _registered(stylist, rough, posed)
    assert len(turned_triangles(posed, found.vertices, fields.corners)) == 0
    assert np.abs(found.vertices - posed).max() > 0.001


def test_turned_triangles_are_seen():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    corners = np.array([[0, 1, 2], [0, 2, 3]])
    folded = square.copy()
    folded[1] = [0.2, 0.9, 0]
    assert turned_triangles(square, folded, corners).tolist() == [0]
    assert not len(turned_triangles(square, square + 1, corners))


def test_where_nothing_is_the_fit_stays_and_is_not_believed(bumpy, stylist):
    """A face without the back of the head."""
    truth, posed = bumpy
    fields = head_fields(stylist)
    behind = truth[:, 2] < -0.09
    corners = fields.corners[~behind[fields.corners].any(1)]
    found = _registered(stylist, truth, posed, corners)
    far = truth[:, 2] < -0.12
    assert found.trust[far].max() == 0
    assert np.linalg.norm(found.vertices - posed, axis=1)[far].max() < 0.001
    assert np.median(found.trust[fields.front]) > 0.8


def test_closed_lips_keep_to_their_side(head, stylist):
    """The fit is a millimetre too low: upper lip must not settle on lower lip."""
    fields = head_fields(stylist)
    truth = np.asarray(head.vertices, np.float64)[:SKIN]
    found = _registered(stylist, truth, truth - [0, 0.001, 0])
    for name in ("lip_upper", "lip_lower"):
        lip = fields.landmarks[name]
        assert np.linalg.norm(found.vertices[lip] - truth[lip], axis=1).mean() < 0.0009, name
    opened = head.posed(head.vertices[None], (np.array(ARKIT) == "jawOpen")[None].astype(float))[0][:SKIN]
    again = _registered(stylist, opened.astype(np.float64), opened.astype(np.float64))
    assert np.linalg.norm(again.vertices - opened, axis=1)[fields.front].max() < 0.002
