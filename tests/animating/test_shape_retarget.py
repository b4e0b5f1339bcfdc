"""A foreign rig, known by its shapes alone: understood as a head, and played in ARKit actions and back."""

from __future__ import annotations

import numpy as np
import pytest
from foreign_rig import CONTROLS, ForeignRig

from lego_cli import assets
from lego_cli.animating.retarget import arkit_fit, retarget
from lego_cli.api import ARKIT, Track
from lego_cli.plugins import load_plugins
from lego_cli.registry import Entry, Owner

pytestmark = pytest.mark.slow

FRAMES = 60


@pytest.fixture(scope="module")
def foreign():
    """The registry with the rig, the rig, a performance on it, and what that is in hidden ARKit actions."""
    registry = load_plugins(third_party=False).registry
    rig = ForeignRig(assets.head_model(registry))
    registry.add(Entry("rigs", "foreign", lambda: rig, Owner("f", "foreign-rig", "1")))
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 0.9, (FRAMES, CONTROLS)) * (rng.uniform(size=(FRAMES, CONTROLS)) < 0.3)
    values[0] = 0
    track = Track("foreign", rig.controls, values, np.arange(FRAMES) / 30)
    return registry, rig, track, np.clip(values @ rig.mixes, 0, 1)


def test_its_motion_is_found_in_arkit_actions(foreign):
    registry, rig, track, truth = foreign
    rig.nod = 0.0
    made, residual = arkit_fit(track, registry)
    assert residual.relative < 0.05
    assert residual.lost == ()
    assert not made.values[0].any(), "rest is exactly rest"
    assert np.abs(made.values - truth).mean() < 0.01
    assert np.linalg.norm(made.values - truth) < 0.12 * np.linalg.norm(truth)
    assert "of the motion" in made.notes[-1]


def test_what_is_lost_on_the_way_is_told_at_the_end(foreign):
    registry, rig, track, _ = foreign
    rig.nod = 0.0
    first = arkit_fit(track, registry)[1]
    assert retarget(track, "arkit", registry)[1].relative == pytest.approx(first.relative)
    assert retarget(track, "emotions", registry)[1].relative > first.relative


def test_a_nod_of_its_head_is_no_expression(foreign):
    registry, rig, track, _ = foreign
    rig.nod = 0.0
    still, _ = arkit_fit(track, registry)
    rig.nod = 0.3
    nodding, _ = arkit_fit(track, registry)
    rig.nod = 0.0
    np.testing.assert_allclose(nodding.values, still.values, atol=1e-3)


def test_arkit_is_played_on_its_own_controls(foreign):
    registry, rig, track, truth = foreign
    source = Track("arkit", ARKIT, truth, track.times)
    made, residual = retarget(source, "foreign", registry)
    assert made.controls == rig.controls
    assert 0 <= made.values.min() <= made.values.max() <= 1
    assert not made.values[0].any()
    assert residual.relative < 0.06
    assert np.abs(made.values - track.values).mean() < 0.02


def test_what_it_cannot_do_is_told(foreign):
    registry = foreign[0]
    values = np.zeros((2, 52))
    values[1, ARKIT.index("cheekPuff")] = 1.0
    _, residual = retarget(Track("arkit", ARKIT, values, np.arange(2) / 30), "foreign", registry)
    assert residual.lost == ("cheekPuff",)
    assert residual.relative > 0.5
