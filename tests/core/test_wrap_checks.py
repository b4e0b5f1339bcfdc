"""The checks of a wrapped mesh: quiet on a wrap that is right by construction, awake to what can be wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lego_cli.core.geometry.mirrored_places import MIRROR, mirror_pairs, with_mirrored_places
from lego_cli.core.stylist import Code
from lego_cli.core.wrapping.unfold import unfolded
from lego_cli.core.wrapping.wrap import Wrap, at_rest, folded_triangles
from lego_cli.core.wrapping.wrap_checks import OK, check_wrap
from lego_cli.core.wrapping.wrap_openings import openings
from lego_topologies import shelf


@pytest.fixture(scope="module")
def wrap(stylist):
    """Somebody in the layout of the mask, whose places are known."""
    code = Code(0.7 * np.random.default_rng(1).standard_normal(stylist.net.shape_size), np.zeros(52))
    mask = shelf.load("mask")
    given = mask.mesh.with_vertices(stylist.avatar(code).pose(mask))
    return Wrap(given, at_rest(mask, stylist), stylist.neutral(code.shape)[stylist.skin], stylist)


@pytest.fixture(scope="module")
def pairs(wrap):
    return mirror_pairs(wrap.topology.mesh.vertices, np.array([0.9, 0.1, 0]))


def checks(wrap, pairs):
    return {check.name: check for check in check_wrap(wrap, pairs)}


def moved(wrap, index, by):
    """The wrap with some vertices at rest elsewhere."""
    rest = wrap.topology.mesh.vertices.copy()
    rest[index] += by
    return replace(wrap, topology=replace(wrap.topology, mesh=wrap.topology.mesh.with_vertices(rest)))


def test_a_right_wrap_passes_all(wrap, pairs):
    found = checks(wrap, pairs)
    assert {name: check.verdict for name, check in found.items()} == dict.fromkeys(found, OK)
    openings = ["eye_left", "eye_right", "mouth", "nostril_left", "nostril_right", "rim"]
    assert found["loops"].figures["found"] == openings
    assert found["folds"].figures["folded"] == 0
    assert found["symmetry"].figures["off_max_mm"] < 0.1


def test_a_torn_place_is_seen(wrap, pairs):
    chin = np.argsort(np.linalg.norm(wrap.topology.mesh.vertices - [0, -0.11, 0.02], axis=1))[:60]
    found = checks(moved(wrap, chin, [0, 0, 0.04]), pairs)
    assert found["distance"].figures["rest_max_mm"] > 10
    assert found["stretch"].figures["p99_ratio"] > checks(wrap, pairs)["stretch"].figures["p99_ratio"]


def test_a_lopsided_wrap_is_seen(wrap, pairs):
    left = np.flatnonzero(wrap.topology.mesh.vertices[:, 0] > 0.01)
    assert checks(moved(wrap, left, [0, 0.01, 0]), pairs)["symmetry"].verdict != OK


def test_an_opening_elsewhere_and_a_hole_are_seen(wrap, pairs):
    mesh = wrap.given
    kept = np.ones(len(mesh.face_sizes), dtype=bool)
    cheek = mesh.corner_vertex[mesh.face_starts]
    kept[np.linalg.norm(wrap.topology.mesh.vertices[cheek] - [0.045, -0.04, 0.02], axis=1).argmin()] = False
    corner = np.repeat(kept, mesh.face_sizes)
    holed = replace(mesh, face_sizes=mesh.face_sizes[kept], corner_vertex=mesh.corner_vertex[corner])
    found = checks(replace(wrap, given=replace(holed, uvs=None, corner_uv=None, face_group=None)), pairs)
    assert (found["loops"].figures["holes"], found["loops"].verdict) == (1, "warning")


def test_openings_of_the_left_half_are_the_left_ones(wrap):
    mesh = wrap.given
    kept = (np.minimum.reduceat(wrap.topology.mesh.vertices[mesh.corner_vertex, 0], mesh.face_starts)) > 0.001
    corner = np.repeat(kept, mesh.face_sizes)
    half = replace(mesh, face_sizes=mesh.face_sizes[kept], corner_vertex=mesh.corner_vertex[corner])
    found = openings(replace(wrap, given=replace(half, uvs=None, corner_uv=None, face_group=None)))
    assert {"eye_left", "nostril_left"} <= {opening.name for opening in found}
    assert not any(opening.name.endswith("right") for opening in found)


def test_folds_are_found_and_taken_out(wrap, stylist):
    """A cheek vertex whose place is that of another far beyond its neighbours turns triangles over."""
    points = wrap.topology.points.copy()
    cheek = int(np.linalg.norm(points - [0.045, -0.04, 0.03], axis=1).argmin())
    ring = np.unique(wrap.skin_triangles[(wrap.skin_triangles == cheek).any(1)])
    points[cheek] += 3 * (points[ring[ring != cheek][0]] - points[cheek])
    folded = replace(wrap, topology=at_rest(replace(wrap.topology, points=points), stylist))
    assert len(folded_triangles(folded)) > 0
    assert len(folded_triangles(unfolded(folded))) == 0


def test_places_of_a_symmetric_mesh_become_symmetric(wrap, pairs, stylist):
    points = wrap.topology.points.copy()
    points[::3] += np.float32(0.001)
    offsets = np.random.default_rng(0).normal(0, 0.002, points.shape)
    made = with_mirrored_places(replace(wrap.topology, points=points, offsets=offsets), pairs, stylist.head)
    paired = pairs >= 0
    assert paired.mean() > 0.95
    np.testing.assert_allclose(made.points[paired] * MIRROR, made.points[pairs[paired]], atol=1e-6)
    np.testing.assert_allclose(made.offsets[paired] * MIRROR, made.offsets[pairs[paired]], atol=1e-9)
    np.testing.assert_allclose(made.weights.sum(1), 1, atol=1e-5)


def test_a_lopsided_mesh_has_no_mirror_images(wrap):
    bent = wrap.given.vertices.copy()
    bent[:, 0] += 2.0 * bent[:, 1] ** 2
    assert mirror_pairs(bent, np.array([1.0, 0, 0])) is None


def test_offsets_follow_the_face(wrap, stylist):
    """A vertex that stands off the mean head by 5 mm does so on a larger head, and more."""
    topology = replace(wrap.topology, offsets=np.tile([0.0, 0, 0.005], (len(wrap.topology.points), 1)))
    code = Code(np.zeros(stylist.net.shape_size), np.zeros(52))
    gap = stylist.avatar(code).pose(topology) - stylist.avatar(code).pose(wrap.topology)
    lengths = 1000 * np.linalg.norm(gap, axis=1)
    assert np.percentile(lengths, 5) > 2
    assert np.percentile(lengths, 95) < 10
