"""Whatever ends a run: old files or whole new ones, no record of something else, and no litter after the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from lego_cli.errors import LegoError
from lego_cli.files import atomic
from lego_cli.files.atomic import atomic_write, scratch_folder, sweep
from lego_cli.files.outputs import record_place, refuse_overwrite

WAITS = """
import sys, time
from pathlib import Path
from lego_cli.files.atomic import atomic_write
with atomic_write(Path(sys.argv[1])) as temporary:
    temporary.write_text("half of it")
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(atomic, "_swept", set())


def waiting(path: Path) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", WAITS, str(path)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    return process


def write(path: Path, text: str = "new") -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text)


def test_what_a_killed_run_left_goes_with_the_next_one_in_that_folder(tmp_path):
    with waiting(tmp_path / "a.obj") as process:
        process.kill()
    assert len(list(tmp_path.iterdir())) == 1
    write(tmp_path / "b.obj")
    assert [file.name for file in tmp_path.iterdir()] == ["b.obj"]


def test_what_a_living_run_needs_stays(tmp_path):
    with waiting(tmp_path / "a.obj") as process:
        write(tmp_path / "b.obj")
        left = {file.name for file in tmp_path.iterdir()} - {"b.obj"}
        process.send_signal(signal.SIGKILL)
    assert len(left) == 1


def test_nothing_of_the_users_is_taken_for_litter(tmp_path):
    mine = [tmp_path / ".lego-notes", tmp_path / "a.tmp", tmp_path / ".lego-file.tmp"]
    for path in mine:
        path.write_text("mine")
    far = tmp_path / "far"
    far.mkdir()
    (far / "kept").touch()
    (tmp_path / ".lego-link.tmp").symlink_to(far, target_is_directory=True)
    sweep(tmp_path)
    assert all(path.read_text() == "mine" for path in mine)
    assert (far / "kept").exists()


def test_a_folder_taken_in_the_moment_before_it_is_locked_is_made_anew(tmp_path, monkeypatch):
    real, taken = atomic._lock, []

    def late(folder: Path, wait: bool = False) -> int | None:
        if not taken:
            taken.append(folder)
            folder.rmdir()  # as another run's sweep would
        return real(folder, wait)

    monkeypatch.setattr(atomic, "_lock", late)
    with scratch_folder(tmp_path) as folder:
        assert folder.is_dir()
        assert folder != taken[0]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_another_run_is_just_removing_is_waited_for(tmp_path, monkeypatch):
    """Several runs that start at once in one folder sweep it at the same time."""
    real, held = atomic._lock, []

    def swept(folder: Path, wait: bool = False) -> int | None:
        if not held:
            lock = real(folder)
            held.append(Thread(target=lambda: (time.sleep(0.3), folder.rmdir(), os.close(lock))))
            held[0].start()
        return real(folder, wait)

    monkeypatch.setattr(atomic, "_lock", swept)
    write(tmp_path / "a.obj")
    held[0].join()
    assert [file.name for file in tmp_path.iterdir()] == ["a.obj"]


def test_side_files_first_the_mesh_last(tmp_path, monkeypatch):
    """The mesh never names a material or a picture that is not there yet."""
    moved = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, goal: (moved.append(Path(goal).name), replace(self, goal))[1])
    with atomic_write(tmp_path / "head.obj") as temporary:
        temporary.write_text("mtllib zz.mtl\n")
        (temporary.parent / "textures").mkdir()
        for name in ("zz.mtl", "aa.png", "textures/skin.png"):
            (temporary.parent / name).write_text("x")
    assert sorted(moved) == ["aa.png", "head.obj", "skin.png", "zz.mtl"]
    assert moved[-1] == "head.obj"


def test_a_run_that_ends_between_side_files_and_mesh_leaves_the_old_mesh(tmp_path, monkeypatch):
    write(tmp_path / "head.obj", "old")
    replace = Path.replace

    def failing(self: Path, goal: Path) -> Path:
        if Path(goal).name == "head.obj":
            raise KeyboardInterrupt
        return replace(self, goal)

    monkeypatch.setattr(Path, "replace", failing)

    def write_both() -> None:
        with atomic_write(tmp_path / "head.obj") as temporary:
            temporary.write_text("new")
            temporary.with_name("skin.png").write_text("x")

    with pytest.raises(KeyboardInterrupt):
        write_both()
    assert (tmp_path / "head.obj").read_text() == "old"
    assert (tmp_path / "skin.png").exists()
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_the_record_of_what_was_there_goes_before_what_replaces_it(tmp_path, monkeypatch):
    mesh = tmp_path / "head.obj"
    write(mesh, "old")
    record_place(mesh).write_text("about the old one")
    seen = []
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, goal: (seen.append(record_place(mesh).exists()), replace(self, goal))[1]
    )
    write(mesh)
    assert seen == [False]
    assert not record_place(mesh).exists()


def test_a_record_alone_is_not_lost_without_force_either(tmp_path):
    mesh = tmp_path / "head.obj"
    record_place(mesh).write_text("about one that was moved away")
    with pytest.raises(LegoError, match=r"head\.obj\.run\.json exists"):
        refuse_overwrite(mesh)
    refuse_overwrite(mesh, force=True)


def test_bytes_are_on_disk_before_they_get_their_name(tmp_path, monkeypatch):
    steps = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("flushed"), fsync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda self, goal: (steps.append("named"), replace(self, goal))[1])
    with atomic_write(tmp_path / "a.obj") as temporary:
        temporary.write_text("x")
        temporary.with_name("b.mtl").write_text("y")
    assert steps[:4] == ["flushed", "flushed", "named", "named"]
    assert steps[4:] == ["flushed"], "the names of the folder"


def test_a_full_disk_says_so_and_leaves_the_old_file(tmp_path):
    write(tmp_path / "a.obj", "old")
    with pytest.raises(LegoError, match="No space left") as caught, atomic_write(tmp_path / "a.obj"):
        raise OSError(28, "No space left on device")
    assert "disk" in caught.value.hint
    assert (tmp_path / "a.obj").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_error_about_another_file_stays_what_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "a.obj"):
        Path("/nowhere/at/all").read_bytes()
