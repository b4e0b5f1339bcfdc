"""Performances on other rigs: names arrive as they are, rest stays rest, and what is lost is told."""

from __future__ import annotations

import numpy as np
import pytest
from performances import performance

from lego_cli.animating.retarget import mixes_of, retarget, solved, to_arkit
from lego_cli.api import ARKIT, Track
from lego_cli.errors import LegoError
from lego_cli.plugins import load_plugins
from lego_cli.registry import Entry, Owner

SECONDS = 3.0
ALIKE = ("livelink", "mediapipe", "ict", "meta")  # can do all that a take without tongue does


@pytest.fixture(scope="module")
def registry():
    return load_plugins(third_party=False).registry


@pytest.fixture(scope="module")
def track() -> Track:
    times, values, head = performance(SECONDS)
    return Track("arkit", ARKIT, values, times, head)


@pytest.fixture(scope="module")
def metric(registry):
    from lego_cli import assets
    from lego_cli.core.motion.action_metric import action_metric

    return action_metric(assets.head_model(registry))


@pytest.mark.parametrize("rig", ALIKE)
def test_there_and_back_is_the_same_performance(track, registry, rig):
    made, residual = retarget(track, rig, registry)
    assert made.rig == rig
    assert made.controls == registry.get("rigs", rig).controls
    assert 0 <= made.values.min() <= made.values.max() <= 1
    assert residual.relative < 1e-4
    assert residual.lost == ()
    back = to_arkit(made, registry)
    np.testing.assert_allclose(back.values, track.values, atol=1e-5)
    np.testing.assert_array_equal(back.head, track.head)
    np.testing.assert_array_equal(back.times, track.times)


@pytest.mark.parametrize("rig", ["livelink", "mediapipe"])
def test_names_alone_are_taken_over_to_the_last_bit(track, registry, rig):
    made, _ = retarget(track, rig, registry)
    by_name = {name.casefold(): column for name, column in zip(made.controls, made.values.T, strict=True)}
    for name, column in zip(ARKIT[:51], track.values.T, strict=False):
        np.testing.assert_array_equal(by_name[name.casefold()], column)


def test_rest_stays_exactly_rest_on_every_rig(registry):
    still = Track("arkit", ARKIT, np.zeros((3, 52)), np.arange(3) / 30)
    for entry in registry.entries("rigs"):
        if not entry.missing():
            made, residual = retarget(still, entry.name, registry)
            assert not made.values.any(), entry.name
            assert residual.relative == 0


def test_what_a_rig_cannot_do_is_told(registry):
    values = np.zeros((10, 52))
    values[:, ARKIT.index("tongueOut")] = np.linspace(0, 1, 10)
    values[:, ARKIT.index("jawOpen")] = 0.5
    _, residual = retarget(Track("arkit", ARKIT, values, np.arange(10) / 30), "mediapipe", registry)
    assert residual.lost == ("tongueOut",)
    assert residual.worst == 9
    assert 0 < residual.relative < 1


def test_few_controls_are_used_as_well_as_they_can_be(track, registry, metric):
    """Eighteen presets cannot do everything; the solver still beats what people write down in a table."""
    mixes = mixes_of(registry.get("rigs", "vrm"))
    ours = solved(track.values, mixes, metric.solving)
    root = np.linalg.cholesky(metric.mesh + 1e-12 * np.eye(52))
    cut_off = np.clip(np.linalg.lstsq(root.T @ mixes.T, root.T @ track.values.T, rcond=None)[0].T, 0, 1)
    errors = [np.sqrt((metric.lengths(track.values - b @ mixes) ** 2).mean()) for b in (ours, cut_off, 0 * ours)]
    assert errors[0] < 0.9 * errors[1]
    assert errors[0] < 0.3 * errors[2]
    made, residual = retarget(track, "vrm", registry)
    np.testing.assert_allclose(made.values, ours)
    assert residual.relative == pytest.approx(errors[0] / errors[2], rel=0.02)


def test_blinks_reach_the_presets(track, registry):
    made, _ = retarget(track, "vrm", registry)
    shut = track.values[:, ARKIT.index("eyeBlinkLeft")] > 0.8
    blink = made.values[:, [made.controls.index(name) for name in ("blink", "blinkLeft", "blinkRight")]]
    assert shut.any()
    assert (blink[shut, 0] + 0.5 * blink[shut, 1] + 0.5 * blink[shut, 2] > 0.6).all()


def test_a_wink_stays_on_its_side(registry):
    values = np.zeros((1, 52))
    values[0, ARKIT.index("eyeBlinkLeft")] = 1.0
    made, _ = retarget(Track("arkit", ARKIT, values, np.zeros(1)), "vrm", registry)
    found = dict(zip(made.controls, made.values[0], strict=True))
    assert found["blinkLeft"] > 0.9
    assert found["blinkRight"] + found["blink"] < 0.1


def test_rigs_that_can_only_be_asked_are_asked_once_a_row(registry):
    class Grin:
        name, controls, asked = "grin", ("grin", "gape"), 0

        def expression(self, values):
            type(self).asked += 1
            return {"mouthSmileLeft": values.get("grin", 0) ** 2, "jawOpen": values.get("gape", 0)}

    registry.add(Entry("rigs", "grin", Grin, Owner("g", "grin-rig", "1")))
    values = np.tile([[0.5, 0.25], [0.0, 1.0]], (500, 1))
    made = to_arkit(Track("grin", ("grin", "gape"), values, np.arange(1000) / 60), registry)
    assert Grin.asked == 2
    assert made.values[0, ARKIT.index("mouthSmileLeft")] == 0.25
    assert made.values[1, ARKIT.index("jawOpen")] == 1.0
    played, residual = retarget(Track("arkit", ARKIT, made.values, made.times), "grin", registry)
    np.testing.assert_allclose(played.values[:, 1], values[:, 1], atol=1e-3)
    assert "not linear" in played.notes[-1]
    assert residual.relative < 0.3


def test_values_outside_their_range_are_cut_and_told(registry):
    values = np.full((2, 52), 0.5)
    values[1] = 1.7
    made = to_arkit(Track("arkit", ARKIT, values, np.arange(2) / 30), registry)
    assert made.values.max() == 1
    assert "1 frames have values outside 0..1" in made.notes[0]


def test_unknown_rigs_and_controls_are_errors(track, registry):
    with pytest.raises(LegoError, match="no rig called"):
        retarget(track, "nix", registry)
    with pytest.raises(LegoError, match="wobble"):
        to_arkit(Track("arkit", ("wobble",), np.zeros((1, 1)), np.zeros(1)), registry)
