"""What a run reads is never written over, whatever it is called: the file system says which file is meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write
from lego_cli.files.inputs import Inputs, guarding, input_bytes, note_input, refuse_inputs
from lego_cli.files.outputs import refuse_doubles, refuse_overwrite


def spelt(file: Path, way: str) -> Path:
    """Another name of a file."""
    if way == "dots":
        return file.parent / "." / ".." / file.parent.name / file.name
    if way == "relative":
        return Path(os.path.relpath(file))
    if way == "link to it":
        link = file.with_name(f"link{file.suffix}")
        link.symlink_to(file)
        return link
    if way == "hard link":
        link = file.with_name(f"hard{file.suffix}")
        link.hardlink_to(file)
        return link
    if way == "link to its folder":
        folder = file.parent.with_name(f"{file.parent.name}_link")
        folder.symlink_to(file.parent, target_is_directory=True)
        return folder / file.name
    return file


WAYS = ("itself", "dots", "relative", "link to it", "hard link", "link to its folder")


@pytest.fixture
def head(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "head.obj"
    path.write_text("v 0 0 0\n")
    return path


@pytest.mark.parametrize("way", WAYS)
def test_an_input_is_refused_as_output_however_it_is_spelt(head, way):
    other = spelt(head, way)
    with guarding(), pytest.raises(LegoError, match="is the input") as caught:
        refuse_overwrite(other, force=True, inputs=[head])
    assert caught.value.code == ExitCode.USAGE
    with pytest.raises(LegoError, match="is the input"):  # without a run around it, too
        refuse_overwrite(other, force=True, inputs=[head])


@pytest.mark.parametrize("way", WAYS)
def test_what_was_read_is_not_written_over_at_the_last_moment(head, way):
    """The texture beside an input is known only once the mesh has been read."""
    other = spelt(head, way)

    def write() -> None:
        with atomic_write(other, force=True) as temporary:
            temporary.write_text("new")

    with guarding():
        note_input(head)
        with pytest.raises(LegoError, match="is the input"):
            write()
    assert head.read_text() == "v 0 0 0\n"
    write()
    assert other.read_text() == "new"


def test_a_file_beside_the_result_is_not_written_over_either(head):
    skin = head.with_name("skin.png")
    skin.write_bytes(b"painted for days")
    out = head.with_name("out.obj")

    def write() -> None:
        with atomic_write(out, force=True) as temporary:
            temporary.write_text("new")
            temporary.with_name("skin.png").write_bytes(b"baked")

    with guarding():
        note_input(skin)
        with pytest.raises(LegoError, match="is the input"):
            write()
    assert skin.read_bytes() == b"painted for days"
    assert not out.exists()


def test_the_guard_ends_with_its_run(head):
    with guarding():
        note_input(head)
    refuse_inputs(head)
    refuse_overwrite(head, force=True)


def test_another_file_in_the_place_of_one_that_went_is_not_the_input(head):
    inputs = Inputs()
    inputs.add(head)
    moved = head.rename(head.with_name("moved.obj"))
    assert inputs.same(head) is None
    assert inputs.same(moved) is None, "it was read under another name, which is free now"


@pytest.mark.parametrize("way", ["dots", "relative", "link to its folder"])
def test_two_names_of_one_result_are_one_too_many(head, way):
    with pytest.raises(LegoError, match="two results would be"):
        refuse_doubles([head, spelt(head, way)])


def test_only_ordinary_files_within_bounds_are_read(head, tmp_path):
    assert input_bytes(head, 8, "hint") == b"v 0 0 0\n"
    with pytest.raises(LegoError, match="too large") as caught:
        input_bytes(head, 7, "a smaller one")
    assert caught.value.hint == "a smaller one"
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, why in ((fifo, "no ordinary file"), (tmp_path, "a folder"), (tmp_path / "not", "not there"),
                      (tmp_path / ("x" * 300), "not there|too long"), (Path("a\0b"), "null|not there")):  # fmt: skip
        with pytest.raises(LegoError, match=why) as caught:
            input_bytes(path, 100, "hint")
        assert caught.value.code == ExitCode.USAGE
