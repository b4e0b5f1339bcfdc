"""A result is written whole or not at all, and never over something by accident."""

from __future__ import annotations

import errno
from pathlib import Path

import mesh_samples as samples
import numpy as np
import pytest

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.write import write_mesh


class DiskFull:
    """An exporter whose disk fills up half way."""

    suffixes = (".obj",)

    def write(self, mesh: Mesh, path: Path) -> None:
        path.write_text("v 0 0")
        raise OSError(errno.ENOSPC, "No space left on device")


class Interrupted:
    """An exporter that the user stops with Ctrl-C."""

    suffixes = (".obj",)

    def write(self, mesh: Mesh, path: Path) -> None:
        path.write_text("v 0 0")
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", samples.EXPORTERS)
def test_suffix_chooses_the_format(name, tmp_path):
    write_mesh(samples.cube(), tmp_path / f"HEAD.{name.upper()}", samples.EXPORTERS)
    assert len(read_mesh(tmp_path / f"HEAD.{name.upper()}").vertices) == 8


def test_unknown_suffix_lists_the_known_ones(tmp_path):
    for name in ("head.fbx", "head"):
        with pytest.raises(LegoError) as error:
            write_mesh(samples.cube(), tmp_path / name, samples.EXPORTERS)
        assert ".glb, .obj, .off, .ply, .stl" in error.value.hint
    assert list(tmp_path.iterdir()) == []


def test_no_overwriting_without_force(tmp_path):
    path = tmp_path / "head.obj"
    path.write_text("precious")
    with pytest.raises(LegoError) as error:
        write_mesh(samples.cube(), path, samples.EXPORTERS)
    assert "--force" in error.value.hint
    assert path.read_text() == "precious"
    write_mesh(samples.cube(), path, samples.EXPORTERS, force=True)
    assert len(read_mesh(path).vertices) == 8


@pytest.mark.parametrize(("exporter", "raised"), [(DiskFull(), LegoError), (Interrupted(), KeyboardInterrupt)])
def test_failure_leaves_what_was_there(exporter, raised, tmp_path):
    path = tmp_path / "head.obj"
    path.write_text("precious")
    with pytest.raises(raised):
        write_mesh(samples.cube(), path, {"obj": exporter}, force=True)
    assert path.read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir()] == ["head.obj"]


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LegoError, match="cannot write"):
        write_mesh(samples.cube(), tmp_path / "file" / "head.obj", samples.EXPORTERS)
    with pytest.raises(LegoError, match="is a folder"):
        write_mesh(samples.cube(), _folder(tmp_path / "sub.obj"), samples.EXPORTERS, force=True)


def test_nothing_and_nonsense_are_not_written(tmp_path):
    nothing = Mesh.from_faces(np.zeros((0, 3)), np.zeros((0, 3), np.int64))
    nonsense = samples.cube().with_vertices(np.full((8, 3), np.nan))
    for mesh in (nothing, nonsense):
        with pytest.raises(LegoError):
            write_mesh(mesh, tmp_path / "head.obj", samples.EXPORTERS)
    cloud = Mesh.from_faces(np.eye(3), np.zeros((0, 3), np.int64))
    with pytest.raises(LegoError, match="point cloud"):
        write_mesh(cloud, tmp_path / "head.stl", samples.EXPORTERS)
    assert list(tmp_path.iterdir()) == []


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
