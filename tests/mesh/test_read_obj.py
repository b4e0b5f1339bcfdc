"""What an artist made must come in as it was made, however the OBJ file was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lego_cli.api import LegoError, Mesh
from lego_cli.mesh.read import read_mesh

PLAIN = """# two quads and a triangle
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
v 2 0 0.5
v 2 1 -.5e0
v 3 0 +1.25
vt 0 0
vt 1 0
vt 1 1
vn 0 0 1
vn 0 0 -1
f 1/1/1 2/2/1 3/3/1 4/1/2
f 2//1 5//1 6//2 3//1
f 5/1 7/2 6/3
"""

SAME = {
    "windows line ends": PLAIN.replace("\n", "\r\n"),
    "old Mac line ends": PLAIN.replace("\n", "\r"),
    "mixed line ends": PLAIN.replace("\n", "\r\n", 5).replace("vt 1 1\n", "vt 1 1\r"),
    "no last line end": PLAIN.rstrip(),
    "byte order mark": "\ufeff" + PLAIN.split("\n", 1)[1],
    "negative indices": PLAIN.replace("f 1/1/1 2/2/1 3/3/1 4/1/2", "f -7/-3/-2 -6/-2/-2 -5/-1/-2 -4/-3/-1"),
    "continued faces": PLAIN.replace("2/2/1 3/3/1", "\\\n2/2/1\\\n 3/3/1"),
    "continued vertices": PLAIN.replace("v 2 0 0.5", "v 2 \\\r\n0 0.5"),
    "comment that ends in a backslash": PLAIN.replace("v 1 0 0", "# C:\\heads\\\nv 1 0 0"),
    "comments behind numbers": PLAIN.replace("v 1 1 0", "v 1 1 0 # chin").replace("7/2 6/3", "7/2 6/3\t# last"),
    "tabs and blanks": PLAIN.replace("v 1", "  \tv\t 1").replace("f 2", "\tf\t2").replace("6//2", "6//2  "),
    "empty fields": PLAIN.replace("f 5/1 7/2 6/3", "f 5/1/ 7/2/ 6/3/"),
    "w after the position": PLAIN.replace("v 0 1 0", "v 0 1 0 1.0"),
    "w of every texture coordinate": PLAIN.replace("vt 0 0", "vt 0 0 0").replace("vt 1 0", "vt 1 0 0"),
    "vertices between faces": PLAIN.replace("v 3 0 +1.25\n", "").replace("f 5/1", "v 3 0 1.25\nf 5/1"),
    "lines and points": PLAIN + "l 1 2 3\np 4\nvp 0.5\n",
}


def read(text: str | bytes, folder: Path, name: str = "head.obj") -> Mesh:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_mesh(path)


def test_corners_keep_their_own_indices(tmp_path):
    mesh = read(PLAIN, tmp_path)
    assert mesh.vertices.shape == (7, 3)
    assert mesh.vertices[6].tolist() == [3, 0, 1.25]
    assert mesh.face_sizes.tolist() == [4, 4, 3]
    assert mesh.corner_vertex.tolist() == [0, 1, 2, 3, 1, 4, 5, 2, 4, 6, 5]
    assert mesh.corner_uv.tolist() == [0, 1, 2, 0, -1, -1, -1, -1, 0, 1, 2]
    assert mesh.corner_normal.tolist() == [0, 0, 0, 1, 0, 0, 1, 0, -1, -1, -1]


@pytest.mark.parametrize("variant", SAME)
def test_the_way_of_writing_makes_no_difference(variant, tmp_path):
    mesh, expected = read(SAME[variant], tmp_path), read(PLAIN, tmp_path)
    for name in ("vertices", "face_sizes", "corner_vertex", "uvs", "corner_uv", "normals", "corner_normal"):
        np.testing.assert_array_equal(getattr(mesh, name), getattr(expected, name), err_msg=name)


def test_groups_materials_and_smoothing_belong_to_faces(tmp_path):
    states = """v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3
o Head\nmtllib head.mtl more.mtl\nusemtl skin\ns 1\nf 1 2 3
g left eye\ns off\nusemtl eye\tball\nf 1 2 3
g\nusemtl skin\ns on\nf 1 2 3\nf 1 2 3
o Head\ng lid\ns 12\nf 1 2 3\n"""
    mesh = read(states, tmp_path)
    assert mesh.groups == ("Head", "left eye", "lid")
    assert mesh.face_group.tolist() == [-1, 0, 1, -1, -1, 2]
    assert mesh.materials == ("skin", "eye ball")
    assert mesh.face_material.tolist() == [-1, 0, 1, 0, 0, 0]
    assert mesh.smoothing.tolist() == [0, 1, 0, 1, 1, 12]
    assert mesh.source.libraries == ("head.mtl more.mtl",)


def test_colours_behind_positions(tmp_path):
    some = read("v 0 0 0 1 0 0.5\nv 1 0 0\nv 0 1 0 0 1 0\nf 1 2 3\n", tmp_path)
    np.testing.assert_allclose(some.colours, [[1, 0, 0.5], [1, 1, 1], [0, 1, 0]])
    of_bytes = read("v 0 0 0 255 0 51\nv 1 0 0 0 0 0\nv 0 1 0 255 255 255\nf 1 2 3\n", tmp_path)
    np.testing.assert_allclose(of_bytes.colours, [[1, 0, 0.2], [0, 0, 0], [1, 1, 1]])
    alpha = read("v 0 0 0 1 0 0 0.5\nv 1 0 0 1 1 1 1\nv 0 1 0 0 0 0 0\nf 1 2 3\n", tmp_path)
    assert alpha.colours.shape == (3, 4)
    weights = read("v 0 0 0 1\nv 1 0 0 1\nv 0 1 0 1\nf 1 2 3\n", tmp_path)
    assert weights.colours is None


def test_names_in_other_encodings_are_readable(tmp_path):
    triangle = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl %s\nf 1 2 3\n"
    assert read(triangle % "Haut-Größe".encode(), tmp_path).materials == ("Haut-Größe",)
    assert read(triangle % "Haut-Größe".encode("latin-1"), tmp_path).materials == ("Haut-Größe",)


def test_a_point_cloud_has_no_faces(tmp_path):
    mesh = read("v 0 0 0\nv 1 2 3\n", tmp_path)
    assert len(mesh.vertices) == 2
    assert len(mesh.face_sizes) == len(mesh.triangles()) == 0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("v 0 0 0\nv 1 nan 0\nv 0 1 0\nf 1 2 3\n", 2, "not a finite number"),
        ("v 0 0 0\r\nv 1 0 -INF\r\nv 0 1 0\r\nf 1 2 3\r\n", 2, "not a finite number"),
        ("v 0 0 0\nv 1 0 -1.#IND\nv 0 1 0\nf 1 2 3\n", 2, "not a finite number"),
        ("v 0 0 0\nv 1 0 1e999\nv 0 1 0\nf 1 2 3\n", 2, "not a finite number"),
        ("v 0 0 0\nv 1,5 0 0\nv 0 1 0\nf 1 2 3\n", 2, "decimal comma"),
        ("v 0 0 0\nv 1 0\nv 0 1 0\nf 1 2 3\n", 2, "2 numbers where 3 are needed"),
        ("v 0 0 0\nv 1 0 1_0\nv 0 1 0\nf 1 2 3\n", 2, "'1_0'"),
        ("v 0 0 0\nv\nv 0 1 0\nf 1 2 3\n", 2, "without numbers"),
        ("v 0 0 0\nvertex 1 0 0\nv 0 1 0\nf 1 2 3\n", 2, "'vertex' is no OBJ statement"),
        ("v 0 0 0\rv 1 0 0\rv 0 1 0\rf 1 2 0\r", 4, "index 0"),
        ("v 0 0 \\\n0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n", 5, "a vertex that is not there (the file has 3)"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -1 -2 -4\n", 4, "a vertex that is not there"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1/1 2/1 3/1\n", 4, "a texture coordinate that is not there"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1//1 2//1 3//1\n", 4, "a normal that is not there"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2\n", 4, "2 corners"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 1 2 3.0\n", 5, "'3.0' is no corner"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1/2/3/4 2 3\n", 4, "no corner"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf /1 2 3\n", 4, "no corner"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999999999999999\n", 4, "out of range"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nvn 0 0 nan\nf 1 2 3\n", 4, "not a finite number"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nvt\nf 1 2 3\n", 4, "without numbers"),
    ],
)
def test_errors_name_the_line(text, line, words, tmp_path):
    with pytest.raises(LegoError) as error:
        read(text, tmp_path)
    assert f"head.obj, line {line}: " in error.value.message
    assert words in error.value.message
    assert len(error.value.hint) > 10


def slow_read(text: str) -> tuple[list, list, list]:
    """Positions, UVs and faces of an OBJ text, one line after the other: short, slow and plain."""
    positions, uvs, faces = [], [], []
    for line in text.replace("\\\n", " ").splitlines():
        word, *rest = line.partition("#")[0].split() or [""]
        if word == "v":
            positions.append(tuple(map(float, rest[:3])))
        elif word == "vt":
            uvs.append(tuple(map(float, rest[:2])))
        elif word == "f":
            fields = [(corner + "//").split("/")[:2] for corner in rest]
            counts = (len(positions), len(uvs))
            faces.append(
                [
                    tuple(
                        int(f) - 1 if f and int(f) > 0 else int(f) + n if f else -1
                        for f, n in zip(c, counts, strict=True)
                    )
                    for c in fields
                ]
            )
    return positions, uvs, faces


@st.composite
def obj_texts(draw) -> str:
    """OBJ files with all kinds of lines in any order; faces only use what stands above them."""
    number = st.one_of(st.integers(-99, 99).map(str), st.floats(-1e3, 1e3).map(repr), st.just("-0.50e-3"))
    lines, vertices, uvs = ["v 0 0 0"], 1, 0
    for kind in draw(st.lists(st.sampled_from(["v", "v", "vt", "f", "f", "g", "#", ""]), max_size=30)):
        if kind in ("v", "vt"):
            lines.append(
                f"{kind} "
                + draw(st.sampled_from([" ", "  ", "\t", " \\\n"])).join(
                    draw(number) for _ in kind + "nn"[len(kind) - 1 :]
                )
            )
            vertices, uvs = vertices + (kind == "v"), uvs + (kind == "vt")
        elif kind == "f":
            corners = []
            for _ in range(draw(st.integers(3, 6))):
                v = draw(st.integers(1, vertices)) - draw(st.sampled_from([0, vertices + 1]))
                t = draw(st.integers(1, uvs)) if uvs and draw(st.booleans()) else 0
                corners.append(f"{v}/{t}" if t else draw(st.sampled_from([f"{v}", f"{v}/", f"{v}//"])))
            lines.append("f " + " ".join(corners))
        else:
            lines.append(kind and f"{kind} some thing")
    return "\n".join(lines) + "\n"


@settings(max_examples=150, deadline=None)
@given(text=obj_texts())
def test_fast_reader_agrees_with_a_slow_one(text, tmp_path_factory):
    mesh = read(text, tmp_path_factory.getbasetemp(), "slow.obj")
    positions, uvs, faces = slow_read(text)
    assert mesh.vertices.tolist() == [list(position) for position in positions]
    assert mesh.face_sizes.tolist() == [len(face) for face in faces]
    assert mesh.corner_vertex.tolist() == [v for face in faces for v, _ in face]
    if mesh.corner_uv is None:
        assert all(t == -1 for face in faces for _, t in face)
    else:
        assert mesh.corner_uv.tolist() == [t for face in faces for _, t in face]
        assert mesh.uvs.tolist() == [list(uv) for uv in uvs]


def test_a_large_file(tmp_path):
    """100,000 quads with UVs."""
    side = 317
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) / 7.0
    lines = [f"v {x:.6f} {y:.6f} 0.125" for x, y in grid.tolist()] + [f"vt {x:.5f} {y:.5f}" for x, y in grid.tolist()]
    at = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).reshape(-1) + 1
    quads = np.stack([at, at + 1, at + side + 1, at + side], axis=1).tolist()
    lines += [f"f {a}/{a} {b}/{b} {c}/{c} {d}/{d}" for a, b, c, d in quads]
    path = tmp_path / "large.obj"
    path.write_text("\n".join(lines))
    mesh = read_mesh(path)
    assert len(mesh.face_sizes) == (side - 1) ** 2
