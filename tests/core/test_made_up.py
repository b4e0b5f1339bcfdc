"""The painted look: colours lie where the features are, in every topology's own UVs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import cKDTree

from lego_cli.core.colours.made_up import made_up
from lego_cli.core.colours.painted import PaintedMesh
from lego_topologies.shelf import load as shelf

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["head", "mask", "looped"])
def painted(request, head):
    topology = shelf(request.param)
    look = made_up(topology, head, 512)
    return topology, PaintedMesh(look.worn_by(topology.mesh))


def colour_at(topology, paint, head, vertices) -> np.ndarray:
    """Mean linear light of the triangles' middles nearest to places of the head model."""
    middles = topology.mesh.vertices[topology.mesh.triangles()].mean(1)
    place = head.vertices[np.asarray(vertices)]
    near = np.unique([np.linalg.norm(middles - p, axis=1).argmin() for p in place])
    return paint(near, np.full((len(near), 3), 1 / 3), np.full(len(near), 1e-4)).mean(0)


def test_lips_are_red_brows_are_dark_and_cheeks_are_skin(painted, head):
    topology, paint = painted
    marks = head.landmarks
    lips = (np.asarray(marks["lips_outer"]), np.asarray(marks["lips_inner"]))
    lip = colour_at(topology, paint, head, np.r_[lips[0][::4], lips[1][::4]])
    brow = colour_at(topology, paint, head, marks["brow_left"][1:-1])
    forehead = colour_at(topology, paint, head, marks["ibug68"][27:28])
    assert lip[1] / lip[0] < 0.9 * forehead[1] / forehead[0]
    assert brow.mean() < 0.8 * forehead.mean()


def test_pupils_are_black_and_the_white_is_white(head):
    topology = shelf("head")
    paint = PaintedMesh(made_up(topology, head, 512).worn_by(topology.mesh))
    triangles = topology.mesh.triangles()
    ball = topology.parts["eye_left"]
    own = np.flatnonzero(np.isin(triangles, ball).all(1))
    middle = topology.mesh.vertices[triangles[own]].mean(1) - topology.mesh.vertices[ball].mean(0)
    ahead = middle[:, 2] / np.linalg.norm(middle, axis=1)
    front, side = own[ahead.argsort()[-4:]], own[(ahead > 0.55) & (ahead < 0.75)]
    dark, white = (paint(x, np.full((len(x), 3), 1 / 3), np.full(len(x), 1e-5)).mean() for x in (front, side))
    assert dark < 0.25
    assert white > 0.45


def test_the_same_topology_looks_the_same_again(head):
    one, two = (made_up(shelf("simplified"), head, 128) for _ in range(2))
    assert one.surfaces["skin"].texture.data == two.surfaces["skin"].texture.data


def test_a_cloud_has_nowhere_to_paint(head):
    assert made_up(shelf("points"), head, 128) is None


def test_lashes_are_dense_at_their_roots_and_strands_at_their_tips(head):
    topology = shelf("head")
    worn = made_up(topology, head, 128).worn_by(topology.mesh)
    surface = worn.surfaces["lashes"]
    assert surface.cutout
    alpha = np.asarray(Image.open(io.BytesIO(surface.texture.data)))[..., 3] / 255
    cards = np.isin(worn.corner_vertex, np.r_[topology.parts["lashes_left"], topology.parts["lashes_right"]])
    uv = worn.uvs[worn.corner_uv[cards]]
    place = worn.vertices[worn.corner_vertex[cards]]
    skin = worn.vertices[topology.parts["skin"]]
    away = cKDTree(skin).query(place)[0]
    share = (uv[:, 1] % 0.5) / 0.5
    assert np.corrcoef(away, share)[0, 1] > 0.8, "from root to tip"
    above = np.where(uv[:, 1] > 0.5, 1, -1)
    assert (above * place[:, 1] > -0.004).mean() > 0.9, "upper lashes in the upper half"
    column = (uv[:, 0] % 1 * alpha.shape[1]).astype(int)
    upper = alpha[: len(alpha) // 2, np.unique(column)]
    assert upper[-8].mean() > 2 * upper[6].mean()
    assert 0.2 < (alpha[len(alpha) // 4] > 0.5).mean() < 0.8
    untouched = ~cards
    assert np.array_equal(worn.corner_uv[untouched], topology.mesh.corner_uv[untouched])
