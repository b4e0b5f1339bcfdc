"""The ten cameras round a face show what they are named for, on any head."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli import assets
from lego_cli.core.face_encoder.face_cameras import FOV, VIEWS, FaceCameraOptions, face_cameras
from lego_cli.plugins import load_plugins
from lego_renderers.projection import clip_positions

DRAWS = 20  # of each head: 1,000 in all


@pytest.fixture(scope="module")
def people():
    """``(50, V, 3)`` adults, people of all kinds, and some of both in each style; and the 68 landmarks."""
    registry = load_plugins().registry
    head = assets.head_model(registry)
    real = [head.neutral(head.sample(17, kind, 4100)) for kind in ("adult", "wide")]
    recipes = [registry.get("styles", entry.name).recipe for entry in registry.entries("styles")]
    recipes = [recipe for recipe in recipes if recipe is not None]
    styled = [recipes[i % len(recipes)].apply(head, real[i % 2][i]) for i in range(16)]
    heads = torch.from_numpy(np.concatenate([*real, np.stack(styled)])).float()
    assert len(heads) == 50
    return heads, heads[:, torch.from_numpy(np.asarray(head.landmarks["ibug68"]))]


def on_screen(points: torch.Tensor, cameras) -> torch.Tensor:
    """``(B, N, L, 2)`` places of ``(B, L, 3)`` points, -1..1 inside the picture, for N cameras each."""
    clip = clip_positions(points, cameras, (224, 224))
    return (clip[..., :2] / clip[..., 3:]).view(len(points), -1, points.shape[1], 2)


def test_a_feature_is_in_its_crop_and_fills_it(people):
    heads, marks = people
    inside, filled = [], []
    for seed in range(DRAWS):
        place = on_screen(marks, face_cameras(marks, heads, torch.Generator().manual_seed(seed)))
        for index, view in enumerate(VIEWS.values()):
            shown = place[:, index, list(view.shows)]
            inside.append((shown.abs() < 1).all(2).all(1))
            filled.append((shown.amax(1) - shown.amin(1)).amax(1) / 2)
    inside, filled = torch.stack(inside).float(), torch.stack(filled)
    assert inside.mean(1).min() > 0.99  # of every view
    close = filled.view(DRAWS, len(VIEWS), -1)[:, 3:].transpose(0, 1).flatten(1)
    assert close.median(1).values.min() > 0.45  # share of the picture's side


def test_whole_heads_are_whole(people):
    heads, marks = people
    options = FaceCameraOptions(views=("head_front", "head_left", "head_right"))
    place = on_screen(heads, face_cameras(marks, heads, torch.Generator().manual_seed(0), options))
    assert (place.abs() < 1).all()


def test_left_is_the_subjects_left(people):
    heads, marks = people
    cameras = face_cameras(marks[:1], heads[:1], torch.Generator().manual_seed(1))
    x = dict(zip(VIEWS, cameras.eye[:, 0] - cameras.target[:, 0], strict=True))
    assert x["face_left"] > 0.1
    assert x["face_right"] < -0.1
    target = dict(zip(VIEWS, cameras.target[:, 0], strict=True))
    assert target["eye_left"] > 0.01
    assert target["eye_right"] < -0.01
    assert cameras.fov.tolist() == [FOV[view.level] for view in VIEWS.values()]


def test_seeded_and_moves_with_the_head(people):
    heads, marks = people[0][:2], people[1][:2]
    first, again = (face_cameras(marks, heads, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first.eye, again.eye)
    shift = torch.tensor([0.3, -0.2, 0.1])
    moved = face_cameras(2 * marks + shift, 2 * heads + shift, torch.Generator().manual_seed(7))
    torch.testing.assert_close(moved.eye, 2 * first.eye + shift, atol=1e-5, rtol=0)
    other = face_cameras(marks, heads, torch.Generator().manual_seed(8))
    assert not torch.allclose(first.eye, other.eye)
    still = FaceCameraOptions(azimuth=0, elevation=0, views=("nose",))
    straight = face_cameras(marks, heads, torch.Generator().manual_seed(7), still)
    torch.testing.assert_close(straight.eye[:, :2], straight.target[:, :2])


def test_wrong_shapes_are_refused(people):
    with pytest.raises(ValueError, match="68"):
        face_cameras(people[1][:, :5], people[0], torch.Generator())
