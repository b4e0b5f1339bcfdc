"""The page of ``lego view`` in a real browser: it draws, moves, plays and compares, and calls nobody."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lego_cli import assets
from lego_cli.api import ARKIT, RiggedHead
from lego_cli.expression import rig_mixes
from lego_cli.plugins import load_plugins
from lego_cli.view import write_page
from lego_cli.view_files import glb_of
from lego_formats.glb import GlbExporter
from lego_formats.glb_file import INDICES, VERTICES, GlbFile

pytestmark = pytest.mark.slow

WEB = Path(__file__).parents[1] / "web"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
TITLE = "<script id=injected>alert(1)</script>"
OTHER = 120  # targets of no known name
SIDEWAYS = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")


def foreign_glb(path: Path) -> None:
    """A plate of somebody else: ARKit shapes by other spellings, many shapes of unknown names, none of our notes."""
    size = 12
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    places = np.stack([x.ravel(), y.ravel(), -0.3 * (x * x + y * y).ravel()], axis=1).astype(np.float32)
    corner = np.arange(size * (size - 1)).reshape(size - 1, size)[:, :-1].reshape(-1)
    faces = np.stack([corner, corner + 1, corner + size, corner + 1, corner + size + 1, corner + size], axis=1)
    spelt = [f"face.{name.replace('Left', '_L').replace('Right', '_R')}" for name in ARKIT if name not in SIDEWAYS]
    names = [*spelt, *(f"Fcl_{number}" for number in range(OTHER))]
    file = GlbFile()
    targets = []
    for number in range(len(names)):
        moved = np.zeros_like(places)
        moved[:, number % 3] = 0.4 * np.exp(-((places[:, 0] - 0.5) ** 2 + places[:, 1] ** 2) / 0.3)
        targets.append({"POSITION": file.add_array(moved, VERTICES, bounds=True)})
    attributes = {
        "POSITION": file.add_array(places, VERTICES, bounds=True),
        "NORMAL": file.add_array(np.tile(np.float32([0, 0, 1]), (len(places), 1)), VERTICES),
    }
    primitive = {"attributes": attributes, "indices": file.add_array(faces.reshape(-1).astype(np.uint16), INDICES)}
    mesh = {"primitives": [primitive | {"targets": targets}], "extras": {"targetNames": names}}
    node = file.add("nodes", {"mesh": file.add("meshes", mesh)})
    file.tree |= {"scene": 0, "scenes": [{"nodes": [node]}]}
    file.write(path)


@pytest.fixture(scope="module")
def report(real: RiggedHead, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened when a browser used the page of a stylised head, and that of somebody else's file."""
    node, browser = shutil.which("node"), next(filter(None, map(shutil.which, CHROMIUM)), None)
    if node is None or browser is None:
        pytest.skip("node or chromium is missing: `apt-get install -y nodejs chromium`")
    if not (WEB / "node_modules" / "playwright-core").is_dir():
        pytest.skip("tests/web/node_modules is missing: run `npm ci --prefix tests/web`")
    folder = tmp_path_factory.mktemp("pages")
    registry = load_plugins(third_party=False).registry
    GlbExporter().write_rigged(real, folder / "head.glb")
    foreign_glb(folder / "foreign.glb")
    person = glb_of(assets.data_file("demo_head.obj"), registry)
    write_page(folder / "head.html", (folder / "head.glb").read_bytes(), "head.glb", person)
    foreign = (folder / "foreign.glb").read_bytes()
    write_page(folder / "foreign.html", foreign, TITLE, person, foreign=True, mixes=rig_mixes(registry, "emotions"))
    command = [node, str(WEB / "drive_viewer.mjs"), browser, str(folder / "head.html"), str(folder / "foreign.html")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_it_calls_nobody_and_nothing_complains(report):
    assert report["requests"] == []
    assert report["complaints"] == []
    assert report["violations"] == []


def test_the_policy_stops_what_is_not_the_page_itself(report):
    """A page that was tampered with can neither call out nor run a script that came later."""
    assert (report["attack"]["called"], report["attack"]["ran"]) == ("refused", False)
    assert {"connect-src", "img-src", "script-src-elem"} <= set(report["attack"]["violations"])


def test_the_head_is_drawn(report):
    """It fills a good part of the view, and is shaded, not flat."""
    assert 0.15 < report["drawn"]["share"] < 0.8
    assert report["drawn"]["spread"] > 15


def test_jaw_open_moves_the_lower_half_of_the_face_and_no_forehead(report):
    jaw = report["shapes"]["jaw"]
    assert jaw["value"] == [1]
    assert sum(jaw["changed"]["tenths"][:5]) > 400
    assert sum(jaw["changed"]["tenths"][7:]) < 0.02 * jaw["changed"]["total"]
    assert report["shapes"]["back"] == 0


def test_pairs_move_together_until_they_are_unlinked(report):
    shapes = report["shapes"]
    assert shapes["controls"] == shapes["singleRows"] == 52
    assert shapes["linkedRows"] < 40
    assert shapes["pair"] == [1, 1]
    assert shapes["gaze"] == [1, 1, 0], "both eyes look to the subject's left"
    assert shapes["single"] == [0, 1]
    left, right = shapes["singleChanged"]
    assert left > 3 * right, "the subject's right is on the left of the picture"
    assert shapes["reset"] == 0


def test_search_finds_and_says_when_it_does_not(report):
    assert report["shapes"]["found"] == 1
    assert report["shapes"]["foundNone"] == [0, "No shape has that name."]


def test_emotions_and_their_intensity(report):
    looks = report["looks"]
    mix = looks["mood"]["mix"]
    assert looks["mood"]["values"] == pytest.approx({name: mix.get(name, 0) for name in looks["mood"]["values"]})
    assert looks["moodChanged"] > 100
    assert looks["moodPressed"] == ["Happy"]
    assert looks["half"] == [pytest.approx(mix["mouthSmileLeft"] / 2)]


def test_strength_goes_from_the_person_to_beyond_the_style(report):
    looks = report["looks"]
    assert (looks["plain"]["weight"], looks["more"]["weight"]) == (1, -0.5)
    assert min(looks["plain"]["changed"], looks["more"]["changed"]) > 1000
    assert looks["strengthBack"] == 0


def test_correctives_come_in_by_themselves(report):
    assert report["looks"]["corrective"] == {"controls": 2, "weight": 0.25}


def test_view_commands_by_keyboard(report):
    looks = report["looks"]
    assert looks["wires"] > 500
    assert looks["turned"] > 500
    assert looks["wiresOff"] == looks["home"] == 0
    assert looks["theme"] == ["light", "dark", "rgb(236, 232, 227)"]
    assert looks["help"] > 10
    assert looks["helpClosed"]
    assert looks["focusRing"] == "solid"


def test_the_picture_is_a_png_of_the_view(report):
    picture = report["looks"]["picture"]
    assert (picture["name"], picture["png"]) == ("head.glb.png", "PNG")
    assert picture["width"] * picture["height"] > 50_000
    assert picture["bytes"] > 10_000


def test_clips_play_pause_step_and_scrub(report):
    clips = report["clips"]
    assert clips["paused"][0] == clips["paused"][1]
    assert clips["stepped"] == pytest.approx(min(clips["paused"][0] + 1 / 30, 1), abs=0.002)
    assert clips["scrubbed"] == [pytest.approx(1, abs=0.02)]
    assert clips["slider"] == pytest.approx(1, abs=0.02), "sliders follow the clip"
    assert clips["strengthKept"] == 1, "a clip does not undo the strength slider"
    assert clips["nod"] > 500
    assert clips["speed"] == "1.5×"
    assert clips["stopped"] == 0, "reset puts the head back as well"


def test_the_input_stands_beside_the_result_in_the_same_size(report):
    compare = report["compare"]
    assert min(compare["beside"]) > 500
    assert compare["wipe"][0] > 500
    assert compare["wipe"][1] == 0, "right of the divider there is the result alone"
    assert compare["result"] == [0, 0]
    (low, high), (other_low, other_high) = compare["heights"]
    assert high - low == pytest.approx(other_high - other_low, rel=0.12)
    assert (high + low) / 2 == pytest.approx((other_high + other_low) / 2, abs=12)


def test_a_phone_shows_head_and_controls_and_does_not_scroll_sideways(report):
    phone = report["phone"]
    assert phone["scroll"] == [390, 0]
    assert phone["wide"] == []
    assert phone["canvas"] > 300
    assert phone["solid"] > 0.1
    assert phone["sheet"][0] >= phone["canvas"] - 1
    assert phone["sheet"][1] == 390
    assert phone["row"] >= 40, "a finger needs room"
    assert phone["raised"] < phone["sheet"][0]


def test_files_of_other_tools(report):
    """Other spellings are understood, unknown names are listed, and nothing is offered that the file cannot do."""
    foreign = report["foreign"]
    assert foreign["groups"] == [
        "Brows3",
        "Eyes3",
        "Gaze4",
        "Jaw2",
        "Mouth14",
        "Cheeks2",
        "Nose1",
        "Tongue1",
        f"Other{OTHER}",
    ]
    assert len(foreign["controls"]) == OTHER + 48
    assert "Happy" in foreign["chips"]
    assert not foreign["strength"]
    assert foreign["drawn"]["share"] > 0.1
    assert foreign["sliders"] == 0, "sliders of closed groups are not made"
    assert foreign["changed"] > 300
    assert foreign["beside"] > 0.1, "the converted input, in our own surfaces"
    assert foreign["violations"] == []


def test_a_title_is_text(report):
    assert report["foreign"]["title"] == TITLE
    assert report["foreign"]["injected"] == 0
