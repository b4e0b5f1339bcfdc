"""Shapes and correctives: what a file adds up to is what was posed, and lids slide over eyeballs, not through them."""

from __future__ import annotations

import numpy as np
import pytest

from lego_cli import assets
from lego_cli.api import ARKIT, RiggedHead
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.keep.own_topology import head_topology
from lego_cli.core.motion import contact_measures as contacts
from lego_cli.core.motion.contact_measures import ContactMeasures
from lego_cli.core.motion.rigging import LEAST, candidates, shapes_of, telling
from lego_cli.core.stylist import Code
from lego_cli.plugins import load_plugins
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow


def code(**values: float) -> np.ndarray:
    row = np.zeros(len(ARKIT))
    for name, value in values.items():
        for action in (name,) if name in ARKIT else (f"{name}Left", f"{name}Right"):
            row[ARKIT.index(action)] = value
    return row


@pytest.fixture(scope="module")
def styled(stylist):
    """Two people in a style with large eyes, as what poses them."""
    registry = load_plugins(third_party=False).registry
    people = stylist.head.neutral(stylist.head.sample(2, "plausible", 900_400)).astype(np.float64)
    style = assets.style(registry, "pixar")
    topology = head_topology(stylist.head)
    avatars = [
        stylist.avatar(Code(s, np.zeros(52)), [(style, 1.0)]) for s in ShapeSolver(stylist.head, stylist.net)(people)
    ]
    return [lambda values, avatar=avatar: avatar.poses(topology, values) for avatar in avatars]


@pytest.fixture(scope="module")
def heads(stylist, styled) -> list[RiggedHead]:
    made = []
    for poser in styled:
        neutral, shapes, correctives, extra = shapes_of(poser)
        made.append(RiggedHead("x", stylist.head.mesh.with_vertices(neutral), ARKIT, shapes, correctives, extra))
    return made


def bent(values: np.ndarray) -> np.ndarray:
    """A made-up mesh of three vertices that moves straight, with a pair that helps itself, and with a detour."""
    named = dict(zip(ARKIT, np.asarray(values).T, strict=True))
    vertices = np.zeros((len(values), 3, 3))
    vertices[:, 0, 0] = named["jawOpen"] + 2 * named["mouthSmileLeft"]
    vertices[:, 1, 1] = named["eyeBlinkLeft"] * named["eyeSquintLeft"]
    vertices[:, 2, 2] = named["eyeLookUpRight"] * (1 - named["eyeLookUpRight"])
    return vertices


def test_a_head_that_moves_straight_needs_no_correctives():
    rng = np.random.default_rng(0)
    moves = rng.normal(size=(52, 5, 3))
    rest = rng.normal(size=(5, 3))
    neutral, shapes, correctives, extra = shapes_of(lambda values: rest + np.tensordot(values, moves, 1), 1e-4)
    assert correctives == ()
    assert extra.shape == (0, 5, 3)
    assert np.array_equal(neutral, rest)
    assert np.allclose(shapes, moves, atol=1e-6)


def test_correctives_hold_what_a_sum_misses():
    _, shapes, correctives, extra = shapes_of(bent, 1e-4)
    assert {c.name for c in correctives} == {"eyeBlinkLeft_x_eyeSquintLeft", "eyeLookUpRight_half"}
    values = np.stack(
        [code(jawOpen=0.3, eyeBlinkLeft=0.5, eyeSquintLeft=0.8, eyeLookUpRight=0.25), code(eyeBlinkLeft=1)]
    )
    named = dict(zip(ARKIT, values.T, strict=True))
    weights = np.stack([c.weight(named) for c in correctives], axis=1)
    assert np.allclose(np.tensordot(values, shapes, 1) + np.tensordot(weights, extra, 1), bent(values), atol=1e-6)


def test_each_corrective_is_full_where_it_was_measured_and_nothing_at_rest():
    assert len({c.name for c in candidates()}) == len(candidates())
    for corrective in candidates():
        full = dict(zip(ARKIT, telling(corrective).tolist(), strict=True))
        assert corrective.weight(full) == pytest.approx(1)
        assert corrective.weight(dict.fromkeys(ARKIT, 0.0)) == 0
        for control in corrective.controls:  # and a single shape at full strength stays what it is
            assert corrective.weight(dict.fromkeys(ARKIT, 0.0) | {control: 1.0}) == 0


def test_single_shapes_are_what_was_posed(styled, heads):
    for poser, head in zip(styled, heads, strict=True):
        assert np.abs(head.posed(np.eye(52)) - poser(np.eye(52))).max() < 3e-5


def test_a_file_adds_up_to_what_was_posed(styled, heads):
    faces = [
        code(eyeBlink=1, eyeLookDown=1), code(eyeBlink=0.5), code(eyeBlink=1, eyeSquint=1), code(eyeBlink=1, eyeWide=1),
        code(eyeLookUpLeft=0.8, eyeLookInLeft=0.8), code(jawOpen=1, mouthClose=1),
    ]  # fmt: skip
    for poser, head in zip(styled, heads, strict=True):
        exact, added = poser(np.stack(faces)), head.posed(np.stack(faces))
        alone = head.mesh.vertices + np.tensordot(np.stack(faces), head.shapes, 1)
        off, off_alone = (np.abs(x - exact).max((1, 2)) for x in (added, alone))
        assert off.max() < 2 * LEAST
        assert off_alone[:4].max() > 0.0015, "sums alone go wrong where lids meet"


def test_lids_pass_over_the_eyeball_with_correctives_and_through_it_without(stylist, heads):
    measure = ContactMeasures(stylist.head, TorchRenderer())
    blinking = np.stack([code(eyeBlink=share) for share in (0.25, 0.5, 0.75, 1.0)])
    through = 0
    for head in heads:
        seen, pierced = measure(head.posed(blinking), contacts.EYES)
        assert pierced.max() == 0
        assert seen[-1] == 0
        assert (np.diff(seen) < 0).all()
        alone = head.mesh.vertices + np.tensordot(blinking, head.shapes, 1)
        through += measure(alone, contacts.EYES)[1].max()
    assert through > 20


def test_teeth_stay_behind_lips_and_closed_lips_stay_shut(stylist, heads):
    measure = ContactMeasures(stylist.head, TorchRenderer())
    mouths = np.stack([
        code(mouthPress=1), code(mouthSmile=1), code(mouthPucker=1), code(mouthRollLower=1, mouthRollUpper=1),
        code(mouthShrugLower=1), code(mouthFrown=1), code(jawForward=1),
    ])  # fmt: skip
    closed = np.stack([code(jawOpen=1, mouthClose=1), code(jawOpen=0.5, mouthClose=0.5)])
    for head in heads:
        assert measure(head.posed(mouths), contacts.TEETH)[1].max() == 0
        wide = measure(head.posed(code(jawOpen=1)[None]), contacts.MOUTH)[0][0]
        assert measure(head.posed(closed), contacts.MOUTH)[0].max() < 0.01 * wide
