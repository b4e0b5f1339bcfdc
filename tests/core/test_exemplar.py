"""Exemplars of two files: where the styled head stands beside its person, and what lies inside it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lego_cli.api import Mesh
from lego_cli.core.dt import exemplar as exemplars
from lego_cli.core.geometry.similarity import Similarity

PLACED = Similarity(100.0, Rotation.from_euler("xyz", (90, 0, 20), degrees=True).as_matrix(), np.array([1.0, 2, 3]))
"""The person's file: centimetres, Z up."""


@pytest.fixture(scope="module")
def person(head) -> np.ndarray:
    return head.neutral(head.sample(1, "adult", 900_601))[0].astype(np.float64)


def test_a_larger_head_in_the_same_frame_is_a_larger_head(stylist, person, monkeypatch):
    """Two topologies in one scene: size and place are style, though the encoder takes them for the file's."""
    growth = Similarity(1.2, Rotation.from_euler("x", 5, degrees=True).as_matrix(), np.array([0, 0.02, 0.01]))
    code, registered = SimpleNamespace(shape=np.zeros(4)), SimpleNamespace(trust=np.ones(len(stylist.skin)))
    files = {
        3: SimpleNamespace(transform=PLACED, code=code, registered=registered),
        4: SimpleNamespace(transform=PLACED.after(growth), code=code, registered=registered),
    }
    monkeypatch.setattr(exemplars, "_encoded", lambda mesh, _: files[len(mesh.vertices)])
    monkeypatch.setattr(exemplars, "_whole", lambda *_: person)
    identity, style = (Mesh.from_faces(np.zeros((n, 3)), np.array([[0, 1, 2]])) for n in files)
    made = exemplars.exemplar_of_meshes(identity, style, stylist)
    np.testing.assert_allclose(made.identity, person, atol=1e-9)
    np.testing.assert_allclose(made.styled, growth.apply(person), atol=1e-9)


def test_eyes_go_along_with_a_head_that_grows(stylist, monkeypatch):
    """A style mesh is known by its skin: eyeballs must come out as much larger, and as far behind their lids."""
    shape = np.zeros(stylist.net.shape_size)
    plain = stylist.neutral(shape)
    registered = SimpleNamespace(vertices=1.3 * plain[stylist.skin], trust=np.ones(len(stylist.skin)))
    encoded = SimpleNamespace(transform=PLACED, code=SimpleNamespace(shape=shape), registered=registered)
    monkeypatch.setattr(exemplars, "_encoded", lambda *_: encoded)
    styled = exemplars.exemplar_of_style(Mesh.from_faces(plain, np.array([[0, 1, 2]])), stylist).styled
    for part in ("eye_left", "eye_right"):
        index = stylist.head.parts[part]
        assert np.linalg.norm(styled[index] - 1.3 * plain[index], axis=1).max() < 0.0008, part


def test_an_evened_style_is_as_wide_as_before(stylist, head):
    """What both sides do in mirror image stays; what one side does alone is shared."""
    person = np.asarray(head.vertices, np.float64)
    wide = person * [1.15, 1, 1]
    cheek = np.exp(-(((person - [0.05, -0.04, 0.02]) / 0.015) ** 2).sum(1, keepdims=True))
    lopsided = exemplars.exemplar_of_heads(person, wide + cheek * [0, 0, 0.002], stylist)
    even = exemplars.with_symmetry(lopsided, stylist, 0.5)
    mirror = [-1, 1, 1]
    assert np.abs(even.delta - even.delta[head.mirror] * mirror).max() < 1e-5
    both = cheek + cheek[head.mirror]
    np.testing.assert_allclose(even.styled, wide + both * [0, 0, 0.001], atol=1e-4)
