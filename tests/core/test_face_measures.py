"""What faces are measured by: contacts in pixels, and readings that mean the same on every head."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lego_cli.api import ARKIT
from lego_cli.core.motion import contact_measures as contacts
from lego_cli.core.motion.contact_measures import ContactMeasures
from lego_cli.core.motion.deformation_transfer import DeformationTransfer
from lego_cli.core.motion.face_readings import SIDES, face_readings
from lego_renderers.torch_renderer import TorchRenderer

READINGS = ("lids", "inner_brow", "outer_brow", "corner", "nostril")
NAMES = (*(f"{name}_{side}" for side in SIDES for name in READINGS), "mouth", "width", "down", "aside", "forward")


@pytest.fixture(scope="module")
def measure(head) -> ContactMeasures:
    return ContactMeasures(head, TorchRenderer())


def posed(head, *names: str, neutral=None) -> np.ndarray:
    neutral = head.vertices if neutral is None else neutral
    return head.posed(neutral[None], np.isin(ARKIT, names).astype(float)[None])[0].astype(np.float64)


def readings(head, vertices, rest) -> dict[str, float]:
    return dict(zip(NAMES, face_readings(vertices[None], rest, head.landmarks)[0], strict=True))


def test_an_eyeball_that_is_pushed_out_comes_through_the_lids(head, measure):
    shut = posed(head, "eyeBlinkLeft", "eyeBlinkRight")
    assert measure(shut[None], contacts.EYES)[0][0] == 0
    out = shut.copy()
    out[np.r_[head.parts["eye_left"], head.parts["eye_right"]], 2] += 0.004
    seen, pierced = measure(out[None], contacts.EYES)
    assert seen[0] > 100
    assert pierced[0] > 100


def test_teeth_that_are_pushed_out_come_through_the_lips(head, measure):
    pushed = np.array(head.vertices, np.float64)
    assert measure(pushed[None], contacts.TEETH)[1][0] == 0
    pushed[head.parts["teeth_upper"], 2] += 0.014
    assert measure(pushed[None], contacts.TEETH)[1][0] > 20


def test_an_open_mouth_shows_its_inside_and_pierces_nothing(head, measure):
    seen, pierced = measure(np.stack([head.vertices, posed(head, "jawOpen")]), contacts.MOUTH)
    assert seen[1] > 1000
    assert seen[0] < 20
    assert pierced.max() < 5


def test_rest_reads_nothing(head):
    assert np.abs(face_readings(head.vertices[None], head.vertices, head.landmarks)).max() < 1e-9


@pytest.mark.parametrize(
    ("action", "reading", "least"),
    [
        ("eyeBlinkLeft", "lids_left", -0.9), ("browInnerUp", "inner_brow_right", 0.15), ("jawOpen", "mouth", 0.4),
        ("mouthSmileRight", "corner_right", 0.15), ("mouthFrownLeft", "corner_left", -0.1), ("jawOpen", "down", -0.2),
        ("mouthPucker", "width", -0.12), ("jawLeft", "aside", 0.05), ("noseSneerLeft", "nostril_left", 0.02),
    ],
)  # fmt: skip
def test_readings_follow_what_the_face_does(head, action, reading, least):
    found = readings(head, posed(head, action), head.vertices)[reading]
    assert found * np.sign(least) > abs(least)


def test_readings_do_not_depend_on_size_or_side(head):
    face = posed(head, "mouthSmileLeft", "eyeBlinkRight")
    small = face_readings(0.4 * face[None], 0.4 * head.vertices, head.landmarks)
    assert np.allclose(small, face_readings(face[None], head.vertices, head.landmarks), atol=1e-5)
    left, right = (readings(head, posed(head, f"mouthSmile{side}"), head.vertices) for side in ("Left", "Right"))
    assert left["corner_left"] == pytest.approx(right["corner_right"], abs=0.01)


@pytest.fixture(scope="module")
def triangles(head) -> np.ndarray:
    inner = np.r_[head.parts["skin"], head.parts["mouth_bag"]]
    every = head.mesh.triangles()
    return every[np.isin(every, inner).all(1)]


def test_deformation_transfer_onto_the_same_head_changes_nothing(head, triangles):
    transfer = DeformationTransfer(head.vertices, head.vertices, triangles, head.landmarks["crown"])
    smile = posed(head, "mouthSmileLeft", "jawOpen")
    assert np.abs(transfer(smile) - smile)[transfer.used].max() < 1e-6
    assert np.abs(transfer(head.vertices) - head.vertices).max() < 1e-6


def test_deformation_transfer_goes_with_size_and_turn(head, triangles):
    turn = Rotation.from_euler("xyz", [20, -30, 10], degrees=True).as_matrix()
    other = 1.7 * head.vertices
    transfer = DeformationTransfer(head.vertices, other, triangles, head.landmarks["crown"])
    smile = posed(head, "mouthSmileLeft")
    assert np.abs(transfer(smile) - 1.7 * smile)[transfer.used].max() < 1e-5
    apart = DeformationTransfer(head.vertices @ turn.T, other @ turn.T, triangles, head.landmarks["crown"])
    assert np.abs(apart(smile @ turn.T) - transfer(smile) @ turn.T)[transfer.used].max() < 1e-5
