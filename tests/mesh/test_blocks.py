"""Text files are read a megabyte at a time: where the pieces end must never be seen in what is read."""

from __future__ import annotations

import random
from dataclasses import fields

import mesh_samples as samples
import numpy as np
import pytest
from test_bad_files import BAD

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh import obj_lines, ply_body, text_blocks
from lego_cli.mesh.read import read_mesh

OBJ = b"""# C:\\heads\\
mtllib one.mtl
v 0 0 0 1 0 0
  v 1 0 0 \\
 0 1 0
g first
vt 0 0\r
vt 1 0\rvt 1 1
f 1/1 2/2 3/3
s 2
v 0 1 0 0 0 1 # that was asked for above
usemtl skin

g
f -1 -2 \\
  -3
o last one
vn 0 0 1
s off
f 3//1 2//1 1//-1
"""


@pytest.fixture(params=[1, 7, 16, 33, 64, 200])
def small_blocks(request, monkeypatch):
    """Pieces of a few bytes, though never smaller than a line: those would be refused as too long."""
    return lambda data: _shrink(monkeypatch, max(request.param, 1 + _longest(data)))


def _shrink(monkeypatch, size):
    for module in (text_blocks, obj_lines, ply_body):
        monkeypatch.setattr(module, "BLOCK", size)


def _longest(data: bytes) -> int:
    return max(map(len, data.replace(b"\\\n", b"  ").splitlines()), default=0) + 2


def told(path) -> dict | str:
    """What there is to see of a file that was read, or the error."""
    try:
        mesh = read_mesh(path)
    except LegoError as error:
        return error.message
    return {field.name: getattr(mesh, field.name) for field in fields(Mesh) if field.name != "source"}


def same(one: dict | str, other: dict | str) -> None:
    assert type(one) is type(other), (one, other)
    if isinstance(one, str):
        assert one == other
        return
    for name in one:
        np.testing.assert_equal(one[name], other[name], err_msg=name)


FILES = {"all.obj": OBJ, "crlf.obj": OBJ.replace(b"\n", b"\r\n"), "ascii.ply": samples.ASCII_PLY.encode(),
         "ascii.stl": samples.ASCII_STL.encode(), "mac.stl": samples.ASCII_STL.replace("\n", "\r").encode(),
         "ascii.off": samples.ASCII_OFF.encode()}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_pieces_of_any_size_give_the_same_mesh(name, small_blocks, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    whole = told(path)
    assert isinstance(whole, dict), whole
    small_blocks(FILES[name])
    same(whole, told(path))


@pytest.mark.parametrize(
    "what", [what for what, (name, _, _) in BAD.items() if name.endswith(("obj", "off", "stl", "ply"))]
)
def test_errors_are_the_same_in_pieces(what, small_blocks, tmp_path):
    """Counts of lines and facets go on from piece to piece."""
    name, data, words = BAD[what]
    path = tmp_path / name
    path.write_bytes(data)
    small_blocks(data)
    message = told(path)
    assert isinstance(message, str)
    assert words in message


def test_lines_that_go_on_are_never_cut(monkeypatch):
    """Backslashes at line ends, at ends of comments and between CR and LF, wherever a piece may end."""
    words = [b"g a", b"\\", b"\n", b"\r\n", b"\r", b"#", b" ", b"o b", b"\\\n", b"\\\r\n", b"# C:\\", b"s 1"]
    rng = random.Random(0)
    for _ in range(300):
        data = b"".join(rng.choices(words, k=rng.randint(3, 40)))
        whole = statements(data)
        with monkeypatch.context() as smaller:
            smaller.setattr(obj_lines, "BLOCK", rng.randint(60, 90))
            assert statements(data) == whole


def statements(data: bytes) -> list[tuple[int, bytes]]:
    """Where each statement starts, and what it says."""
    found = []
    for lines in obj_lines.read_lines("a.obj", data):
        every = np.arange(len(lines.starts))
        found += zip(lines.places(every).tolist(), map(bytes.strip, lines.texts(every)), strict=True)
    return [(place, text) for place, text in found if text and not text.startswith(b"#")]


def test_faces_in_another_piece_than_their_vertices_name_the_line(monkeypatch, tmp_path):
    path = tmp_path / "a.obj"
    path.write_bytes(b"v 0 0 0\nv 1 0 0\nv 0 1 0\n" + b"# nothing here\n" * 50 + b"f 1 2 3\nf 1 2 9\n")
    _shrink(monkeypatch, 20)
    with pytest.raises(LegoError, match="line 55: a face asks for a vertex that is not there"):
        read_mesh(path)


def test_a_comment_may_be_longer_than_a_piece_but_no_statement(monkeypatch, tmp_path):
    path = tmp_path / "a.obj"
    triangle = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    _shrink(monkeypatch, 40)
    for long in (b"# " + b"x" * 99, b" " * 99, b"#" + b"\\\\" * 50, b"unknown " + b"x" * 99 + b"\\\nv 9 9 9"):
        path.write_bytes(triangle[:16] + long + b"\n" + triangle[16:])
        assert len(read_mesh(path).vertices) == 3
    for long in (b"f" + b" 1 2 3" * 20, b"g " + b"x" * 99, b"v 0 0 0" + b"\\\n" * 60):
        path.write_bytes(triangle + long + b"\n")
        with pytest.raises(LegoError, match="line 5: a line of 0 MB"):
            read_mesh(path)
