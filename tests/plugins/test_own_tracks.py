"""Tracks that somebody's own program writes: what is read, and what an error says about the one thing that is wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lego_cli.api import LegoError
from lego_drivers.lego_track import TrackDriver

GOOD = {
    "format": "lego-track",
    "version": 1,
    "rig": "arkit",
    "fps": 25,
    "controls": ["jawOpen", "mouthSmileLeft"],
    "values": [[0.0, 0.5], [0.25, None], [0.5, 1.0]],
    "head": [[0, 0, 0], [0, 90, 0], [0, 180, 0]],
}


def read(tmp_path, **changed):
    """The track with some keys changed; those that are None are left out."""
    path = tmp_path / "take.json"
    path.write_text(json.dumps({k: v for k, v in {**GOOD, **changed}.items() if v is not None}))
    return TrackDriver().read(path)


def test_numbers_are_read_degrees_become_radians_and_gaps_are_bridged(tmp_path):
    track = read(tmp_path)
    assert (track.rig, list(track.controls)) == ("arkit", GOOD["controls"])
    np.testing.assert_allclose(track.times, [0, 0.04, 0.08], atol=1e-6)
    np.testing.assert_allclose(track.values, [[0, 0.5], [0.25, 0.75], [0.5, 1]], atol=1e-6)
    np.testing.assert_allclose(track.head[:, 1], [0, np.pi / 2, np.pi], atol=1e-6)


def test_times_may_stand_for_the_rate_and_a_rig_may_go_unnamed(tmp_path):
    track = read(tmp_path, fps=None, rig=None, times=[0.0, 0.5, 1.0], head=None)
    assert track.rig == "arkit"
    np.testing.assert_allclose(track.times, [0, 0.5, 1], atol=1e-6)
    assert track.head is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": "lego-tracks"}, "'format' is not 'lego-track'"),
        ({"version": 2}, "version 2"),
        ({"rig": 7}, "'rig'"),
        ({"rig": ""}, "'rig'"),
        ({"controls": None}, "'controls' in take.json is no list of names"),
        ({"controls": "jawOpen"}, "'controls' in take.json is no list of names"),
        ({"controls": ["jawOpen", 3]}, "'controls' in take.json is no list of names"),
        ({"controls": ["jawOpen", "jawOpen"]}, "a name twice"),
        ({"values": None}, "no 'values'"),
        ({"values": 0.5}, "'values' in take.json is no list of rows"),
        ({"values": [[0, 0], [0]]}, "row 2 of 'values' in take.json does not have 2 numbers"),
        ({"values": [[0, 0], [0, "x"], [0, 0]]}, "'values' in take.json has something that is no number"),
        ({"head": [[0, 0, 0]]}, "3 rows of values and 1 of head"),
        ({"head": [[0, 0]] * 3}, "row 1 of 'head'"),
        ({"fps": 0}, "usable 'fps'"),
        ({"fps": True}, "usable 'fps'"),
        ({"fps": None}, "neither 'times' nor"),
        ({"times": [0, 1]}, "3 rows of values, and 'times' is no list of as many"),
        ({"times": [0, 1, "x"]}, "'times' in take.json has something that is no number"),
    ],
)
def test_the_error_names_what_is_wrong(changed, said, tmp_path):
    with pytest.raises(LegoError) as caught:
        read(tmp_path, **changed)
    assert said in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message + caught.value.hint
