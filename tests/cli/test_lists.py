"""``lego rigs | styles | ... list | show`` and ``lego doctor``: the keys that scripts read, and true facts."""

from __future__ import annotations

import json
import sys

import pytest

from lego_cli.cli.application import run
from lego_cli.cli.nouns import NOUNS
from lego_cli.files import folders
from lego_cli.needs import remedy

ENTRY_KEYS = {"kind", "name", "reached_as", "summary", "from", "plugin", "version", "built_in", "needs", "status"}


def as_json(capsys, *arguments):
    assert run([*arguments, "--json", "--no-plugins"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_has_the_same_keys_for_every_kind(capsys, noun):
    entries = as_json(capsys, noun, "list")[noun]
    assert entries
    assert all(set(entry) == ENTRY_KEYS for entry in entries)
    assert all(entry["summary"] for entry in entries)


def test_show_tells_the_controls_of_a_rig(capsys):
    emotions = ["happy", "sad", "angry", "surprised", "disgusted", "afraid", "neutral"]
    assert as_json(capsys, "rigs", "show", "emotions")["controls"] == emotions


def test_plugins_list_covers_the_entries_of_all_nouns(capsys):
    listed = as_json(capsys, "plugins", "list")
    assert set(NOUNS) <= {entry["kind"] for entry in listed["entries"]}
    assert all(plugin["status"] == "ok" for plugin in listed["plugins"])


def test_plugins_list_of_one_kind(capsys):
    assert {entry["kind"] for entry in as_json(capsys, "plugins", "list", "--kind", "rigs")["entries"]} == {"rigs"}


def test_plugins_check_makes_every_built_in(capsys):
    checked = as_json(capsys, "plugins", "check")
    assert checked["problems"] == {}
    assert checked["made"] >= 8


def test_doctor_states_what_is_here(capsys):
    import torch

    facts = as_json(capsys, "doctor")
    assert facts["versions"]["torch"] == torch.__version__
    assert facts["versions"]["python"] == sys.version.split()[0]
    assert facts["compute"]["torch_threads"] == torch.get_num_threads()
    assert len(facts["compute"]["devices"]) == 1 + torch.cuda.device_count() + torch.backends.mps.is_available()
    assert f"lego:{facts['auto_renderer']}" in facts["renderers"]
    assert facts["folders"]["data"] == str(folders.data_folder())


def test_doctor_says_what_the_user_added_and_whether_films_can_be_made(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("LEGO_HOME", str(tmp_path))
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "mine.lego").write_bytes(b"")
    monkeypatch.setattr("shutil.which", lambda name: None)
    facts = as_json(capsys, "doctor")
    assert facts["yours"] == {"styles": ["mine"], "topologies": [], "rigs": []}
    assert facts["programs"]["ffmpeg"].startswith("missing")
    assert run(["doctor"]) == 0
    assert "mine" in capsys.readouterr().out


def test_doctor_gives_the_install_line_of_a_missing_extra(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    assert as_json(capsys, "doctor")["extras"]["open_clip"]["status"] == f"missing: {remedy('module:open_clip')}"
    assert run(["doctor"]) == 0
    assert remedy("module:open_clip") in capsys.readouterr().out


def test_doctor_says_what_a_renderer_lacks_and_its_licence(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "nvdiffrast", None)
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("lego:nvdiffrast"))
    assert "needs" in lines[place]
    assert "nvdiffrast" in lines[place]
    assert "licence" in lines[place + 1]
