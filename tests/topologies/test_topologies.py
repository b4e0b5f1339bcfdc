"""What an artist or animator would trip over in the shipped topologies, and in those that a rebuild would give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from topologies.conftest import REBUILT

from lego_cli.api import LegoError
from lego_cli.core.colours.uv_raster import uv_raster
from lego_topologies import shelf
from lego_topologies.archive import read_topology
from lego_topologies.edges import boundary_loops, edge_table, flaws

MESHES = ("head", "mask", "simplified", "dense", "looped")
VERTICES = {
    "head": (4956, 4956),
    "mask": (1500, 2500),
    "simplified": (900, 1100),
    "dense": (5000, 7000),
    "looped": (15_000, 20_000),
    "points": (35_000, 35_000),
    REBUILT: (3500, 4500),
}
SKIN_LOOPS = {"head": 4, "mask": 6, "simplified": 4, "dense": 4, "looped": 4, REBUILT: 4}
# neck and teeth strips; lashes in head
HOLES = {"head": 7, "mask": 6, "simplified": 4, "dense": 3, "looped": 3, REBUILT: 3}
# mean, mm
LIKENESS = {"head": 0.06, "mask": 0.06, "simplified": 0.3, "dense": 0.3, "looped": 0.3, "points": 0.3, REBUILT: 0.3}


@pytest.fixture(scope="module", params=[*shelf.SUMMARIES, pytest.param(REBUILT, marks=pytest.mark.slow)])
def topology(request):
    return request.getfixturevalue(REBUILT) if request.param == REBUILT else shelf.load(request.param)


@pytest.fixture(scope="module", params=[*MESHES, pytest.param(REBUILT, marks=pytest.mark.slow)])
def meshed(request):
    return request.getfixturevalue(REBUILT) if request.param == REBUILT else shelf.load(request.param)


def faces_of(topology, part=None):
    mesh = topology.mesh
    faces = np.full((len(mesh.face_sizes), 4), -1)
    faces[np.arange(4)[None] < mesh.face_sizes[:, None]] = mesh.corner_vertex
    return faces if part is None else faces[mesh.face_group == mesh.groups.index(part)]


def test_count_is_what_the_summary_promises(topology):
    least, most = VERTICES[topology.name]
    assert least <= len(topology.mesh.vertices) <= most
    assert topology.summary == shelf.SUMMARIES["dense" if topology.name == REBUILT else topology.name]
    assert topology.licence.startswith("CC0")


def test_everything_has_one_row_for_each_vertex(topology):
    count = len(topology.mesh.vertices)
    assert topology.points.shape == (count, 3)
    assert topology.anchors.shape == topology.weights.shape == (count, 4)
    covered = np.concatenate(list(topology.parts.values()))
    assert sorted(covered.tolist()) == list(range(count))


def test_mesh_is_an_oriented_manifold(meshed):
    assert flaws(faces_of(meshed)) == []
    assert np.unique(meshed.mesh.corner_vertex).size == len(meshed.mesh.vertices)


def test_skin_is_open_where_it_should_be(meshed):
    assert len(boundary_loops(faces_of(meshed, "skin"))) == SKIN_LOOPS[meshed.name]
    assert len(boundary_loops(faces_of(meshed))) == HOLES[meshed.name]


def test_both_sides_are_mirror_images(topology):
    rest, points = topology.mesh.vertices, topology.points
    distance, partner = cKDTree(rest).query(rest * [-1, 1, 1])
    if topology.name == "head":  # its lips touch: nearest is not always the mirror image
        distance, partner = cKDTree(points).query(points * [-1, 1, 1])
        np.testing.assert_allclose(rest[partner] * [-1, 1, 1], rest, atol=2e-6)
    assert distance.max() < 2e-6
    np.testing.assert_allclose(points[partner] * [-1, 1, 1], points, atol=2e-6)


def test_faces_are_mirrored_too(meshed):
    faces, points = faces_of(meshed), meshed.points
    _, partner = cKDTree(points).query(points * [-1, 1, 1])
    partner = np.append(partner, -1)
    assert {tuple(sorted(f)) for f in faces.tolist()} == {tuple(sorted(f)) for f in partner[faces].tolist()}


def test_uvs_lie_in_the_square_and_are_not_squashed(meshed):
    mesh = meshed.mesh
    assert mesh.uvs is not None
    assert mesh.uvs.min() >= 0
    assert mesh.uvs.max() <= 1
    uv = mesh.uvs[mesh.corner_uv[mesh.triangle_corners()]]
    u, v = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    area = (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2
    skin = mesh.face_group[mesh.triangle_face()] == mesh.groups.index("skin")
    assert -area[skin].clip(max=0).sum() < 1e-4 * area[skin].sum(), "texture mirrored on some faces"
    longest = np.linalg.norm(uv - np.roll(uv, 1, axis=1), axis=2).max(1)
    across = np.ptp(uv[skin].reshape(-1, 2), axis=0).max()
    assert longest[skin].max() < (0.3 if meshed.name == "mask" else 0.1) * across, "a face crosses a seam"
    if meshed.name != "mask":
        assert area[skin].sum() == pytest.approx(0.379, rel=0.01), "the skin covers as much texture as the head's does"


def test_uvs_do_not_overlap_and_use_the_picture_well(meshed):
    mesh, size = meshed.mesh, 512
    drawn = uv_raster(mesh, np.arange(len(mesh.face_sizes)), size)
    assert drawn.overlap < 0.001, "two places share their texels"
    assert (drawn.triangle >= 0).mean() > (0.35 if meshed.name == "simplified" else 0.5)
    group = mesh.face_group[mesh.triangle_face()][drawn.triangle[drawn.triangle >= 0]]
    for eye in {"eye_left", "eye_right"} & set(mesh.groups):
        assert (group == mesh.groups.index(eye)).sum() > 100**2, "an iris of a few pixels"


def test_a_texture_made_for_one_layout_fits_the_others():
    """A level of detail wears the same picture as the full head."""
    full, others = shelf.load("looped"), [shelf.load(name) for name in ("head", "dense", "simplified")]
    skin = full.mesh.face_group == full.mesh.groups.index("skin")
    corner = np.repeat(skin, full.mesh.face_sizes)
    tree = cKDTree(full.points[full.mesh.corner_vertex[corner]])
    uv = full.mesh.uvs[full.mesh.corner_uv[corner]]
    for other in others:
        own = np.repeat(other.mesh.face_group == other.mesh.groups.index("skin"), other.mesh.face_sizes)
        vertex, own_uv = other.mesh.corner_vertex[own], other.mesh.uvs[other.mesh.corner_uv[own]]
        found = tree.query(other.points[vertex], k=8)[1]
        off = np.linalg.norm(uv[found] - own_uv[:, None], axis=2).min(1)  # several: both sides of seams
        assert np.median(off) < 0.003
        assert np.percentile(off, 99) < 0.02


def test_anchors_lead_back_to_the_rest_positions(topology, head):
    assert topology.weights.min() >= 0
    np.testing.assert_allclose(topology.weights.sum(1), 1, atol=1e-6)
    for values, wanted in ((head.vertices, topology.mesh.vertices), (head.template, topology.points)):
        carried = (values[topology.anchors] * topology.weights[..., None]).sum(1)
        assert np.linalg.norm(carried - wanted, axis=1).mean() * 1000 < LIKENESS[topology.name]


def test_anchors_stay_in_one_part(topology, head):
    part = np.zeros(len(head.vertices), np.int64)
    for k, name in enumerate(sorted(head.parts)):
        part[head.parts[name]] = k
    for name, vertices in topology.parts.items():
        used = topology.weights[vertices] > 0
        assert (part[topology.anchors[vertices]][used] == sorted(head.parts).index(name)).all()


def test_head_is_the_head_model(head):
    topology = shelf.load("head")
    assert (topology.anchors[:, 0] == np.arange(len(head.vertices))).all()
    np.testing.assert_array_equal(topology.mesh.corner_vertex, head.mesh.corner_vertex)
    np.testing.assert_allclose(topology.mesh.vertices, head.vertices, atol=6e-5)
    np.testing.assert_allclose(topology.points, head.template, atol=6e-5)


def test_no_spikes_between_lips_or_lids_in_template_space(meshed):
    edges, _ = edge_table(faces_of(meshed))
    part = np.zeros(len(meshed.points), np.int64)
    for k, vertices in enumerate(meshed.parts.values()):
        part[vertices] = k
    edges = edges[part[edges[:, 0]] == part[edges[:, 1]]]
    rest, points = (
        np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=1) for p in (meshed.mesh.vertices, meshed.points)
    )
    assert (points - 2 * rest).max() < 0.0025


def test_touching_lips_and_lids_open_with_the_right_side(topology, head):
    """A vertex of one lip whose template point lay on the other would be torn along when the mouth opens."""
    skin = topology.parts["skin"]
    opening = topology.points[skin] - topology.mesh.vertices[skin]
    own = np.einsum("vk,vkd->vd", topology.weights[skin], (head.template - head.vertices)[topology.anchors[skin]])
    assert np.linalg.norm(own, axis=1).max() > 0.004, "the template's mouth is open"
    assert np.linalg.norm(opening - own, axis=1).max() < 0.0012


def test_normals_point_outwards(meshed):
    mesh = meshed.mesh
    area = mesh.area_vectors()
    skin = mesh.face_group == mesh.groups.index("skin")
    flux = (area * mesh.vertices[mesh.corner_vertex[mesh.face_starts]]).sum(1)
    assert flux[skin].sum() > 0
    for eye in {"eye_left", "eye_right"} & set(mesh.groups):
        ball = mesh.face_group == mesh.groups.index(eye)
        centre = mesh.vertices[meshed.parts[eye]].mean(0)
        away = mesh.vertices[mesh.corner_vertex[mesh.face_starts[ball]]] - centre
        assert ((area[ball] * away).sum(1) > 0).all()


def test_no_face_is_folded_or_a_needle(meshed):
    mesh = meshed.mesh
    triangles = mesh.triangles()
    a, b, c = (mesh.vertices[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    assert ((normal * mesh.area_vectors()[mesh.triangle_face()]).sum(1) > 0).all()
    if meshed.name in ("dense", "simplified", REBUILT):
        skin = mesh.face_group[mesh.triangle_face()] == mesh.groups.index("skin")
        sides = (b - a) ** 2 + (c - b) ** 2 + (a - c) ** 2
        shape = 2 * np.sqrt(3) * np.linalg.norm(normal, axis=1) / sides.sum(1)  # 1 for equal sides
        assert np.median(shape[skin]) > 0.9
        assert np.percentile(shape[skin], 1) > 0.5


def test_animated_layouts_have_eyeballs_that_fill_the_lids(head):
    for name in ("dense", "looped"):
        topology = shelf.load(name)
        for eye in ("eye_left", "eye_right"):
            ball, own = topology.mesh.vertices[topology.parts[eye]], head.vertices[head.parts[eye]]
            np.testing.assert_allclose(np.ptp(ball, axis=0), np.ptp(own, axis=0), rtol=0.04)


def test_points_are_even():
    cloud = shelf.load("points")
    nearest = cKDTree(cloud.points).query(cloud.points, k=2)[0][:, 1]
    assert np.percentile(nearest, 1) > 0.55 * np.median(nearest)
    assert np.percentile(nearest, 99) < 1.5 * np.median(nearest)


def test_unknown_name_is_no_default():
    with pytest.raises(LegoError, match="no topology called 'flame-like'"):
        shelf.load("flame-like")


def test_damaged_file_is_an_error_with_a_hint(tmp_path):
    path = tmp_path / "mask.npz"
    path.write_bytes((shelf.DATA / "mask.npz").read_bytes()[:5000])
    with pytest.raises(LegoError, match=r"cannot read the topology .*mask\.npz"):
        read_topology(path)
