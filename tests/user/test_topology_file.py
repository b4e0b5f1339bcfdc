"""A user's topology on disk: it comes back as it was, and one that somebody damaged is two lines."""

from __future__ import annotations

import numpy as np
import pytest

from lego_cli.api import Mesh, Topology, read_arrays, write_arrays
from lego_cli.errors import LegoError
from lego_cli.user.topology_file import read_topology, write_topology

SIZES, CORNERS = np.array([4, 3]), np.array([0, 1, 2, 3, 3, 2, 4])
REST = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.5, 2, 0]]) / 10


@pytest.fixture
def topology() -> Topology:
    mesh = Mesh(
        REST,
        SIZES,
        CORNERS,
        uvs=REST[:, :2],
        corner_uv=CORNERS,
        colours=np.full((5, 3), 0.5),
        groups=("skin", "eye"),
        face_group=np.array([0, 1]),
        materials=("m",),
        face_material=np.array([0, -1]),
        smoothing=np.array([0, 1]),
    )
    parts = {"skin": np.array([0, 1, 2]), "eye": np.array([3, 4])}
    places = REST.astype(np.float32)
    weights = np.full((5, 4), 0.25, np.float32)
    return Topology(
        "mine", "a summary", "CC0", mesh, places, np.zeros((5, 4), np.int64), weights, parts, places, {"a": 1}
    )


def test_it_comes_back(topology, tmp_path):
    write_topology(topology, tmp_path / "a.npz")
    again = read_topology(tmp_path / "a.npz")
    assert (again.name, again.summary, again.licence, again.facts) == ("mine", "a summary", "CC0", {"a": 1})
    for name in ("face_sizes", "corner_vertex", "corner_uv", "face_group", "face_material", "smoothing", "colours"):
        np.testing.assert_array_equal(getattr(again.mesh, name), getattr(topology.mesh, name))
    assert again.mesh.groups == ("skin", "eye")
    assert {name: index.tolist() for name, index in again.parts.items()} == {"skin": [0, 1, 2], "eye": [3, 4]}
    np.testing.assert_array_equal(again.weights, topology.weights)


def changed(file, **others):
    """Its arrays with some replaced; None takes one out."""
    arrays = read_arrays(file, "x", "y") | others
    write_arrays(file, {name: array for name, array in arrays.items() if array is not None})


NAMES = ("format", "text", "rest", "point", "anchor", "weight", "offset", "part", "part_size", "part_vertex",
         "mesh_face_sizes", "mesh_corner_vertex", "mesh_groups", "mesh_materials")  # fmt: skip
OTHERS = {
    "a number": np.array(3.5),
    "numbers": np.array([3.5, np.nan]),
    "text": np.array(["a", "b"]),
    "one text": np.array("a"),
    "truths": np.array([[True, False]] * 5),
    "far numbers": np.full((5, 3), 1e300),
    "far places": np.full((5, 4), 2**60),
    "negative": np.array([-1, -3]),
    "deep": np.zeros((2, 2, 2, 2)),
    "complex": np.zeros((5, 3), complex),
    "nothing": None,
}


SOUND = {("mesh_materials", "text"), ("mesh_materials", "one text"), ("mesh_groups", "text"), ("part", "text")}  # names


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", OTHERS)
def test_an_array_that_is_another_is_damage(topology, tmp_path, name, other):
    file = tmp_path / "a.npz"
    write_topology(topology, file)
    changed(file, **{name: OTHERS[other]})
    if (name, other) in SOUND:
        assert read_topology(file).mesh
        return
    with pytest.raises(LegoError) as caught:
        read_topology(file)
    assert str(file) in str(caught.value) or "a.npz" in str(caught.value)


@pytest.mark.parametrize(
    "others",
    [
        {"mesh_corner_uv": CORNERS[:3]},
        {"mesh_corner_uv": CORNERS + 99},
        {"mesh_uvs": np.zeros((5, 3))},
        {"mesh_uvs": np.full((5, 2), np.inf)},
        {"mesh_face_group": np.array([0, 2])},
        {"mesh_face_group": np.array([0, 1, 1])},
        {"mesh_face_material": np.array([-2, 0])},
        {"mesh_smoothing": np.array([1])},
        {"mesh_colours": np.zeros((4, 3))},
        {"mesh_colours": np.zeros((5, 2))},
        {"mesh_face_sizes": np.array([2**62, 2**62, 2**62, 2**62, 7])},
        {"mesh_face_sizes": np.array([7, 0])},
        {"part_size": np.array([2**62, 2**62])},
        {"part_vertex": np.array([0, 1, 2, 3, 9])},
        {"weight": np.full((5, 4), 0.5, np.float32)},
        {"text": np.array(["a", "b", "c", "[" * 5000])},
        {"text": np.array(["a", "b", "c", "[1]"])},
        {"text": np.array(["a", "b", "c", "{"])},
        {"obj": np.frombuffer(b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", np.uint8)},
        {"obj": np.frombuffer(b"\xff\xfe junk", np.uint8)},
        {"obj": np.array([0.5])},
    ],
)
def test_parts_of_another_mesh_are_damage(topology, tmp_path, others):
    write_topology(topology, tmp_path / "a.npz")
    changed(tmp_path / "a.npz", **others)
    with pytest.raises(LegoError) as caught:
        read_topology(tmp_path / "a.npz")
    assert caught.value.hint
