"""Expressions on heads of all ages: eyes close, lips seal, nothing folds or comes out."""

from __future__ import annotations

import numpy as np
import pytest
from head_people import expression, people_of_all_ages, skin_normals, visible

from lego_cli.api import ARKIT
from lego_heads import anny_head

INSIDE_MOUTH = ("mouth_bag", "teeth_upper", "teeth_lower", "tongue")


@pytest.fixture(scope="module")
def head():
    return anny_head.load()


@pytest.fixture(scope="module")
def people(head):
    return people_of_all_ages(head)


def posed(head, heads, **values):
    return head.posed(heads, np.repeat(expression(**values)[None], len(heads), 0))


def eye_window(head, vertices):
    rim = vertices[head.landmarks["eye_left"]]
    return rim.mean(0), float(np.ptp(rim[:, 0])) * 1.6


def mouth_window(head, vertices):
    lips = vertices[head.landmarks["lips_outer"]]
    return lips.mean(0), float(np.ptp(lips[:, 0])) * 1.2


def test_no_expression_is_the_neutral_head(head, people):
    assert np.abs(head.posed(people, np.zeros((len(people), 52))) - people).max() < 1e-7


def test_there_are_52_actions_and_each_moves_something(head):
    actions = head.actions(head.vertices)
    assert actions.shape == (len(ARKIT), *head.vertices.shape)
    assert (np.abs(actions).max((1, 2)) > 0.0015).all()
    tongue = actions[ARKIT.index("tongueOut")]
    assert np.abs(tongue[head.parts["skin"]]).max() == 0


def test_single_actions_are_what_posing_gives(head, people):
    actions = head.actions(people[20])
    for name in ("jawOpen", "eyeBlinkLeft", "eyeLookUpRight", "mouthSmileLeft"):
        code = np.eye(52, dtype=np.float32)[ARKIT.index(name)]
        assert np.allclose(head.posed(people[20:21], code[None])[0] - people[20], actions[ARKIT.index(name)], atol=1e-7)


def test_posing_many_is_posing_each(head, people):
    rng = np.random.default_rng(0)
    codes = (rng.random((len(people), 52)) * (rng.random((len(people), 52)) < 0.2)).astype(np.float32)
    together = head.posed(people, codes)
    assert np.abs(together[7] - head.posed(people[7:8], codes[7:8])[0]).max() < 1e-6


@pytest.mark.parametrize("also", [{}, {"eyeWide": 1.0, "browInnerUp": 1.0}, {"eyeLookDown": 0.5, "mouthSmile": 0.5}])
def test_a_blink_hides_the_eyeball_on_everybody(head, people, also):
    open_eyes = sum(visible(head, v, ("eye_left",), *eye_window(head, v), 0.0) for v in people[:3])
    assert open_eyes > 300  # the rays do find open eyes
    for k, (rest, closed) in enumerate(zip(people, posed(head, people, eyeBlink=1.0, **also), strict=True)):
        for yaw in (0.0, 40.0):
            assert visible(head, closed, ("eye_left", "socket_left"), *eye_window(head, rest), yaw) == 0, (k, yaw)


def test_the_upper_lid_does_the_blinking(head, people):
    """Lids that meet half way up look like a toad's."""
    upper, lower = (head.landmarks[f"lid_{row}_left"][3:-3] for row in ("upper", "lower"))
    closed = posed(head, people, eyeBlink=1.0)
    down, up = ((closed - people)[:, row, 1].mean(1) * sign for row, sign in ((upper, -1), (lower, 1)))
    assert (up < 0.3 * down).all()


def test_half_closed_lids_are_halfway_and_outside_the_eyeball(head, people):
    upper, lower = head.landmarks["lid_upper_left"][3:-3], head.landmarks["lid_lower_left"][3:-3]
    ball = people[:, head.parts["eye_left"]]
    centre = ball.mean(1, keepdims=True)
    radius = np.linalg.norm(ball - centre, axis=2).min(1, keepdims=True)
    opened = (people[:, upper, 1] - people[:, lower, 1]).mean(1)
    before = opened
    rest = np.linalg.norm(people[:, upper] - centre, axis=2)
    for amount in (0.25, 0.5, 0.75):
        heads = posed(head, people, eyeBlink=amount)
        opening = (heads[:, upper, 1] - heads[:, lower, 1]).mean(1)
        assert (opening < before).all()
        assert np.abs(opening / opened - (1 - amount)).max() < 0.15
        height = np.linalg.norm(heads[:, upper] - centre, axis=2)
        assert (height >= np.minimum(rest, radius) - 1e-5).all()
        before = opening


def test_lids_never_cross(head, people):
    upper, lower = head.landmarks["lid_upper_left"][1:-1], head.landmarks["lid_lower_left"][1:-1]
    for values in (
        {"eyeSquint": 1.0, "cheekSquint": 1.0, "mouthSmile": 1.0},
        {"eyeSquint": 1.0, "eyeLookDown": 1.0},
        {"eyeBlink": 0.9, "cheekSquint": 1.0},
    ):
        heads = posed(head, people, **values)
        assert (heads[:, upper, 1] - heads[:, lower, 1]).mean(1).min() > -1e-4, values


def test_eyeballs_turn_without_moving_or_changing_shape(head, people):
    for side, sign in (("left", 1.0), ("right", -1.0)):
        ball = head.parts[f"eye_{side}"]
        pupil = ball[np.argmax(head.vertices[ball, 2])]
        turned = posed(head, people, **{f"eyeLookOut{side.title()}": 1.0, f"eyeLookUp{side.title()}": 1.0})
        before, after = people[:, ball], turned[:, ball]
        assert np.abs(after.mean(1) - before.mean(1)).max() < 1e-6
        lengths = [np.linalg.norm(x - x.mean(1, keepdims=True), axis=2) for x in (before, after)]
        assert np.abs(lengths[0] - lengths[1]).max() < 1e-6
        way = turned[:, pupil] - people[:, pupil]
        assert (sign * way[:, 0] > 0.001).all()  # outwards: away from the nose
        assert (way[:, 1] > 0.0005).all()
        other = head.parts["eye_right" if side == "left" else "eye_left"]
        assert np.abs(turned[:, other] - people[:, other]).max() < 1e-6


@pytest.mark.parametrize(
    "values", [{}, {"mouthSmile": 1.0}, {"jawOpen": 1.0, "mouthClose": 1.0}, {"jawOpen": 0.5, "mouthClose": 0.5}]
)
def test_closed_lips_show_no_teeth(head, people, values):
    heads = posed(head, people, **values)
    shown = [visible(head, v, INSIDE_MOUTH, *mouth_window(head, v), yaw) for v in heads[:26] for yaw in (0.0, 35.0)]
    assert max(shown) <= 12  # of 2304 rays: a chink at a corner of the mouth at most
    assert np.mean(shown) < 1.0


def test_an_open_jaw_shows_the_mouth(head, people):
    for v in posed(head, people, jawOpen=1.0):
        assert visible(head, v, INSIDE_MOUTH, *mouth_window(head, v), 0.0) > 100


def test_an_open_jaw_does_not_go_through_a_short_neck(head, people):
    """Babies have little room beneath the chin."""
    neck = head.landmarks["neck_loop"]
    throat = people[:, neck[np.argsort(head.vertices[neck, 2])[-5:]], 1].mean(1)
    chin = posed(head, people, jawOpen=1.0)[:, head.landmarks["chin"][0], 1]
    assert (chin - throat).min() > -0.002


def test_lids_are_seated_on_the_eyeballs_that_there_are_now(head, people):
    """Eyes that a style makes larger stay under their lids."""
    changed = people.copy()
    for side in ("left", "right"):
        ball = head.parts[f"eye_{side}"]
        centre = people[:, ball].mean(1, keepdims=True)
        changed[:, ball] = centre + 1.3 * (people[:, ball] - centre)
    seated = head.seated(people, changed)
    for side in ("left", "right"):
        ball, rim = head.parts[f"eye_{side}"], head.landmarks[f"eye_{side}"]
        heights = []
        for heads in (people, changed, seated):
            centre = heads[:, ball].mean(1, keepdims=True)
            radius = np.linalg.norm(heads[:, ball] - centre, axis=2).mean(1, keepdims=True)
            heights.append(np.linalg.norm(heads[:, rim] - centre, axis=2) / radius)
        before, sunk, after = heights
        assert (sunk < 0.9).any(1).all(), "the larger eyes do come through"
        assert (after > np.minimum(before, 1.0) - 0.03).all()


def test_a_babys_smile_does_not_fold(head):
    babies = head.sample(8, "plausible", 9)
    babies[:, 0] = np.linspace(-0.33, 0.1, 8)
    babies = head.neutral(babies)
    smile = [ARKIT.index(name) for name in ("mouthSmileLeft", "mouthSmileRight")]
    adult = anny_head.load(repaired=False)
    raw = adult.vertices + adult.source_actions[smile].sum(0)

    def folded(before, after):
        return (skin_normals(head, before) * skin_normals(head, after)).sum(2) < 0

    allowed = folded(adult.vertices[None], raw[None]).sum()
    outside = skin_faces_outside_the_lips(head)
    count = folded(babies, posed(head, babies, mouthSmile=1.0))[:, outside].sum(1)
    assert count.max() <= allowed + 2
    copied = folded(babies, babies + adult.source_actions[smile].sum(0))[:, outside].sum(1)
    assert copied.max() > 5 * max(count.max(), 1)  # adding the adult's smile does fold: the test can tell


def skin_faces_outside_the_lips(head):
    quads = head.mesh.corner_vertex.reshape(-1, 4)[head.mesh.face_group == head.mesh.groups.index("skin")]
    middle = head.vertices[quads].mean(1)
    rim = head.vertices[np.concatenate([head.landmarks["lip_upper"], head.landmarks["lip_lower"]])]
    return np.linalg.norm(middle[:, None] - rim, axis=2).min(1) > 0.003


def test_plausible_people_have_no_inverted_faces(head):
    heads = head.neutral(head.sample(200, "plausible", 8))
    inverted = (skin_normals(head, heads) * skin_normals(head, head.vertices[None])).sum(2) < 0
    outside = skin_faces_outside_the_lips(head)
    assert inverted[:, outside].mean() < 0.001
    assert inverted.sum(1).max() < 0.015 * inverted.shape[1]
