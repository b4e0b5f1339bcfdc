"""Local frames: exact for linear maps, linear in the shape, close to the plain local size across thin skin."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli.nn import LocalFrames, Siren
from lego_heads.anny_head import load


@pytest.fixture(scope="module")
def head():
    return load()


@pytest.fixture(scope="module")
def frames(head) -> LocalFrames:
    return LocalFrames(head.vertices, head.parts["skin"], np.arange(len(head.vertices)))


def test_the_mean_head_has_identity_frames_and_a_turned_and_scaled_one_follows(head, frames):
    assert np.abs(frames(head.vertices[None])[0] - np.eye(3)).max() < 1e-3
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    grown = frames((1.4 * head.vertices)[None])[0]
    assert np.abs(grown - 1.4 * np.eye(3)).max() < 2e-3
    turned = frames((head.vertices @ turn.T)[None])[0]
    along = np.einsum("vab,vb->va", turned, np.broadcast_to([1.0, 0, 0], head.vertices.shape))
    assert np.median(along @ turn[:, 0]) > 0.6, "across the skin a rotation is held back, along it it is followed"


def test_frames_are_linear_in_the_head(head, frames):
    a, b = head.neutral(head.sample(2, "wide", 5))
    both = frames(np.stack([a, b, 0.3 * a + 0.7 * b]))
    assert np.abs(both[2] - 0.3 * both[0] - 0.7 * both[1]).max() < 1e-3


def test_frames_of_people_never_collapse(head, frames):
    people = head.neutral(head.sample(20, "plausible", 6))
    least = np.linalg.svd(frames(people).astype(np.float64), compute_uv=False)[..., 2].min()
    assert least > 0.15


def test_a_sine_network_starts_with_lively_outputs():
    torch.manual_seed(0)
    out = Siren(3, 64, 3, 5)(torch.rand(500, 3) * 2 - 1)
    assert 0.1 < out.std() < 3
