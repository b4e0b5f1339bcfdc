"""A file of Rhubarb Lip Sync plays in time, and what is no such file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lego_cli.api import LegoError
from lego_plugin_example.rhubarb import RhubarbDriver

CUES = "0.00\tX\n0.50\tD\n0.60\tA\n0.62\tF\n1.00\tX\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "speech.tsv"
    path.write_text(text)
    return path


def test_sounds_are_there_when_they_are_heard(tmp_path: Path) -> None:
    driver, path = RhubarbDriver(), written(tmp_path, CUES)
    assert driver.recognises(path, CUES.encode())
    track = driver.read(path)
    sounds = {name: track.values[:, k] for k, name in enumerate(track.controls)}
    at = np.searchsorted(track.times, [0.2, 0.57, 0.8])
    assert sounds["aa"][at].round(6).tolist() == [0, 1, 0]
    assert sounds["oo"][at].round(6).tolist() == [0, 0, 1]
    assert track.values.min() >= 0
    assert track.values.max() <= 1


@pytest.mark.parametrize("text", ["0.1\tZ\n", "1.0\tA\n0.5\tB\n", "0.0\tA\nhello\n"])
def test_what_is_no_cue_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(LegoError, match="line"):
        RhubarbDriver().read(written(tmp_path, text))


def test_other_files_are_not_taken(tmp_path: Path) -> None:
    assert not RhubarbDriver().recognises(tmp_path / "table.tsv", b"Timecode\tJawOpen\n")
