"""The authored styles, on people of all ages: they depend on the face, and nothing tears, dents or pokes through."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import trimesh

from lego_cli.api import ARKIT, Cameras, LegoError, StyleSource
from lego_cli.nn import LocalFrames
from lego_heads.anny_head import load
from lego_renderers.torch_renderer import TorchRenderer
from lego_styles.anatomy import anatomy_of
from lego_styles.hooks import STYLES, source
from lego_styles.measures import face_size, measures_of
from lego_styles.proportions import SHAPES

pytestmark = pytest.mark.slow

SIDES = ("left", "right")
FOLDS = 32  # of 9,700 edges


@pytest.fixture(scope="module")
def head():
    return load()


@pytest.fixture(scope="module")
def people(head):
    """A child, an old man, two ancestries, and six random people of the wide population."""
    authored = [
        head.parameters(age=0.2, asian=1.0, african=0.0, caucasian=0.0),
        head.parameters(age=1.0, gender=1.0, caucasian=1.0, african=0.0, asian=0.0, nose_hump_incr=0.6),
        head.parameters(age=0.7, gender=0.0, african=1.0, asian=0.0, caucasian=0.0),
    ]
    return head.neutral(np.concatenate([np.stack(authored), head.sample(6, "wide", 2024)])).astype(np.float64)


@pytest.fixture(scope="module", params=sorted(STYLES))
def recipe(request):
    return source(request.param).recipe


@pytest.fixture(scope="module")
def styled(head, people, recipe):
    return np.stack([recipe.apply(head, person) for person in people]).astype(np.float64)


def new_folds(head, before, after):
    """How many edges of the skin are folded back sharply (over 135 degrees) that were not (under 110)."""
    anatomy = anatomy_of(head)
    triangles = anatomy.triangles[: len(anatomy.triangles) // 2]  # one of the two ways to cut the quads
    pairs = trimesh.Trimesh(anatomy.mean[anatomy.skin], triangles, process=False).face_adjacency
    old, new = (_bends(shape, triangles, pairs) for shape in (before, after))
    return int(((new > 135) & (old < 110)).sum())


def _bends(shape, triangles, pairs):
    a, b, c = (shape[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-15
    return np.degrees(np.arccos(np.clip((normal[pairs[:, 0]] * normal[pairs[:, 1]]).sum(1), -1, 1)))


def test_every_style_is_registered_with_recipe_and_file():
    for name in STYLES:
        style = source(name)
        assert isinstance(style, StyleSource)
        assert style.name == style.recipe.name == name
        assert style.file.name == f"{name}.lego"
        assert style.recipe.licence == "CC0-1.0"
        assert style.recipe.summary


def test_the_exemplar_is_a_person_of_its_own(head, people, recipe):
    exemplar = recipe.exemplar(head)
    assert exemplar.shape == head.vertices.shape
    for other in [head.vertices, *people]:
        assert np.linalg.norm(exemplar - other, axis=1).mean() > 0.001


def test_what_a_style_does_depends_on_the_face(head, people, styled):
    """Displacements in local frames differ between people by a clear share of their size."""
    skin = head.parts["skin"]
    frames = LocalFrames(head.vertices, skin, skin)
    local = [
        np.linalg.solve(frames(person[None])[0], (result - person)[skin][..., None])[..., 0]
        for person, result in zip(people, styled, strict=True)
    ]
    average = np.mean(local, axis=0)
    differing = np.linalg.norm(np.stack(local) - average, axis=2).mean()
    assert differing > 0.2 * np.linalg.norm(average, axis=1).mean()


def test_a_style_is_seen(people, styled, head):
    moved = np.linalg.norm((styled - people)[:, head.parts["skin"]], axis=2)
    assert (np.quantile(moved, 0.9, axis=1) > 0.003).all()
    assert (moved.max(1) < 0.09).all()


def test_eyeballs_are_similar_copies(head, people, styled):
    for side in SIDES:
        eye = head.parts[f"eye_{side}"]
        for person, result in zip(people, styled, strict=True):
            before, after = (shape[eye] - shape[eye].mean(0) for shape in (person, result))
            scale = np.sqrt((after**2).sum() / (before**2).sum())
            assert 0.6 < scale < 1.9
            assert np.abs(after - scale * before).max() < 1e-6


def test_lids_lie_on_the_eyeballs(head, people, styled):
    """The lid margin is neither inside the ball nor far off it."""
    for side in SIDES:
        eye, margin = head.parts[f"eye_{side}"], head.landmarks[f"eye_{side}"]
        for person, result in zip(people, styled, strict=True):
            heights = []
            for shape in (person, result):
                centre = shape[eye].mean(0)
                radius = np.linalg.norm(shape[eye] - centre, axis=1).mean()
                heights.append(np.linalg.norm(shape[margin] - centre, axis=1) / radius - 1)
            assert heights[1].min() > 0.0
            assert heights[1].max() < max(heights[0].max(), 0.02) + 0.08


def test_nothing_folds_over(head, people, styled):
    """At full and at half strength; what remains lies in the corners of mouth and eyes and behind the ears."""
    for person, result in zip(people, styled, strict=True):
        assert new_folds(head, person, result) <= FOLDS
        assert new_folds(head, person, (person + result) / 2) <= FOLDS // 2


def test_symmetric_people_stay_symmetric(head, recipe):
    person = head.vertices
    result = recipe.apply(head, person)
    mirrored = result[head.mirror] * [-1, 1, 1]
    assert np.abs(mirrored - result).max() < 2e-4


def test_lips_stay_closed_and_do_not_cross(head, people, styled):
    upper, lower = head.landmarks["lip_upper"], head.landmarks["lip_lower"]
    before, after = (shape[:, upper, 1] - shape[:, lower, 1] for shape in (people, styled))
    assert np.abs(after - before).max() < 1e-3


INSIDE = ("mouth_bag", "socket_left", "socket_right", "teeth_upper", "teeth_lower", "tongue")


def inside_pixels(head, heads, parts=INSIDE):
    """``(B, views)`` pixels in which one of these parts is seen, from the front, both sides and a little below."""
    renderer = TorchRenderer()
    triangles = head.mesh.triangles()
    group = head.mesh.face_group[head.mesh.triangle_face()]
    hidden = np.isin(group, [head.mesh.groups.index(name) for name in parts])
    counts = []
    for eye in ((0.0, -0.05, 0.9), (0.5, -0.05, 0.75), (-0.5, -0.05, 0.75), (0.0, -0.3, 0.85)):
        row = torch.tensor([eye], dtype=torch.float32).expand(len(heads), 3)
        cameras = Cameras(
            row, torch.tensor([0.0, -0.03, 0.0]).expand_as(row), torch.tensor([0.0, 1.0, 0.0]).expand_as(row),
            torch.full((len(heads),), 16.0),
        )  # fmt: skip
        drawn = renderer.render(
            torch.tensor(heads, dtype=torch.float32), torch.as_tensor(triangles), cameras, (200, 200)
        )
        face = drawn["face"].numpy()
        counts.append((hidden[face] & (face >= 0)).sum((1, 2)))
    return np.stack(counts, axis=1)


def test_the_inside_does_not_show(head, people, styled):
    """Neither teeth nor mouth bag nor eye sockets come through the skin or between the closed lips."""
    before, after = inside_pixels(head, people), inside_pixels(head, styled)
    assert (after <= before + 6).all(), after - before


def test_lids_close_over_the_eyes(head, styled):
    """At a full blink nothing of the eyeballs is seen."""
    blink = np.zeros((len(styled), len(ARKIT)))
    blink[:, [ARKIT.index("eyeBlinkLeft"), ARKIT.index("eyeBlinkRight")]] = 1.0
    seen = inside_pixels(head, head.posed(styled, blink), ("eye_left", "eye_right"))
    assert seen.max() <= 2, seen


KNOWN_BY = {  # measures that a style's summary speaks of, and which way they go on everybody
    "pixar": {"nose_length": -1, "nose_depth": -1, "chin_width": -1, "eye": 1},
    "elf": {"jaw_width": -1, "chin_width": -1, "eye_slant": 1, "ear_length": 1},
    "ogre": {"nose_width": 1, "neck_width": 1, "brow_place": -1, "eye": -1},
    "caricature": {"neck_width": -1, "ear_length": 1},
    "disney": {"nose_length": -1, "jaw_width": -1, "neck_width": -1, "eye": 1},
    "baby": {"cranium_height": 1, "chin_depth": -1, "eye": 1},
    "chibi": {"mouth_width": -1, "nose_depth": -1, "neck_width": -1, "eye": 1},
    "statue": {"bridge_middle": 1, "chin_depth": 1},
    "orc": {"chin_depth": 1, "brow_place": -1, "brow_slant": 1, "nose_depth": -1},
    "zombie": {"cheek_hollow": -1, "temple_width": -1, "nose_width": -1},
    "joker": {"mouth_corners": 1, "mouth_width": 1, "chin_width": -1, "nose_depth": 1},
    "cat": {"eye_slant": 1, "nose_length": -1, "ear_stand": 1},
}


def test_styles_say_what_they_are_about(head, people, recipe, styled):
    """What a style is known by really goes its way, on everybody."""

    def radius(shape):
        ball = shape[head.parts["eye_left"]]
        return 1000 * np.linalg.norm(ball - ball.mean(0), axis=1).mean()

    measures = {**measures_of(head), "eye": radius}
    for name, sign in KNOWN_BY[recipe.name].items():
        for person, result in zip(people, styled, strict=True):
            change = (measures[name](result) - measures[name](person)) / face_size(head, person)
            assert sign * change > 0.001, name


def test_wider_is_away_from_the_midline(head):
    """Clay that is laid on to fill a cheek out must not hollow it."""
    x = anatomy_of(head).mean[:, 0]
    for name, field in zip(SHAPES, anatomy_of(head).proportions, strict=True):
        if name.endswith("_wide"):
            assert (field[:, 0] * np.sign(x)).sum() > 0.5 * np.abs(field[:, 0]).sum() > 0, name


def test_a_head_model_without_sliders_is_refused_with_a_hint():
    class Bare:
        name = "bare"

    with pytest.raises(LegoError) as refused:
        source("pixar").recipe.apply(Bare(), np.zeros((3, 3)))
    assert "bare" in str(refused.value)
    assert refused.value.hint
