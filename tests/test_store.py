"""Files: all of the new one or all of the old one, in the folders that the user chose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lego_cli import store
from lego_cli.errors import LegoError
from lego_cli.user.styles import free_style_path


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "new folder" / "a.obj"
    with store.atomic_write(path) as temporary:
        temporary.write_text("v 0 0 0\n")
        assert not path.exists()
        assert temporary.suffix == ".obj"
    assert path.read_text() == "v 0 0 0\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.obj"
    path.write_text("old")

    def fail() -> None:
        with store.atomic_write(path) as temporary:
            temporary.write_text("half of it")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_written_files_have_ordinary_permissions(tmp_path):
    with store.atomic_write(tmp_path / "a") as temporary:
        temporary.write_text("x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_folder_that_cannot_be_made_is_a_two_line_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LegoError, match="cannot write") as caught, store.atomic_write(tmp_path / "file" / "a.obj"):
        pass
    assert "-o" in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_two_line_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(LegoError, match="cannot write"), store.atomic_write(tmp_path / "a.obj"):
        pass


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LegoError, match="Not a directory"):
        store.refuse_overwrite(tmp_path / "file" / "below" / "a.obj", force=True)
    store.refuse_overwrite(tmp_path / "not" / "yet" / "made" / "a.obj")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no read-only folders")
def test_a_read_only_folder_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda folder, mode: folder != tmp_path)  # root may write anywhere
    with pytest.raises(LegoError, match="read-only") as caught:
        store.refuse_overwrite(tmp_path / "below" / "a.obj")
    assert "-o" in caught.value.hint


def test_nothing_is_overwritten_without_force(tmp_path):
    path = tmp_path / "a.obj"
    store.refuse_overwrite(path)
    path.touch()
    with pytest.raises(LegoError, match="exists") as caught:
        store.refuse_overwrite(path)
    assert "--force" in caught.value.hint
    store.refuse_overwrite(path, force=True)
    with pytest.raises(LegoError, match="folder"):
        store.refuse_overwrite(tmp_path, force=True)


def test_lego_home_moves_every_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LEGO_HOME", str(tmp_path))
    folders = [store.data_folder(), store.styles_folder(), store.topologies_folder(), store.models_folder()]
    assert all(folder.is_relative_to(tmp_path) for folder in folders)
    monkeypatch.delenv("LEGO_HOME")
    assert not store.styles_folder().is_relative_to(tmp_path)


def test_a_tilde_in_lego_home_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("LEGO_HOME", "~/heads")
    assert store.styles_folder() == Path.home() / "heads" / "styles"


def test_a_folder_made_for_nothing_goes_again(tmp_path):
    """Ctrl-C in the middle of a film of frames leaves nothing, not even the folder."""
    for write in (store.atomic_write, store.atomic_files):
        with pytest.raises(KeyboardInterrupt), write(tmp_path / "new" / "deep" / "a.obj"):
            raise KeyboardInterrupt
        assert not (tmp_path / "new").exists()
        with write(tmp_path / "kept" / write.__name__) as temporary:
            temporary.write_text("1")
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_the_users_own_folder_is_checked_before_the_work(monkeypatch, tmp_path):
    """What is learned or added goes there whatever ``-o`` says, so the hint is about that folder."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LEGO_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(LegoError, match="cannot write") as caught:
        free_style_path("clay", force=False)
    assert "LEGO_HOME" in caught.value.hint
