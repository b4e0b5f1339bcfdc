"""A record is about the very files that it names."""

from __future__ import annotations

import hashlib

from lego_cli.run_record import digest, file_record


def test_a_file_is_known_by_its_bytes(tmp_path):
    path = tmp_path / "a.obj"
    path.write_bytes(b"v 0 0 0\n")
    assert file_record(path) == {"path": str(path), "sha256": hashlib.sha256(b"v 0 0 0\n").hexdigest()}


def test_frames_are_known_by_all_their_bytes_and_names_whatever_else_lies_there(tmp_path):
    for name in ("0000.png", "0001.png"):
        (tmp_path / name).write_text(name)
    first = digest(tmp_path)
    (tmp_path / "holiday.png").write_text("mine")
    (tmp_path / "0").mkdir()
    assert digest(tmp_path) == first
    (tmp_path / "0001.png").write_text("another")
    changed = digest(tmp_path)
    (tmp_path / "0001.png").rename(tmp_path / "0002.png")
    assert len({first, changed, digest(tmp_path)}) == 3
