"""ICT-FaceKit's shapes from the user's own folder."""

from __future__ import annotations

import numpy as np
import pytest

from lego_cli.api import LegoError, ShapeRig
from lego_rigs.ict_shapes import NEUTRAL, IctShapesRig, ict_arrays, read_obj
from lego_rigs.named import read_map

FACES = [[0, 1, 2, 3], [3, 2, 4], [4, 2, 5]]


def write_obj(path, vertices):
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices] + ["vt 0 0", "usemtl a"]
    path.write_text("\n".join([*lines, *("f " + " ".join(f"{c + 1}/1" for c in face) for face in FACES)]) + "\n")


@pytest.fixture
def folder(tmp_path):
    """A made-up FaceXModel: no tongue, and two expressions that are not there."""
    rng = np.random.default_rng(4)
    home = tmp_path / "FaceXModel"
    home.mkdir()
    neutral = rng.normal(0, 5, (6, 3)).round(6)
    write_obj(home / NEUTRAL, neutral)
    shapes = {}
    for name in read_map("ict").controls[:-2]:
        shapes[name] = rng.normal(0, 0.5, (6, 3)).round(6)
        write_obj(home / f"{name}.obj", neutral + shapes[name])
    write_obj(home / "identity000.obj", neutral)
    return tmp_path, neutral, shapes


def test_a_control_at_one_is_its_file(folder):
    root, neutral, shapes = folder
    rig = IctShapesRig("ict_shapes", ict_arrays(root))
    assert isinstance(rig, ShapeRig)
    assert rig.controls == tuple(shapes)
    posed = rig.posed(np.eye(len(shapes)))
    np.testing.assert_allclose(posed, neutral + np.stack(list(shapes.values())), atol=1e-5)
    np.testing.assert_allclose(rig.posed(np.zeros((1, len(shapes))))[0], neutral)
    assert rig.mesh.face_sizes.tolist() == [4, 3, 3]


def test_other_folders_and_damaged_shapes_are_refused(folder):
    root, neutral, _ = folder
    with pytest.raises(LegoError, match=NEUTRAL):
        ict_arrays(root / "nowhere")
    write_obj(root / "FaceXModel" / "jawOpen.obj", neutral[:5])
    with pytest.raises(LegoError, match=r"jawOpen\.obj"):
        ict_arrays(root)
    (root / "FaceXModel" / "jawOpen.obj").write_text("v 1 2 x\n")
    with pytest.raises(LegoError, match=r"jawOpen\.obj"):
        ict_arrays(root)


FACE = "f 1 2 3\n"
POINTS = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
BAD = {
    "no face": POINTS,
    "no point": FACE,
    "two corners": POINTS + "f 1 2\n",
    "an index that is not there": POINTS + "f 1 2 4\n",
    "an index of 400 figures": POINTS + "f 1 2 " + "9" * 400 + "\n",
    "an index of 40 figures": POINTS + "f 1 2 " + "9" * 40 + "\n",
    "a long face": POINTS + "f " + "1 " * 100_000 + "\n",
    "two numbers": POINTS + "v 1 2\n" + FACE,
    "no number": POINTS + "v 1 2 nan\n" + FACE,
    "a number beyond numbers": POINTS + "v 1 2 1e400\n" + FACE,
    "a far point": POINTS + "v 1 2 1e30\n" + FACE,
    "lines without end": "\n" * 600_000,
    "points without end": "v 0 0 0\n" * 120_000 + FACE,
    "too large": "#" * (17 << 20),
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_obj_is_told_by_its_name(tmp_path, name):
    (tmp_path / "jawOpen.obj").write_text(BAD[name])
    with pytest.raises(LegoError, match=r"jawOpen\.obj"):
        read_obj(tmp_path / "jawOpen.obj")


@pytest.mark.parametrize("name", ["controls", "neutral", "shapes", "face_sizes", "corner_vertex"])
@pytest.mark.parametrize(
    "other", [None, np.ones(3), np.array("x"), np.array(["a", "a"]), np.full((6, 3), 1e300), np.array(3)]
)
def test_arrays_of_another_rig_are_refused_by_name(folder, name, other):
    arrays = ict_arrays(folder[0]) | {name: other}
    with pytest.raises(ValueError, match=r"'|faces"):
        IctShapesRig("ict_shapes", arrays)
