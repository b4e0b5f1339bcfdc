"""Topology ``keep``: the user's own mesh, with all that is in its file, in a style."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import trimesh
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lego_cli import assets
from lego_cli.api import ARKIT, Mesh
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.encoding.encoded import Encoded
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.encoding.registration import Registered
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.keep.kept import KeptMesh
from lego_cli.core.keep.lid_clearance import lifted_lids
from lego_cli.core.keep.own_topology import own_topology, template_points
from lego_cli.core.keep.part_roles import sphere_of
from lego_cli.core.keep.teeth_clearance import depth_lost
from lego_cli.core.motion.posable import OnOwnMesh
from lego_cli.core.stylist import Code
from lego_cli.plugins import load_plugins

SKIN = 3260
PLACED = Similarity(100.0, Rotation.from_euler("xyz", (90, 20, 5), degrees=True).as_matrix(), np.array([3.0, -7, 2]))
"""Centimetres, Z up, a little tilted, not at the origin."""


@dataclass(frozen=True)
class Dressed:
    """A head of the head model with all its parts, glasses, a hair cap and a collar, as one quad and triangle mesh."""

    mesh: Mesh  # in the user's frame
    encoded: Encoded
    worn: dict[str, np.ndarray]

    def metres(self, mesh: Mesh) -> np.ndarray:
        return PLACED.inverse(mesh.vertices)


def _expression(**values: float) -> np.ndarray:
    code = np.zeros(len(ARKIT))
    for name, value in values.items():
        code[ARKIT.index(name)] = value
    return code


def _encoded(stylist, vertices: np.ndarray) -> Encoded:
    """What a good encoder would say; the encoder has tests of its own."""
    shape = ShapeSolver(stylist.head, stylist.net)(vertices[None])[0]
    registered = Registered(vertices[:SKIN], np.ones(SKIN))
    figures = {"mean": 0.1, "p95": 0.2}
    return Encoded(Code(shape, np.zeros(52)), PLACED, registered, figures, 0.1, 1.0, 1.0, 0.0, "cm", "+z", 1, 0)


@pytest.fixture(scope="module")
def dressed(head, stylist) -> Dressed:
    vertices = head.neutral(head.sample(2, "adult", 77))[1].astype(np.float64)
    parts = {"glasses": _glasses(head, vertices), "hair": _hair(stylist, vertices), "collar": _collar(head, vertices)}
    points, sizes, corners, worn = [vertices], [head.mesh.face_sizes], [head.mesh.corner_vertex], {}
    for name, part in parts.items():
        start = sum(map(len, points))
        worn[name] = np.arange(start, start + len(part.vertices))
        points.append(np.asarray(part.vertices))
        sizes.append(np.full(len(part.faces), 3))
        corners.append(np.asarray(part.faces).reshape(-1) + start)
    mesh = Mesh(PLACED.apply(np.concatenate(points)), np.concatenate(sizes), np.concatenate(corners))
    return Dressed(mesh, _encoded(stylist, vertices), worn)


def _glasses(head, vertices: np.ndarray) -> trimesh.Trimesh:
    rings = []
    front = vertices[head.landmarks["ibug68"][27], 2] + 0.008
    for eye in ("eye_left", "eye_right"):
        ring = trimesh.creation.torus(0.024, 0.0015, 24, 6)
        x, y, _ = vertices[head.parts[eye]].mean(0)
        ring.apply_translation([x, y - 0.002, front])
        rings.append(ring)
    bar = trimesh.creation.box((0.02, 0.003, 0.003))
    bar.apply_translation([0, 0.004, front])
    return trimesh.util.concatenate([*rings, bar])


def _hair(stylist, vertices: np.ndarray) -> trimesh.Trimesh:
    fields = head_fields(stylist)
    corners = fields.corners[(vertices[fields.corners][:, :, 1] > 0.06).all(1)]
    used, index = np.unique(corners, return_inverse=True)
    shell = vertices[used] + 0.012 * fields.normals(vertices[:SKIN])[used]
    return trimesh.Trimesh(shell, index.reshape(-1, 3), process=False)


def _collar(head, vertices: np.ndarray) -> trimesh.Trimesh:
    loop = vertices[head.landmarks["neck_loop"]]
    radius = np.linalg.norm((loop - loop.mean(0))[:, [0, 2]], axis=1).max() + 0.012
    ring = trimesh.creation.annulus(radius, radius + 0.003, 0.03)
    ring.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, [1, 0, 0]))
    ring.apply_translation(loop.mean(0))
    return ring


@pytest.fixture(scope="module")
def kept(dressed, stylist) -> KeptMesh:
    return KeptMesh(dressed.mesh, dressed.encoded, stylist)


@pytest.fixture(scope="module")
def pixar(dressed, stylist):
    style = assets.style(load_plugins(False).registry, "pixar")
    return stylist.avatar(dressed.encoded.code, [(style, 1.0)])


def test_every_part_is_told_from_the_others(head, dressed, kept, stylist):
    """Names in the file play no part: it has none."""
    parts = own_topology(dressed.mesh, dressed.encoded, stylist).parts
    role = np.empty(len(dressed.mesh.vertices), dtype=object)
    for name, index in parts.items():
        role[index] = name
    for name in ("eye_left", "eye_right", "teeth_upper", "teeth_lower", "tongue"):
        assert set(role[head.parts[name]]) == {name}
    for name in ("lashes_left", "lashes_right"):
        assert set(role[head.parts[name]]) == {"lashes"}
    for name in ("glasses", "hair", "collar"):
        assert set(role[dressed.worn[name]]) == {"worn"}
    outside = np.flatnonzero(head_fields(stylist).seen > 0.5)
    assert (role[outside] == "skin").all()
    assert (role[head.parts["mouth_bag"]] == "lining").mean() > 0.7
    assert sum(kept.roles.values()) == len(dressed.mesh.vertices)


def test_places_are_true(head, dressed, stylist):
    """A vertex that is a vertex of the head model is placed there, on its own lip and lid."""
    topology = own_topology(dressed.mesh, dressed.encoded, stylist)
    seen = np.flatnonzero(head_fields(stylist).seen > 0.5)
    assert np.linalg.norm(topology.points[seen] - head.template[seen], axis=1).max() < 1e-4
    assert np.allclose(topology.weights.sum(1), 1, atol=1e-5)


def test_a_place_between_two_parts_is_in_the_nearer_one(head):
    """In template space parts lie apart; half way between them DS knows nothing."""
    ball, skin = head.parts["eye_left"][0], head.landmarks["eye_left"][0]
    for share in (0.9, 0.1):
        weights = np.array([[share, 1 - share, 0, 0]])
        point = template_points(head, np.array([[ball, skin, skin, skin]]), weights)[0]
        near, far = (ball, skin) if share > 0.5 else (skin, ball)
        apart = np.linalg.norm(head.template[near] - head.template[far])
        assert np.linalg.norm(point - head.template[near]) < 0.02 < apart


def test_without_a_style_every_vertex_comes_back_bit_for_bit(dressed, kept, stylist):
    person = stylist.avatar(dressed.encoded.code)
    assert np.array_equal(kept.styled(person).vertices, dressed.mesh.vertices)
    assert np.array_equal(kept.styled(person, np.zeros(52)).vertices, dressed.mesh.vertices)


def test_the_style_is_the_one_that_the_head_model_gets(head, dressed, kept, pixar):
    """The same person in the head model's own topology, to a fraction of a millimetre."""
    made = dressed.metres(kept.styled(pixar))
    before = dressed.metres(dressed.mesh)
    wanted = pixar.neutral[:SKIN] - pixar.stylist.neutral(dressed.encoded.code.shape)[:SKIN]
    apart = np.linalg.norm((made - before)[:SKIN] - wanted, axis=1)
    assert np.linalg.norm(wanted, axis=1).mean() > 0.002
    assert np.percentile(apart, 95) < 0.0012
    assert apart.max() < 0.005


def test_eyeballs_stay_balls_and_lids_stay_off_them(head, dressed, kept, pixar):
    made, before = dressed.metres(kept.styled(pixar)), dressed.metres(dressed.mesh)
    for side in ("left", "right"):
        ball = head.parts[f"eye_{side}"]
        scale = np.ptp(made[ball], axis=0) / np.ptp(before[ball], axis=0)
        assert scale.min() > 1.2, "pixar's eyes are larger"
        assert np.ptp(scale) < 1e-6
        lids = head.landmarks[f"eye_{side}"]
        heights = []
        for vertices in (before, made):
            centre, radius = sphere_of(vertices[ball])
            heights.append(np.linalg.norm(vertices[lids] - centre, axis=1) / radius)
        assert (heights[1] - heights[0]).min() > -0.06, "a lid sank into the eye"


def test_lids_are_lifted_off_an_eye_that_grew_through_them():
    """By as much as they lay over it, and their border with them; what lay inside the socket stays there."""
    ball = trimesh.creation.icosphere(3, 0.012).vertices
    lid = trimesh.creation.icosphere(4, 0.0126)
    lid = lid.submesh([np.flatnonzero(lid.triangles_center[:, 2] > 0.005)], append=True)
    points = np.concatenate([ball, lid.vertices])
    role = np.array(["eye_left"] * len(ball) + ["skin"] * len(lid.vertices), dtype=object)
    moved = np.concatenate([0.2 * ball, np.zeros_like(lid.vertices)])
    lifted_lids(moved, SimpleNamespace(positions=points), role, lid.edges_unique + len(ball))
    heights = np.linalg.norm((points + moved)[len(ball) :], axis=1) / (1.2 * 0.012)
    assert 1.045 < heights.min() < heights.max() < 1.07
    np.testing.assert_array_equal(moved[: len(ball)], 0.2 * ball)


def test_worn_things_keep_their_place_and_their_shape(dressed, kept, pixar):
    made, before = dressed.metres(kept.styled(pixar)), dressed.metres(dressed.mesh)
    for name, index in dressed.worn.items():
        gaps = []
        for vertices in (before, made):
            gaps.append(cKDTree(vertices[:SKIN]).query(vertices[index])[0])
        assert np.abs(gaps[1] - gaps[0]).max() < 0.012, f"{name} came off, or went in"
        assert np.percentile(np.abs(gaps[1] - gaps[0]), 90) < 0.006, name
    ring = dressed.worn["glasses"][: 24 * 6]
    flat = np.linalg.svd(made[ring] - made[ring].mean(0))[1][2] / np.sqrt(len(ring))
    assert flat < 0.0022, "a rim was bent"


def test_a_blink_shuts_and_the_jaw_takes_teeth_along(head, dressed, kept, pixar):
    rest, shut, opened = (
        dressed.metres(kept.styled(pixar, _expression(**values)))
        for values in ({}, {"eyeBlinkLeft": 1, "eyeBlinkRight": 1}, {"jawOpen": 1})
    )
    for side in ("left", "right"):
        upper, lower = (head.landmarks[f"lid_{row}_{side}"] for row in ("upper", "lower"))

        def gap(vertices: np.ndarray, upper=upper, lower=lower) -> float:
            return float(np.median(cKDTree(vertices[lower]).query(vertices[upper])[0]))

        assert gap(rest) > 0.005
        assert gap(shut) < 0.25 * gap(rest)
    drop = (opened - rest)[:, 1]
    assert np.abs(drop[head.parts["teeth_upper"]]).max() < 1e-6
    assert drop[head.parts["teeth_lower"]].max() < -0.005
    assert drop[head.landmarks["lip_lower"]].max() < -0.005
    assert drop[head.parts["tongue"]].mean() < 0.7 * drop[head.parts["teeth_lower"]].mean(), "the tongue lies in it"
    middle = head.landmarks["lip_upper"][5:10]
    assert drop[middle].min() > -0.004


def test_the_users_tongue_comes_out_and_gums_stay(head, dressed, kept, pixar):
    still, out = (dressed.metres(kept.styled(pixar, _expression(tongueOut=v, jawOpen=0.4))) for v in (0, 1))
    tongue, teeth = head.parts["tongue"], head.parts["teeth_upper"]
    tip = tongue[still[tongue, 2].argsort()[-10:]]
    assert (out - still)[tip, 2].min() > 0.012
    lips = still[head.landmarks["lips_inner"], 2].max()
    assert out[tongue, 2].max() > lips, "past the lips"
    assert np.abs(out - still)[teeth].max() < 1e-6


def test_many_poses_are_each_of_them(dressed, kept, pixar):
    faces = np.stack([_expression(), _expression(jawOpen=1), _expression(eyeBlinkLeft=0.5, mouthSmileLeft=1)])
    posable = OnOwnMesh(kept, pixar)
    for face, vertices in zip(faces, posable.poses(faces), strict=True):
        assert np.abs(vertices - dressed.metres(kept.styled(pixar, face))).max() < 1e-9
    assert np.abs(posable.plain() - dressed.metres(dressed.mesh)).max() < 1e-9, "neutral, and no style"
    assert {"skin", "eye_left", "teeth_upper", "tongue"} <= set(posable.parts)


def test_teeth_stay_behind_lips(head, dressed, kept, stylist):
    """The ogre's jaw grows more than its lips come forward."""
    ogre = stylist.avatar(dressed.encoded.code, [(assets.style(load_plugins(False).registry, "ogre"), 1.0)])
    made, before = dressed.metres(kept.styled(ogre)), dressed.metres(dressed.mesh)
    lips = np.concatenate([head.landmarks[name] for name in ("lip_upper", "lip_lower", "lips_inner")])
    teeth = np.concatenate([head.parts["teeth_upper"], head.parts["teeth_lower"]])
    near = cKDTree(before[lips]).query(before[teeth])[1]
    depth = [(v[lips[near]] - v[teeth])[:, 2] for v in (before, made)]
    front = (depth[0] > 0) & (depth[0] < 0.009)
    assert np.percentile((depth[0] - depth[1])[front], 80) < 0.0015


def test_depth_is_measured_between_teeth_and_the_lips_before_them():
    teeth = np.c_[np.linspace(-0.01, 0.01, 20), np.zeros(20), np.zeros(20)]
    points = np.concatenate([teeth, teeth + np.array([0, 0, 0.004])])
    forward = np.zeros_like(points)
    forward[:20, 2] = 0.002
    assert np.isclose(depth_lost(forward, points, np.arange(20), np.arange(20, 40)), 0.002)
    assert depth_lost(-forward, points, np.arange(20), np.arange(20, 40)) == 0
    assert depth_lost(forward, points, np.arange(20), np.arange(0)) == 0
    assert depth_lost(forward, points * [1, 1, -1], np.arange(20), np.arange(20, 40)) == 0, "they stick out as before"


def test_detail_of_the_skin_can_be_turned_down(head, dressed, stylist):
    """A wrinkle is carried by ``detail`` 1 and gone with 0, and nothing else is."""
    points = dressed.metres(dressed.mesh)
    fields = head_fields(stylist)
    away = np.linalg.norm(points[:SKIN] - points[head.landmarks["ibug68"][21]] - [0, 0.02, 0], axis=1)
    wrinkle = 0.001 * np.exp(-0.5 * (away / 0.004) ** 2)
    rough = points.copy()
    rough[:SKIN] += wrinkle[:, None] * fields.normals(points[:SKIN])
    mesh = dressed.mesh.with_vertices(PLACED.apply(rough))
    wrinkled, smooth = KeptMesh(mesh, dressed.encoded, stylist), KeptMesh(dressed.mesh, dressed.encoded, stylist)
    style = assets.style(load_plugins(False).registry, "pixar")
    avatar = stylist.avatar(dressed.encoded.code, [(style, 1.0)])
    crest = wrinkle.argmax()

    def difference(detail: float) -> float:
        one, other = (dressed.metres(k.styled(avatar, None, detail)) for k in (wrinkled, smooth))
        return float(np.linalg.norm((one - other)[crest]))

    assert 0.0006 < difference(1.0) < 0.0016
    assert difference(0.0) < 0.4 * difference(1.0)


@pytest.mark.slow
def test_the_expression_that_a_file_came_with_changes_nothing(dressed, stylist):
    """Half shut eyes asked to be half shut stay as the artist made them."""
    own = _expression(eyeBlinkLeft=0.5, eyeBlinkRight=0.4, jawOpen=0.2)
    encoded = replace(dressed.encoded, code=Code(dressed.encoded.code.shape, own))
    again = KeptMesh(dressed.mesh, encoded, stylist).styled(stylist.avatar(encoded.code), own)
    assert np.array_equal(again.vertices, dressed.mesh.vertices)


@pytest.mark.slow
def test_what_the_code_does_not_hold_turns_with_the_face(head, dressed, stylist):
    """A heavy brow stands out the way the brow looks, also when a style tips the head forward."""
    turn = Rotation.from_euler("x", 30, degrees=True).as_matrix()
    still = np.zeros(52), np.zeros(stylist.net.shape_size)

    class Tipped:
        def displacement(self, points, shape):
            place = stylist.decode(stylist.net.prepare(points), still[1], still[0])
            return torch.from_numpy(place @ (turn - np.eye(3)).T)

    points = dressed.metres(dressed.mesh)
    brow = head.landmarks["ibug68"][19]
    near = (
        np.exp(-(((points - points[brow]) / 0.01) ** 2).sum(1, keepdims=True))
        * (np.arange(len(points)) < SKIN)[:, None]
    )
    drawn = dressed.mesh.with_vertices(PLACED.apply(points + near * [0, 0, 0.0015]))
    avatar = stylist.avatar(dressed.encoded.code, [(Tipped(), 1.0)])
    made = [dressed.metres(KeptMesh(m, dressed.encoded, stylist).styled(avatar)) for m in (drawn, dressed.mesh)]
    way = (made[0] - made[1])[brow]
    assert np.linalg.norm(way - turn @ [0, 0, 0.0015]) < 0.0006
    assert way[1] < -0.0002


def test_a_soup_of_triangles_does_not_come_apart(head, dressed, stylist, pixar):
    corners = head.mesh.triangles()
    points = dressed.mesh.vertices
    soup = Mesh.from_faces(points[corners].reshape(-1, 3), np.arange(corners.size).reshape(-1, 3))
    made = KeptMesh(soup, dressed.encoded, stylist).styled(pixar).vertices.reshape(-1, 3, 3)
    place = np.zeros((len(points), 3))
    place[corners.reshape(-1)] = made.reshape(-1, 3)
    skin = (corners < SKIN).all(1)
    assert np.abs(made[skin] - place[corners[skin]]).max() < 1e-9
