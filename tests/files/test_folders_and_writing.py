"""Files: all of the new one or all of the old one, in the folders that the user chose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lego_cli.errors import LegoError
from lego_cli.files import folders
from lego_cli.files.atomic import atomic_write
from lego_cli.files.outputs import refuse_overwrite
from lego_cli.user.styles import free_style_path


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "new folder" / "a.obj"
    with atomic_write(path) as temporary:
        temporary.write_text("v 0 0 0\n")
        assert not path.exists()
        assert temporary.suffix == ".obj"
    assert path.read_text() == "v 0 0 0\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.obj"
    path.write_text("old")

    def fail() -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("half of it")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_written_files_have_ordinary_permissions(tmp_path):
    with atomic_write(tmp_path / "a") as temporary:
        temporary.write_text("x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_folder_that_cannot_be_made_is_a_two_line_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LegoError, match="cannot write") as caught, atomic_write(tmp_path / "file" / "a.obj"):
        pass
    assert "-o" in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_two_line_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(LegoError, match="cannot write"), atomic_write(tmp_path / "a.obj"):
        pass


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LegoError, match="Not a directory"):
        refuse_overwrite(tmp_path / "file" / "below" / "a.obj", force=True)
    refuse_overwrite(tmp_path / "not" / "yet" / "made" / "a.obj")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no read-only folders")
def test_a_read_only_folder_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda folder, mode: folder != tmp_path)  # root may write anywhere
    with pytest.raises(LegoError, match="read-only") as caught:
        refuse_overwrite(tmp_path / "below" / "a.obj")
    assert "-o" in caught.value.hint


def test_nothing_is_overwritten_without_force(tmp_path):
    path = tmp_path / "a.obj"
    refuse_overwrite(path)
    path.touch()
    with pytest.raises(LegoError, match="exists") as caught:
        refuse_overwrite(path)
    assert "--force" in caught.value.hint
    refuse_overwrite(path, force=True)
    with pytest.raises(LegoError, match="folder"):
        refuse_overwrite(tmp_path, force=True)


def test_lego_home_moves_every_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LEGO_HOME", str(tmp_path))
    places = [folders.data_folder(), folders.styles_folder(), folders.topologies_folder(), folders.models_folder()]
    assert all(folder.is_relative_to(tmp_path) for folder in places)
    monkeypatch.delenv("LEGO_HOME")
    assert not folders.styles_folder().is_relative_to(tmp_path)


def test_a_tilde_in_lego_home_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("LEGO_HOME", "~/heads")
    assert folders.styles_folder() == Path.home() / "heads" / "styles"


def test_a_folder_made_for_nothing_goes_again(tmp_path):
    """Ctrl-C in the middle of a film of frames leaves nothing, not even the folder."""
    with pytest.raises(KeyboardInterrupt), atomic_write(tmp_path / "new" / "deep" / "a.obj"):
        raise KeyboardInterrupt
    assert not (tmp_path / "new").exists()
    with atomic_write(tmp_path / "kept" / "a") as temporary:
        temporary.write_text("1")
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_the_users_own_folder_is_checked_before_the_work(monkeypatch, tmp_path):
    """What is learned or added goes there whatever ``-o`` says, so the hint is about that folder."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LEGO_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(LegoError, match="cannot write") as caught:
        free_style_path("clay", force=False)
    assert "LEGO_HOME" in caught.value.hint
