"""The performances that docs/tracks.md prints are files that a driver reads."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from lego_cli.animating.tracks import read_track
from lego_cli.plugins import load_plugins

PAGE = (Path(__file__).parents[2] / "docs" / "tracks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "rig", "seconds"), [("csv", "livelink", 1.0), ("json", "arkit", 1 / 60)])
def test_a_printed_performance_is_read(kind, rig, seconds, tmp_path):
    file = tmp_path / f"take.{kind}"
    file.write_text(re.search(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1], encoding="utf-8")
    track = read_track(file, load_plugins(False).registry)
    assert track.rig == rig
    assert np.ptp(track.times) == pytest.approx(seconds)
    assert np.ptp(track.values, axis=0).max() > 0.04, "something moves"
