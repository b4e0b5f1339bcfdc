"""``lego topologies add``: a studio's mesh, numbered and turned as nobody expects, becomes a topology as others are."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lego_cli import add_topology as adding
from lego_cli import assets, topology_picture
from lego_cli.api import ARKIT, LegoError, Mesh
from lego_cli.cli.application import run
from lego_cli.core.stylist import Code
from lego_cli.core.wrapping.wrap import Wrap, at_rest
from lego_cli.core.wrapping.wrap_checks import Check
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.expression import expression_code
from lego_cli.files.folders import topologies_folder
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.write import write_mesh
from lego_cli.plugins import load_plugins
from lego_cli.renderer_choice import choose_renderer

pytestmark = pytest.mark.slow

SMILE = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "jawOpen": 0.25}
UP_IS_Z = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


@pytest.fixture(scope="module")
def registry():
    return load_plugins(False).registry


@pytest.fixture(scope="module")
def stylist(registry):
    return assets.stylist(registry)


@pytest.fixture(scope="module")
def truth(registry):
    """What the mesh is made from: skin alone, open at eyes, mouth and neck, as FLAME's template is."""
    return assets.topology(registry, "simplified")


@pytest.fixture(scope="module")
def order(truth):
    return np.random.default_rng(5).permutation(len(truth.points))


@pytest.fixture(scope="module")
def source(registry, stylist, truth, order, tmp_path_factory):
    """A smiling person in that layout, renumbered, in centimetres, Z up."""
    shape = 0.7 * np.random.default_rng(3).standard_normal(stylist.net.shape_size)
    posed = stylist.avatar(Code(shape, np.zeros(len(ARKIT)))).pose(truth, expression_code(SMILE))
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    made = replace(truth.mesh, vertices=posed[order] @ UP_IS_Z.T * 100 + [3, 40, -7])
    path = tmp_path_factory.mktemp("studio") / "base head.obj"
    write_mesh(replace(made, corner_vertex=number[made.corner_vertex]), path, exporters_by_suffix(registry))
    path.write_text("# studio base, do not renumber\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def stored(source, tmp_path_factory):
    """What ``lego topologies add`` printed, and the file that it stored."""
    home = tmp_path_factory.mktemp("stored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEGO_HOME", str(home))
        patch.setattr(topology_picture, "topology_picture", lambda *_: Image.new("RGB", (8, 8)))
        done = adding.add_topology("studio", source, load_plugins(False).registry, renderer=None)
    return done, (home / "topologies" / "studio.npz").read_bytes()


@pytest.fixture
def studio(stored):
    """The stored topology in the home of this test."""
    topologies_folder().mkdir(parents=True)
    (topologies_folder() / "studio.npz").write_bytes(stored[1])
    (topologies_folder() / "studio.png").touch()
    return assets.topology(load_plugins(False).registry, "studio")


def millimetres(gap):
    return 1000 * np.linalg.norm(gap, axis=-1)


def test_each_vertex_finds_its_place_and_the_smile_is_undone(studio, truth, order, stylist):
    off = millimetres(studio.mesh.vertices - truth.mesh.vertices[order])
    assert off.mean() < 2.5
    corners = np.isin(order, _nearest(truth, stylist.head.vertices[stylist.head.landmarks["ibug68"][[48, 54]]]))
    assert off[corners].max() < 6, "a smile moves the corners of the mouth by 18 mm: they must be back at rest"


def _nearest(topology, points):
    return [int(np.linalg.norm(topology.mesh.vertices - p, axis=1).argmin()) for p in points]


def test_the_checks_tell_what_is_there(stored):
    checks = {check["name"]: check for check in stored[0]["checks"]}
    assert set(checks) == {"distance", "folds", "stretch", "symmetry", "loops", "places"}
    assert stored[0]["verdict"] != "refused"
    assert checks["loops"]["figures"]["found"] == ["eye_left", "eye_right", "mouth", "neck"]
    assert checks["places"]["figures"]["face_covered_percent"] > 95
    assert all(check["advice"] for check in checks.values() if check["verdict"] != "ok")


def test_the_file_is_given_back_with_other_positions(studio, source, tmp_path, registry, stylist):
    """UVs, groups, comments, order: only ``v`` and ``vn`` lines may differ."""
    person = stylist.avatar(Code(np.zeros(stylist.net.shape_size), np.zeros(len(ARKIT)))).pose(studio)
    write_mesh(studio.mesh.with_vertices(person), tmp_path / "out.obj", exporters_by_suffix(registry))
    old, new = source.read_text(encoding="utf-8"), (tmp_path / "out.obj").read_text(encoding="utf-8")
    pairs = list(zip(old.splitlines(), new.splitlines(), strict=True))
    assert {a.split()[0] for a, b in pairs if a != b} <= {"v", "vn"}


def test_other_formats_keep_faces_uvs_groups_and_materials(studio, tmp_path):
    from lego_cli.user.topology_file import ARRAYS, read_topology, write_topology

    number = np.arange(len(studio.mesh.face_sizes))
    kinds = {"materials": ("skin", "lip"), "face_material": number % 2, "smoothing": number}
    mesh = replace(studio.mesh, source=None, **kinds)
    write_topology(replace(studio, mesh=mesh), tmp_path / "a.npz")
    write_topology(replace(studio, mesh=mesh), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = read_topology(tmp_path / "a.npz")
    for name in ("vertices", *ARRAYS):
        np.testing.assert_array_equal(getattr(back.mesh, name), getattr(mesh, name), err_msg=name)
    assert (back.mesh.groups, back.mesh.materials) == (mesh.groups, mesh.materials)
    assert {k: v.tolist() for k, v in back.parts.items()} == {k: v.tolist() for k, v in studio.parts.items()}
    np.testing.assert_array_equal(back.offsets, studio.offsets)


def test_show_has_the_checks_and_list_the_name(studio, capsys):
    assert run(["topologies", "show", "studio", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["source"] == "base head.obj"
    assert facts["checks"][0]["name"] == "distance"
    assert facts["picture"] == str(topologies_folder() / "studio.png")
    assert run(["topologies", "show", "studio"]) == 0
    assert "fit mean mm" in capsys.readouterr().out
    assert run(["topologies", "list", "--json"]) == 0
    listed = {t["reached_as"]: t for t in json.loads(capsys.readouterr().out)["topologies"]}
    assert listed["studio"]["from"] == "user"


def test_remove_takes_ones_own_only(studio, capsys):
    assert run(["topologies", "remove", "mask"]) == 2
    assert "comes with lego" in capsys.readouterr().err
    assert run(["topologies", "remove", "studio"]) == 0
    assert list(topologies_folder().iterdir()) == []
    assert run(["topologies", "remove", "studio"]) == 2
    assert capsys.readouterr().err.startswith("error: no topology called 'studio'")


def test_a_built_in_name_is_reached_through_user(studio, capsys):
    (topologies_folder() / "studio.npz").rename(topologies_folder() / "mask.npz")
    names = load_plugins(False).registry
    assert names.find("topologies", "mask").owner.built_in
    assert len(names.get("topologies", "user:mask").points) == len(studio.points)
    assert run(["topologies", "remove", "user:mask"]) == 0


def test_a_damaged_file_breaks_nothing_else(studio, capsys):
    file = topologies_folder() / "studio.npz"
    whole = file.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"PK" + whole[2:9000], whole.replace(b"anchor", b"anchar")):
        file.write_bytes(broken)
        assert run(["topologies", "list"]) == 0
        assert "studio" in capsys.readouterr().out
        assert run(["topologies", "show", "studio"]) == 1
        error = capsys.readouterr().err.splitlines()
        assert [line.partition(":")[0] for line in error] == ["error", "hint"]
        assert str(file) in error[0]


@pytest.mark.parametrize("name", ["a b", "a:b", "../a", "a/b", "", ".hidden", "keep", "x" * 80])
def test_a_name_that_cannot_be_typed_is_refused(name, source, capsys):
    assert run(["topologies", "add", name, str(source)]) == 2
    assert capsys.readouterr().err.startswith("error:")
    assert not topologies_folder().exists()


def test_a_name_is_replaced_with_force_only(studio, source, capsys):
    assert run(["topologies", "add", "studio", str(source)]) == 2
    assert "--force" in capsys.readouterr().err


def test_a_cloud_is_no_topology(stylist):
    cloud = Mesh(np.random.default_rng(1).random((500, 3)), np.zeros(0, np.int64), np.zeros(0, np.int64))
    with pytest.raises(LegoError, match="no faces"):
        adding.wrap_mesh(cloud, stylist, "cloud")


@pytest.fixture
def checked(studio, source, stylist, monkeypatch):
    """Wrapping is stood in for: call it with the verdict that a check comes to."""

    def verdict(word):
        given = read_mesh(source)
        wrap = Wrap(given, at_rest(studio, stylist), given.vertices, stylist)
        added = adding.Added(wrap, [Check("folds", word, {"turned": 3}, "mend them")], {})
        monkeypatch.setattr(adding, "wrap_mesh", lambda *_: added)
        monkeypatch.setattr(topology_picture, "topology_picture", lambda *_: Image.new("RGB", (8, 8)))

    return verdict


def test_refused_by_a_check_is_not_stored_but_can_be_looked_at(checked, source, tmp_path, capsys):
    checked("refused")
    for flags in ([], ["-o", str(tmp_path / "bad.png")]):
        assert run(["topologies", "add", "bad", str(source), *flags]) == 1
        error, hint = capsys.readouterr().err.splitlines()[-2:]
        assert "folds (turned 3)" in error
        assert hint.startswith("hint: mend them; see ")
        assert not (topologies_folder() / "bad.npz").exists()
    assert (tmp_path / "bad.png").is_file()


def test_what_was_added_is_told_with_its_checks(checked, source, capsys):
    checked("warning")
    assert run(["topologies", "add", "new", str(source)]) == 0
    shown = capsys.readouterr().out
    assert f"{source} -> --topology new" in shown
    assert "folds: mend them" in shown
    for suffix in (".npz", ".png"):
        assert str(topologies_folder() / f"new{suffix}") in shown
        assert (topologies_folder() / f"new{suffix}").is_file()


def test_the_picture_shows_the_mesh_its_edges_and_a_blink(studio, source, stylist, registry):
    given = read_mesh(source)
    wrap = Wrap(given, at_rest(studio, stylist), given.vertices, stylist)
    page = topology_picture.topology_picture(wrap, assets.style(registry, "pixar"), choose_renderer(registry), 96)
    step, top = 96 + 8, page.height - 96 - 24
    still, shut = (np.asarray(page.crop((8 + k * step, top, 8 + k * step + 96, top + 88)), int) for k in (0, 1))
    assert page.width > 3 * step
    assert still.std() > 20, "a head on paper"
    assert np.abs(still - shut).mean() > 2, "eyes shut and jaw open are to be seen"
