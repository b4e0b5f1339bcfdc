"""Performances prepared: rest is exactly zero, jitter goes and blinks stay, and nothing leaves its range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from performances import performance

from lego_cli.animating.track_options import TrackOptions, prepared
from lego_cli.api import ARKIT, Track
from lego_cli.errors import ExitCode, LegoError

BLINK, JAW = ARKIT.index("eyeBlinkLeft"), ARKIT.index("jawOpen")


@pytest.fixture(scope="module")
def track() -> Track:
    times, values, head = performance(6.0)
    return Track("arkit", ARKIT, values, times, head)


def noisy(track: Track, amount: float = 0.01) -> Track:
    values = np.clip(track.values + np.random.default_rng(5).normal(0, amount, track.values.shape), 0, 1)
    return Track("arkit", ARKIT, values, track.times, track.head)


def jitter(values: np.ndarray) -> float:
    return float(np.abs(np.diff(values, 2, axis=0)).mean())


def test_no_options_change_nothing(track):
    same = prepared(track, TrackOptions())
    np.testing.assert_array_equal(same.values, track.values)
    np.testing.assert_array_equal(same.head, track.head)
    np.testing.assert_array_equal(same.times, track.times)


def test_smoothing_takes_jitter_and_leaves_blinks_without_lag(track):
    shaky = noisy(track)
    calm = prepared(shaky, TrackOptions(smooth=0.15))
    still = [k for k, name in enumerate(ARKIT) if track.values[:, k].max() < 0.02]
    assert jitter(calm.values[:, still]) < 0.25 * jitter(shaky.values[:, still])
    shut = track.values[:, BLINK] > 0.8
    assert shut.sum() > 5
    assert np.abs(calm.values[shut, BLINK] - track.values[shut, BLINK]).max() < 0.08
    plain = np.apply_along_axis(np.convolve, 0, shaky.values, np.ones(9) / 9, "same")
    assert np.abs(plain[shut, BLINK] - track.values[shut, BLINK]).max() > 0.2, "a plain mean would open the eye"
    lags = [
        np.corrcoef(np.roll(calm.values[:, JAW], -k)[20:-20], track.values[20:-20, JAW])[0, 1] for k in range(-3, 4)
    ]
    assert np.argmax(lags) == 3


def test_smoothing_keeps_what_is_constant_and_mirrors_in_time(track):
    steady = Track("arkit", ARKIT, np.full((50, 52), 0.3), np.arange(50) / 60)
    np.testing.assert_allclose(prepared(steady, TrackOptions(smooth=0.2)).values, 0.3, atol=1e-12)
    back = Track("arkit", ARKIT, track.values[::-1].copy(), track.times)
    forth, mirrored = (prepared(t, TrackOptions(smooth=0.2)).values for t in (track, back))
    np.testing.assert_allclose(forth, mirrored[::-1], atol=1e-9)


@pytest.mark.parametrize("neutral", ["1", "auto"])
def test_a_person_at_rest_gives_exactly_zero(neutral):
    rest = np.random.default_rng(1).uniform(0, 0.3, 52)
    values = np.tile(rest, (240, 1))
    values[150:170, BLINK] = 1.0
    calm = prepared(Track("arkit", ARKIT, values, np.arange(240) / 60), TrackOptions(neutral=neutral))
    assert not calm.values[:150].any()
    np.testing.assert_allclose(calm.values[150:170, BLINK], 1.0)


def test_rest_of_the_head_is_straight_ahead(track):
    turned = Track("arkit", ARKIT, track.values, track.times, track.head + np.array([0.3, -0.1, 0.2]))
    np.testing.assert_allclose(
        prepared(turned, TrackOptions(neutral="0.5")).head,
        prepared(track, TrackOptions(neutral="0.5")).head,
        atol=1e-12,
    )


def test_codes_that_go_both_ways_keep_their_sign():
    values = np.random.default_rng(2).normal(0.5, 1, (100, 3))
    moved = prepared(
        Track("flame", ("a", "b", "c"), values, np.arange(100) / 30), TrackOptions(neutral="auto", gain=("2",))
    )
    np.testing.assert_allclose(np.median(moved.values, axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(moved.values, 2 * (values - np.median(values, axis=0)))


def test_gains_by_name_side_and_for_all(track):
    loud = prepared(track, TrackOptions(gain=("0.5", "jaw_open=2", "mouthSmile=0", "head=0.5")))
    np.testing.assert_allclose(loud.values[:, JAW], np.clip(2 * track.values[:, JAW], 0, 1))
    assert not loud.values[:, [ARKIT.index("mouthSmileLeft"), ARKIT.index("mouthSmileRight")]].any()
    np.testing.assert_allclose(loud.values[:, BLINK], 0.5 * track.values[:, BLINK])
    np.testing.assert_allclose(loud.head, 0.5 * track.head)


def test_trimming_and_other_rates(track):
    part = prepared(track, TrackOptions(trim="1:2.5"))
    assert (part.times[0], round(part.times[-1], 6)) == (0, 1.5)
    np.testing.assert_array_equal(part.values, track.values[60:151])
    half = prepared(track, TrackOptions(fps=30))
    np.testing.assert_allclose(half.values, track.values[::2], atol=1e-12)
    double = prepared(track, TrackOptions(fps=120))
    np.testing.assert_allclose(double.values[::2], track.values, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40),
    st.sampled_from(["", "auto", "0.1"]),
    st.floats(0, 2),
    st.floats(0, 10),
    st.floats(0, 240),
    st.booleans(),
)
def test_nothing_leaves_its_range(frames, neutral, smooth, gain, fps, uneven):
    rng = np.random.default_rng(frames)
    times = np.cumsum(rng.uniform(0.001, 0.2, frames)) if uneven else np.arange(frames) / 30
    track = Track("arkit", ARKIT, rng.uniform(0, 1, (frames, 52)), times - times[0])
    made = prepared(track, TrackOptions(neutral=neutral, smooth=smooth, gain=(str(gain),), fps=fps))
    assert made.values.shape == (len(made.times), 52)
    assert 0 <= made.values.min() <= made.values.max() <= 1
    assert (np.diff(made.times) > 0).all()


@pytest.mark.parametrize(
    "options",
    [{"smooth": -1.0}, {"smooth": float("nan")}, {"fps": 1e6}, {"trim": "3"}, {"trim": "3:1"}, {"trim": "a:b"},
     {"gain": ("x=y",)}, {"gain": ("=2",)}, {"gain": ("-1",)}, {"neutral": "soon"}, {"neutral": "0"}],
)  # fmt: skip
def test_what_cannot_be_meant_is_wrong_usage(options):
    with pytest.raises(LegoError) as caught:
        TrackOptions(**options)
    assert caught.value.code == ExitCode.USAGE


@pytest.mark.parametrize(("options", "say"), [({"gain": ("jawOpn=2",)}, "jawOpen"), ({"trim": "100:"}, "5.98")])
def test_what_does_not_fit_the_performance_says_what_would(track, options, say):
    with pytest.raises(LegoError) as caught:
        prepared(track, TrackOptions(**options))
    assert say in caught.value.hint


def test_times_without_end_are_refused_before_they_take_memory():
    """A damaged timecode puts a frame hours or ages after the others."""
    for last in (1e308, 3e5, 9e4):
        track = Track("arkit", ("jawOpen",), np.zeros((3, 1)), np.array([0.0, 0.1, last]))
        with pytest.raises(LegoError, match="too many"):
            prepared(track, TrackOptions(fps=60))


def test_frames_a_billionth_of_a_second_apart_are_smoothed_at_once():
    """A Gaussian wider than the take sees no more than the take."""
    times = np.arange(9) * 1e-9
    track = Track("arkit", ("jawOpen",), np.linspace(0, 1, 9)[:, None], times)
    smooth = prepared(track, TrackOptions(smooth=0.5)).values
    assert np.isfinite(smooth).all()
    assert smooth.min() >= 0
    assert smooth.max() <= 1


def test_columns_smoothed_a_few_at_a_time_are_as_those_smoothed_at_once(track, monkeypatch):
    options = TrackOptions(smooth=0.1)
    whole = prepared(track, options)
    monkeypatch.setattr("lego_cli.animating.track_options.MOST_SMOOTHED", 1)
    np.testing.assert_array_equal(prepared(track, options).values, whole.values)
