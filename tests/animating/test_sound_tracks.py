"""Performances from files, whoever reads them: what cannot be played goes no further."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lego_cli.animating.tracks import sound, with_rig_names
from lego_cli.api import Track
from lego_cli.errors import LegoError
from lego_cli.plugins import load_plugins

FILE = Path("take.csv")
GOOD = Track("arkit", ("jawOpen", "mouthLeft"), np.zeros((3, 2)), np.array([0, 0.5, 2]), np.zeros((3, 3)))


def test_a_sound_track_is_left_as_it_is():
    assert sound(GOOD, FILE) is GOOD
    assert sound(replace(GOOD, head=None), FILE).head is None


@pytest.mark.parametrize(
    "changed",
    [
        {"values": np.zeros((3, 1))},
        {"values": np.zeros((2, 2))},
        {"values": np.zeros(6)},
        {"values": np.full((3, 2), np.nan)},
        {"times": np.array([0, 1, 1])},
        {"times": np.array([0, 2, 1])},
        {"times": np.array([1, 2, 3])},
        {"times": np.array([0, 1, np.inf])},
        {"times": np.array([0, np.nan, 1])},
        {"times": np.zeros((3, 1))},
        {"times": np.zeros(0), "values": np.zeros((0, 2)), "head": None},
        {"head": np.zeros((3, 2))},
        {"head": np.full((3, 3), np.inf)},
    ],
)
def test_what_a_driver_must_not_give_is_told(changed):
    """Or a plugin's mistake would be a traceback in the middle of a film."""
    with pytest.raises(LegoError, match=r"take\.csv .*cannot be played"):
        sound(replace(GOOD, **changed), FILE)


def test_long_names_are_told_in_short():
    registry = load_plugins(third_party=False).registry
    strange = replace(GOOD, controls=("x" * 5000, "y" * 5000))
    with pytest.raises(LegoError) as caught:
        with_rig_names(strange, registry)
    assert len(caught.value.message) < 200
