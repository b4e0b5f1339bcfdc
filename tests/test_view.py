"""``lego view``: the page and what it may do, the files it takes, and where the input comes from."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from lego_cli.assets import data_file
from lego_cli.cli.application import run
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.files.outputs import record_place
from lego_cli.mesh.read import read_mesh
from lego_cli.view import view_page
from lego_formats.glb import GlbExporter

ROOT = Path(__file__).parents[1]
WEDGE = "v -1 -1 0\nv 1 -1 0\nv 0 1 0\nv 0 -1 3\nf 1 2 3\nf 1 4 2\nf 2 4 3\nf 3 4 1\n"


@pytest.fixture(autouse=True)
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def wedge(tmp_path: Path) -> Path:
    path = tmp_path / "wedge.obj"
    path.write_text(WEDGE)
    return path


@pytest.fixture
def glb(wedge: Path) -> Path:
    path = wedge.with_suffix(".glb")
    GlbExporter().write(read_mesh(wedge), path)
    return path


def block(page: str, name: str) -> str:
    return re.search(rf'<script type="[^"]+" id="{name}">(.*?)</script>', page, re.DOTALL)[1]


def facts(page: Path) -> dict:
    return json.loads(block(page.read_text(encoding="utf-8"), "facts"))


def shown(page: Path, name: str) -> bytes:
    return base64.b64decode(block(page.read_text(encoding="utf-8"), name))


def edited_glb(path: Path, **changes) -> Path:
    """The GLB with other top-level entries in its JSON."""
    data = path.read_bytes()
    length = int.from_bytes(data[12:16], "little")
    text = json.dumps(json.loads(data[20 : 20 + length]) | changes).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    size = (20 + len(text) + len(rest)).to_bytes(4, "little")
    edited = path.with_name("edited.glb")
    edited.write_bytes(data[:8] + size + len(text).to_bytes(4, "little") + data[16:20] + text + rest)
    return edited


def record(result: Path, source: Path, **more) -> Similarity:
    """A run record beside ``result`` that names ``source``; returns how the canonical frame lies in the input's."""
    turn = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    placed = Similarity(100.0, turn, np.array([3.0, -5, 150]))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    made = [{"path": result.name, "sha256": hashlib.sha256(result.read_bytes()).hexdigest()}]
    named = {"input": {"path": source.name, "sha256": digest}, "canonical_to_input": placed.as_dict(), "results": made}
    record_place(result).write_text(json.dumps(named | more))
    return placed


def test_the_policy_lets_the_pages_own_script_and_style_run_and_nothing_else(glb):
    page = view_page(glb.read_bytes(), "wedge")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert (len(script), len(style)) == (1, 1)
    for kind, text in (("script", script[0]), ("style", style[0])):
        assert f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""\s(style|on\w+)=["']|\ssrc=|<link(?! rel="icon" href="data:,")""", markup)


def test_the_file_is_in_the_page_bit_for_bit_with_the_licence_of_three_js(glb, tmp_path):
    assert run(["view", str(glb), "-o", str(tmp_path / "page.html")]) == 0
    assert shown(tmp_path / "page.html", "result") == glb.read_bytes()
    licence = html.unescape(block((tmp_path / "page.html").read_text(encoding="utf-8"), "licences"))
    assert data_file("viewer/THREE-LICENSE.txt").read_text(encoding="utf-8") in licence
    assert "Permission is hereby granted" in licence


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "{{script}}", '"><b>', "Zoë & Ωmega"])
def test_no_title_can_break_the_page(glb, title):
    page = view_page(glb.read_bytes(), title)
    assert json.loads(block(page, "facts"))["title"] == title
    assert html.unescape(re.search("<title>(.*?)</title>", page)[1]) == title
    assert len(re.findall("<script", page)) == len(re.findall("<script", view_page(glb.read_bytes(), "plain")))


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".stl", ".off"])
def test_other_formats_are_converted_with_all_their_vertices(wedge, suffix, tmp_path):
    from lego_cli.exporter_choice import exporters_by_suffix
    from lego_cli.mesh.write import write_mesh
    from lego_cli.plugins import load_plugins

    source, back = tmp_path / f"other{suffix}", tmp_path / "back.glb"
    write_mesh(read_mesh(wedge), source, exporters_by_suffix(load_plugins(False).registry))
    assert run(["view", str(source)]) == 0
    back.write_bytes(shown(source.with_suffix(".view.html"), "result"))
    assert sorted(read_mesh(back).vertices.tolist()) == sorted(read_mesh(wedge).vertices.tolist())


def test_prints_the_page_without_a_display(glb, capsys, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail("a text browser would hold the terminal"))
    monkeypatch.setattr("sys.platform", "linux")
    assert run(["view", str(glb), "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["page"], done["opened"], done["input"]) == (str(glb.with_suffix(".view.html")), False, "")
    assert done["bytes"] == glb.with_suffix(".view.html").stat().st_size


def test_opens_the_browser_where_there_is_one_unless_told_not_to(glb, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)) or True)
    monkeypatch.setenv("DISPLAY", ":0")
    assert run(["view", str(glb), "--no-open"]) == 0
    assert opened == []
    assert run(["view", str(glb), "--force"]) == 0
    assert opened == [glb.with_suffix(".view.html").as_uri()]


def test_the_input_of_the_run_record_stands_upright_in_the_same_place(glb, wedge):
    placed = record(glb, wedge, options={"frame": "input"})
    assert run(["view", str(glb)]) == 0
    page = glb.with_suffix(".view.html")
    told = facts(page)
    assert shown(page, "input")[:4] == b"glTF"
    assert told["input_same_frame"]
    assert told["upright"] == told["input_upright"]
    matrix = np.array(told["input_upright"]).reshape(4, 4).T
    points = np.random.default_rng(0).normal(size=(5, 3))
    moved = placed.apply(points) @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(moved, points, atol=1e-6)


def test_a_canonical_result_stays_as_it_is(glb, wedge):
    record(glb, wedge, options={"frame": "canonical"})
    assert run(["view", str(glb)]) == 0
    told = facts(glb.with_suffix(".view.html"))
    assert told["upright"] is None
    assert told["input_upright"] is not None


def test_no_input_and_another_input(glb, wedge, tmp_path):
    record(glb, wedge)
    page = glb.with_suffix(".view.html")
    assert run(["view", str(glb), "--no-input"]) == 0
    assert shown(page, "input") == b""
    other = tmp_path / "other.obj"
    other.write_text(WEDGE.replace("v 0 1 0", "v 0 9 0"))
    assert run(["view", str(glb), "--input", str(other), "--up", "z", "--front=-y", "--force"]) == 0
    told = facts(page)
    assert not told["input_same_frame"], "another mesh stands elsewhere: it is fitted by its box"
    upright = np.array(told["input_upright"]).reshape(4, 4).T[:3, :3]
    np.testing.assert_allclose(upright @ [0, 0, 1], [0, 1, 0], atol=1e-9)
    np.testing.assert_allclose(upright @ [0, -1, 0], [0, 0, 1], atol=1e-9)


def test_an_input_that_has_changed_is_not_passed_off_as_the_one_that_was_used(glb, wedge, capsys):
    record(glb, wedge)
    wedge.write_text(WEDGE + "# changed\n")
    assert run(["view", str(glb)]) == 0
    assert "has changed since" in capsys.readouterr().err
    assert shown(glb.with_suffix(".view.html"), "input") == b""


def test_a_record_of_what_was_there_before_is_left_out(glb, wedge, capsys):
    """A run that is killed between a mesh and its record leaves the record of another style, or of another program."""
    record(glb, wedge)
    glb.write_bytes(edited_glb(glb, asset={"version": "2.0", "generator": "another"}).read_bytes())
    assert run(["view", str(glb)]) == 0
    assert "is not about wedge.glb as it is now" in capsys.readouterr().err
    assert shown(glb.with_suffix(".view.html"), "input") == b""
    assert facts(glb.with_suffix(".view.html"))["input_upright"] == facts(glb.with_suffix(".view.html"))["upright"]


def test_the_same_page_may_be_asked_for_again_but_another_one_needs_force(glb, wedge, capsys):
    assert run(["view", str(glb)]) == 0
    page = glb.with_suffix(".view.html")
    first = page.stat().st_mtime_ns
    assert run(["view", str(glb)]) == 0
    assert page.stat().st_mtime_ns == first
    assert run(["view", str(glb), "--input", str(wedge)]) == 2
    assert "exists" in capsys.readouterr().err
    assert page.stat().st_mtime_ns == first


NO_RECORDS = (
    "[" * 100_000,
    '{"input": ' * 5000,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "",
    "[]",
    '{"input": 3}',
    '{"input": {"path": "x", "sha256": 1}, "canonical_to_input": {}}',
)


@pytest.mark.parametrize("text", NO_RECORDS)
def test_a_file_that_is_no_record_does_not_matter(glb, text):
    record_place(glb).write_text(text)
    assert run(["view", str(glb)]) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extensionsRequired": ["KHR_draco_mesh_compression"]}, "compressed"),
        ({"extensionsRequired": ["KHR_texture_basisu"]}, "KHR_texture_basisu"),
        ({"images": [{"uri": "https://example.org/skin.png"}]}, "outside itself"),
        ({"images": [{"uri": "skin.png"}]}, "outside itself"),
        ({"asset": {"version": "1.0"}}, "version"),
    ],
)
def test_what_the_page_could_not_show_is_refused_before_it_is_written(glb, changes, message, capsys):
    edited = edited_glb(glb, **changes)
    assert run(["view", str(edited)]) == 1
    error = capsys.readouterr().err.splitlines()
    assert message in error[0]
    assert error[1].startswith("hint:")
    assert not edited.with_suffix(".view.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.glb"], "no file"),
        (["wedge.glb", "-o", "page.pdf"], "no page"),
        (["wedge.glb", "--input", "missing.obj"], "no file"),
        (["wedge.glb", "--input", "wedge.obj", "--no-input"], "contradict"),
        (["wedge.glb", "--up", "w"], "no axis"),
        (["wedge.txt"], "wedge.txt"),
    ],
)
def test_wrong_usage(glb, arguments, message, capsys, monkeypatch):
    monkeypatch.chdir(glb.parent)
    (glb.parent / "wedge.txt").write_text("no mesh")
    assert run(["view", *arguments]) == 2
    assert message in capsys.readouterr().err.splitlines()[0]
    assert not list(glb.parent.glob("*.html"))


def test_does_not_overwrite(glb, capsys):
    page = glb.with_suffix(".view.html")
    page.write_text("mine")
    assert run(["view", str(glb)]) == 2
    assert page.read_text() == "mine"
    assert run(["view", str(glb), "--force"]) == 0


def test_the_bundle_is_small_and_made_from_these_sources():
    """Otherwise: ``make viewer``."""
    provenance = json.loads(data_file("viewer/provenance.json").read_text())
    digest = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (ROOT / "web/viewer/src").iterdir()}
    assert provenance["sources"] == digest
    for name, expected in provenance["sha256"].items():
        assert hashlib.sha256(data_file(f"viewer/{name}").read_bytes()).hexdigest() == expected
    assert data_file("viewer/viewer.js").stat().st_size < 750_000
    page = ROOT / "web/viewer/page.html"
    assert page.read_bytes() == data_file("viewer/page.html").read_bytes()
    lock = (ROOT / "web/viewer/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert json.loads(lock)["packages"]["node_modules/three"]["version"] == provenance["contains"]["three"]["version"]
