"""Results with shapes: names, mixes, eyes, where they stand, and what they wear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lego_cli import assets
from lego_cli.animating.rigged import rigged
from lego_cli.api import ARKIT, LegoError
from lego_cli.core.encoding.code_file import SavedCode
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code
from lego_cli.mesh.read import read_mesh
from lego_cli.plugins import load_plugins
from lego_cli.stylizing.stylizer import StylizeOptions, Stylizer

pytestmark = pytest.mark.slow

TURN = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
PLACED = Similarity(100.0, TURN, np.array([1.0, 2, 3]))


@pytest.fixture(scope="module")
def registry():
    return load_plugins(third_party=False).registry


def made(registry, **options):
    """The rigged head of a code, and the plain result beside it."""
    stylizer = Stylizer(registry, StylizeOptions(**{"style": ("pixar",), **options}))
    code = Code(0.3 * np.sin(np.arange(stylizer.stylist.net.shape_size)), np.eye(52)[ARKIT.index("jawOpen")] * 0.5)
    result = stylizer.from_code(SavedCode(code, PLACED))
    return rigged(result, stylizer, registry, "somebody"), result


@pytest.fixture(scope="module")
def head(registry):
    return made(registry)


def test_it_has_the_52_names_in_order_and_opens_as_the_result_looks(head):
    rig, result = head
    assert rig.controls == ARKIT
    assert list(rig.all_shapes())[:52] == list(ARKIT)
    assert np.abs(rig.posed(rig.pose[None])[0] - result.canonical.vertices).max() < 8e-4
    placed = rig.posed(rig.pose[None])[0] @ rig.placement[:3, :3].T + rig.placement[:3, 3]
    assert np.abs(placed - result.mesh.vertices).max() < 0.08, "0.8 mm in centimetres"


def test_canonical_results_stay_where_they_are(registry):
    assert made(registry, frame="canonical")[0].placement is None


def test_taking_the_style_back_gives_the_person(registry, head):
    rig, _ = head
    plain, _ = made(registry, style=("pixar=0",))
    taken_back = rig.mesh.vertices + rig.all_shapes()["unstyled"]
    assert np.abs(taken_back - plain.mesh.vertices).max() < 1e-6
    assert plain.plain is None, "nothing to take back"


def test_mixes_are_what_the_rigs_say(registry, head):
    mixes = head[0].mixes
    assert {"happy", "sad", "angry", "surprised", "disgusted", "afraid", "vrm:aa", "vrm:blinkLeft"} <= set(mixes)
    assert mixes["vrm:blinkLeft"] == {"eyeBlinkLeft": 1.0}
    assert all(set(mix) <= set(ARKIT) for mix in mixes.values())


def test_eyes_turn_about_their_middles(head):
    rig, _ = head
    assert set(rig.eyes) == {"eye_left", "eye_right"}
    assert rig.eyes["eye_left"][0] > 0.02 > -0.02 > rig.eyes["eye_right"][0]
    group = np.repeat(rig.mesh.face_group, rig.mesh.face_sizes)
    ball = np.unique(rig.mesh.corner_vertex[group == rig.mesh.groups.index("eye_left")])
    looking = np.zeros((1, 52))
    looking[0, ARKIT.index("eyeLookInLeft")] = 1.0
    before, after = rig.mesh.vertices[ball], rig.posed(looking)[0][ball]
    centre = rig.eyes["eye_left"]
    assert np.abs(np.linalg.norm(after - centre, axis=1) - np.linalg.norm(before - centre, axis=1)).max() < 1e-4
    assert np.abs(after - before).max() > 0.004


def test_the_tongue_comes_out_and_parts_follow_the_jaw(head):
    rig, _ = head
    group = np.repeat(rig.mesh.face_group, rig.mesh.face_sizes)
    numbers = [rig.mesh.groups.index(name) for name in ("tongue", "teeth_lower")]
    tongue, teeth = (np.unique(rig.mesh.corner_vertex[group == number]) for number in numbers)
    out, jaw = (rig.shapes[ARKIT.index(name)] for name in ("tongueOut", "jawOpen"))
    assert out[tongue, 2].max() > 0.02
    assert jaw[teeth, 1].max() < -0.004
    assert jaw[tongue, 1].min() < -0.004


def test_the_head_turns_about_the_top_of_the_neck(head):
    rig, result = head
    chin = result.avatar.neutral[np.atleast_1d(result.avatar.stylist.head.landmarks["chin"])[0]]
    assert chin[1] < rig.pivot[1] < -0.02
    assert rig.pivot[2] < -0.03


def test_a_head_without_colours_is_painted_unless_it_must_not(registry, head):
    assert head[0].mesh.surfaces["skin"].texture is not None
    assert not made(registry, makeup=False)[0].mesh.surfaces


def test_a_cloud_has_no_shapes(registry):
    with pytest.raises(LegoError, match="no shapes"):
        made(registry, topology="points")


def test_the_users_own_mesh_gets_shapes_too(registry):
    """Topology keep: same vertices, and the neutral is the mesh without the smile that it came with."""
    mesh = read_mesh(assets.data_file("demo_head.obj"))
    stylizer = Stylizer(registry, StylizeOptions(style=("elf",), topology="keep", quality="draft", frame="canonical"))
    result = stylizer(mesh)
    rig = rigged(result, stylizer, registry, "own")
    assert rig.mesh.vertices.shape == mesh.vertices.shape
    assert np.array_equal(rig.mesh.corner_vertex, mesh.corner_vertex)
    assert np.abs(rig.posed(rig.pose[None])[0] - result.canonical.vertices).max() < 0.004
    still = replace(stylizer.options, expression=("neutral",))
    neutral = Stylizer(registry, still)(mesh).canonical
    assert np.abs(rig.mesh.vertices - neutral.vertices).max() < 1e-9
    blink = rig.shapes[ARKIT.index("eyeBlinkLeft")]
    assert 0.003 < np.abs(blink).max() < 0.03
    assert np.abs(blink[mesh.vertices[:, 0] < np.median(mesh.vertices[:, 0])]).max() < 0.01
