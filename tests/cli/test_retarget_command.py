"""``lego retarget``: from a recording to a track of another rig, and what was lost on the way."""

from __future__ import annotations

import json

import pytest
from performances import live_link_csv

from lego_cli.animating.tracks import read_track
from lego_cli.cli.application import run
from lego_cli.plugins import load_plugins


@pytest.fixture
def take(tmp_path):
    return live_link_csv(tmp_path / "take.csv", 1.0)


def test_it_writes_a_track_that_can_be_read_again_and_says_what_was_lost(take, capsys):
    assert (
        run(["retarget", str(take), "--to", "vrm", "--gain", "jawOpen=1.2", "--fps", "30", "--json", "--no-plugins"])
        == 0
    )
    record = json.loads(capsys.readouterr().out)
    assert (record["from"], record["to"], record["frames"], record["controls"]) == ("livelink", "vrm", 30, 18)
    assert 0 < record["residual"]["relative"] < 0.5
    assert set(record["residual"]["regions"]) == {"brows", "nose", "eyes", "mouth", "jaw"}
    track = read_track(take.with_name("take.vrm.json"), load_plugins(third_party=False).registry)
    assert (track.rig, len(track.controls), len(track.times)) == ("vrm", 18, 30)
    assert track.head is not None


def test_people_read_lines_and_notes_go_to_stderr(take, capsys):
    lines = take.read_text().splitlines()
    take.write_text("\n".join([lines[0] + ",Wobble", *(line + ",1" for line in lines[1:])]))
    assert run(["retarget", str(take), "--to", "mediapipe", "--no-plugins"]) == 0
    said = capsys.readouterr()
    assert "take.mediapipe.json (mediapipe)" in said.out
    assert "lost 0.0% of the motion" in said.out
    assert "Wobble" in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "say"),
    [
        (["--to", "nix"], 2, "no rig called"),
        (["--to", "flame"], 3, "lego rigs add flame"),
        (["--to", "vrm", "-o", "a.csv"], 2, ".json"),
        (["--to", "vrm", "--trim", "90:"], 2, "leaves no frame"),
        (["--to", "vrm", "--driver", "audio2face"], 1, "JSON"),
        (["--to", "vrm", "--smooth", "-1"], 2, "--smooth"),
    ],
)
def test_what_cannot_be_done_is_two_lines(take, capsys, monkeypatch, arguments, code, say):
    monkeypatch.chdir(take.parent)
    assert run(["retarget", "take.csv", *arguments, "--no-plugins"]) == code
    error = capsys.readouterr().err
    assert error.count("\n") == 2
    assert say in error
    assert [file.name for file in take.parent.iterdir()] == ["take.csv"]


def test_files_that_exist_stay(take, capsys):
    take.with_name("take.arkit.json").write_text("mine")
    assert run(["retarget", str(take), "--to", "arkit", "--no-plugins"]) == 2
    assert take.with_name("take.arkit.json").read_text() == "mine"
    assert run(["retarget", str(take), "--to", "arkit", "--force", "--no-plugins"]) == 0
