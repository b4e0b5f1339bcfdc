"""Eyes, teeth, tongue and lashes of an added mesh: they sit and move as the head model's own do."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from lego_cli import add_topology as adding
from lego_cli import assets
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code
from lego_cli.core.wrapping.wrap import mean_code
from lego_cli.expression import expression_code
from lego_cli.mesh.edges import mesh_edges
from lego_cli.plugins import load_plugins

pytestmark = pytest.mark.slow

MOVES = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0, "jawOpen": 1.0}


@pytest.fixture(scope="module")
def stylist():
    return assets.stylist(load_plugins(False).registry)


@pytest.fixture(scope="module")
def layout():
    """The head model's own layout: every place is known."""
    return assets.topology(load_plugins(False).registry, "head")


@pytest.fixture(scope="module")
def wrapped(stylist, layout):
    """Somebody in that layout, wrapped as if it were a stranger's mesh; the encoder's part of it is given."""
    code = Code(0.7 * np.random.default_rng(2).standard_normal(stylist.net.shape_size), np.zeros(52))
    person = stylist.avatar(code).pose(layout)
    registered = SimpleNamespace(vertices=person[stylist.skin], trust=np.ones(len(stylist.skin)))
    here = Similarity(1.0, np.eye(3), np.zeros(3))
    encoded = SimpleNamespace(code=code, transform=here, registered=registered)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adding, "_encoded", lambda *_: encoded)
        return adding.wrap_mesh(layout.mesh.with_vertices(person), stylist, "parts").wrap.topology


@pytest.mark.parametrize("actions", [{}, MOVES], ids=["at rest", "blinking, jaw open"])
def test_every_part_is_where_the_head_models_own_is(wrapped, layout, stylist, actions):
    mean = stylist.avatar(mean_code(stylist))
    pose = expression_code(actions)
    off = 1000 * np.linalg.norm(mean.pose(wrapped, pose) - mean.pose(layout, pose), axis=1)
    for part, vertices in layout.parts.items():
        assert np.percentile(off[vertices], 90) < 3.0, f"{part}, mm"
    assert off[layout.parts["skin"]].mean() < 0.3


def test_no_edge_is_torn_when_the_mouth_opens(wrapped, layout, stylist):
    mean = stylist.avatar(mean_code(stylist))
    edges = mesh_edges(layout.mesh).vertices
    lengths = [
        np.linalg.norm(posed[edges[:, 0]] - posed[edges[:, 1]], axis=1)
        for posed in (mean.pose(t, expression_code(MOVES)) for t in (wrapped, layout))
    ]
    assert 1000 * (lengths[0] - lengths[1]).max() < 18, "mm; 25 and more where the inside of a lip goes with the other"


def test_eyeballs_are_known_as_eyes(wrapped, layout):
    for eye in ("eye_left", "eye_right"):
        assert set(layout.parts[eye]) <= set(wrapped.parts[eye])
