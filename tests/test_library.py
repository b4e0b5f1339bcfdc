"""``lego_cli`` as a library: options as the commands have them, objects that agree with files, cheap to import."""

from __future__ import annotations

import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
import traceback
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from performances import live_link_csv
from PIL import Image

import lego_cli
from lego_cli.animating.animation import AnimateOptions, CastOptions
from lego_cli.animating.track_options import TrackOptions
from lego_cli.api import ARKIT, Mesh
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.files.folders import styles_folder
from lego_cli.library import keywords, performances
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_cli.rendering import RenderOptions
from lego_cli.stylizing.stylizer import StylizeOptions

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
OPTIONS = {
    "stylize": (keywords.StylizeKeywords, StylizeOptions),
    "animate": (keywords.AnimateKeywords, CastOptions, TrackOptions, AnimateOptions),
    "finetune": (keywords.FinetuneKeywords, FinetuneOptions),
    "encode": (keywords.EncodeKeywords, EncodeOptions),
    "render": (keywords.RenderKeywords, RenderOptions),
}
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def person():
    return lego_cli.encode(lego_cli.demo_head(), quality="draft")


@pytest.fixture(scope="module")
def head(person):
    return lego_cli.stylize(person, style="pixar", topology="mask")


def test_the_import_is_cheap_and_so_is_the_command_line():
    code = (
        "import sys, lego_cli, lego_cli.cli.application\n"
        "lego_cli.cli.application.build_app(third_party=False)\n"
        "print(sorted({'torch', 'numpy', 'scipy', 'lego_cli.library'} & set(sys.modules)))\n"
        "assert 'stylize' in dir(lego_cli)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_hides_a_function():
    """``import lego_cli.render`` would put a module in the place of the function."""
    assert not set(lego_cli.__all__) & {module.name for module in pkgutil.iter_modules(lego_cli.__path__)}
    assert all(callable(getattr(lego_cli, name)) for name in lego_cli.__all__)
    with pytest.raises(AttributeError):
        _ = lego_cli.stylise


@pytest.mark.parametrize("call", OPTIONS)
def test_keywords_are_the_options_of_the_command(call):
    typed, *options = OPTIONS[call]
    fields = keywords.option_fields(*options)
    hints = {name: hint for one in options for name, hint in get_type_hints(one).items() if name in fields}
    several = tuple[str, ...]
    wanted = {name: keywords.Names if hint == several else hint for name, hint in hints.items()}
    assert get_type_hints(typed) == wanted
    shown = inspect.signature(getattr(lego_cli, call)).parameters
    assert {name: shown[name].default for name in fields} == {name: field.default for name, field in fields.items()}
    assert all(f"{name}: " in getattr(lego_cli, call).__doc__ for name in fields)


@pytest.mark.parametrize(
    ("names", "texts"),
    [
        ("pixar", ("pixar",)),
        (["pixar=0.5", "elf"], ("pixar=0.5", "elf")),
        ({"pixar": 0.5, "elf": 1}, ("pixar=0.5", "elf=1.0")),
        ((), ()),
    ],
)
def test_names_are_texts_lists_or_dictionaries(names, texts):
    assert keywords.as_texts(names) == texts


def test_a_misspelt_option_and_a_misspelt_name_are_told():
    with pytest.raises(TypeError, match="did you mean 'topology'"):
        lego_cli.stylize(lego_cli.demo_head(), topolgy="mask")
    with pytest.raises(TypeError, match="expression"):
        lego_cli.animate("pixar", "take.csv", expression="happy")  # the performance has them
    with pytest.raises(lego_cli.LegoError) as caught:
        lego_cli.stylize(lego_cli.demo_head(), style="pixr")
    assert "hint: did you mean 'pixar'?" in "".join(traceback.format_exception(caught.value))


def test_a_pose_is_what_the_command_makes(person, head):
    posed = head.posed({"happy": 0.8, "jawOpen": 0.3})
    made = lego_cli.stylize(person, style="pixar", topology="mask", expression=["happy=0.8", "jawOpen=0.3"])
    assert np.abs(posed.vertices - head.vertices).max() > 0.01 * np.ptp(head.vertices)
    assert np.allclose(posed.vertices, made.vertices, atol=1e-6 * np.ptp(head.vertices))
    assert np.array_equal(posed.expression, made.expression)
    assert np.allclose(head.posed(posed.expression).vertices, posed.vertices)


def test_a_kept_mesh_poses_too(person):
    kept = lego_cli.stylize(lego_cli.demo_head(), style="elf", topology="keep", quality="draft")
    mine = lego_cli.read_mesh(lego_cli.demo_head())
    assert np.array_equal(kept.mesh.corner_vertex, mine.corner_vertex)
    rest, open_ = kept.posed(np.zeros(52)), kept.posed("jawOpen")
    assert np.abs(rest.vertices - kept.vertices).max() < 1e-6 * np.ptp(mine.vertices), "the demo head is neutral"
    assert np.abs(open_.vertices - rest.vertices).max() > 0.05 * np.ptp(mine.vertices)


def test_a_code_in_memory_is_the_mesh_it_came_from(person):
    mesh = lego_cli.read_mesh(lego_cli.demo_head())
    told = lego_cli.encode(Mesh.from_faces(mesh.vertices, mesh.triangles()), quality="draft")
    assert np.abs(told.mesh.vertices - person.mesh.vertices).max() < 2e-3, "metres"
    one, other = (lego_cli.stylize(x, style="orc", quality="draft") for x in (person, lego_cli.demo_head()))
    assert np.allclose(one.vertices, other.vertices, atol=1e-9 * np.ptp(one.vertices))


def test_what_is_saved_is_what_the_object_says(head, tmp_path):
    file = head.save(tmp_path / "new" / "a.glb")
    read = read_rigged(file)
    assert read.controls == ARKIT
    assert np.allclose(read.shapes, head.shapes, atol=1e-6)
    assert sum(len(face) - 2 for face in head.faces) == len(head.triangles)
    with pytest.raises(lego_cli.LegoError, match="exists"):
        head.save(file)
    assert head.save(file, force=True) == file
    with pytest.raises(lego_cli.LegoError, match="no exporter"):
        head.save(tmp_path / "a.docx")


def test_codes_come_back_from_their_file(person, tmp_path):
    changed = person.with_shape(0.5 * person.shape).with_expression("angry=0.5")
    again = lego_cli.encode(changed.save(tmp_path / "a.json"))
    assert np.allclose(again.shape, changed.shape, atol=1e-4)
    assert np.allclose(again.expression, changed.expression, atol=1e-4)
    assert again.expression.any()
    for wrong in (np.zeros(3), np.full(len(person.shape), np.nan)):
        with pytest.raises(lego_cli.LegoError, match="no shape"):
            person.with_shape(wrong)
    with pytest.raises(lego_cli.LegoError, match="no expression"):
        person.with_expression(np.zeros(51))
    with pytest.raises(lego_cli.LegoError, match="code"):
        person.save(tmp_path / "a.obj")


def test_results_show_themselves(head, tmp_path):
    assert head._repr_png_().startswith(PNG)
    assert repr(head).startswith("<StylizedHead: demo_head in pixar, topology mask, ")
    picture = lego_cli.render(head, views="front", size=64, clay=True)
    assert picture.pixels.shape == (64, 64, 3)
    assert picture.pixels.std() > 10
    assert picture._repr_html_() is None
    with pytest.raises(lego_cli.LegoError, match="not for this"):
        picture.save(tmp_path / "a.mp4")
    turn = lego_cli.render(head, turn=2, size=32, clay=True)
    assert turn._repr_png_() is None
    assert "data:image/webp;base64," in turn._repr_html_()
    with Image.open(turn.save(tmp_path / "a.gif")) as film:
        assert film.n_frames == 2


def test_a_performance_says_where_vertices_are(tmp_path, monkeypatch):
    monkeypatch.setattr(performances, "STILL_SIZE", 64)
    monkeypatch.setattr(performances, "STILLS", 2)
    take = live_link_csv(tmp_path / "take.csv", seconds=0.5)
    played = lego_cli.animate("pixar", take, size=64)
    frame = 12
    wanted = played.rigged.posed(played.expression[[frame]])[0]
    assert np.allclose(played.vertices_at(played.times[frame]), wanted, atol=1e-9)
    assert played.expression.shape == (len(played.times), 52)
    assert played._repr_png_().startswith(PNG)


def test_a_taken_style_name_is_refused_before_anything_slow(tmp_path):
    styles_folder().mkdir(parents=True)
    (styles_folder() / "clay.lego").write_bytes(b"mine")
    shutil.copy(lego_cli.demo_head(), tmp_path / "style.obj")
    with pytest.raises(lego_cli.LegoError, match="already"):
        lego_cli.finetune(tmp_path, name="clay")
    assert (styles_folder() / "clay.lego").read_bytes() == b"mine"


@pytest.mark.parametrize("page", ["python.md", "animate.md"])
def test_the_python_of_the_docs_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(lego_cli.demo_head(), "in.obj")
    live_link_csv(Path("take.csv"), seconds=1.2)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.M | re.S)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
