"""``lego encode``, ``--from-code`` and ``--morph`` as users and docs/codes.md type them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lego_cli import assets
from lego_cli.api import ARKIT
from lego_cli.cli.application import run
from lego_cli.core.encoding import encode
from lego_cli.core.encoding.code_file import read_code, write_code
from lego_cli.core.stylist import Stylist
from lego_cli.mesh.read import read_mesh
from lego_cli.plugins import load_plugins
from lego_cli.stylizing.morph import morph_places
from lego_cli.stylizing.stylizer import StylizeOptions

pytestmark = pytest.mark.slow

DOCS = (Path(__file__).parents[2] / "docs/codes.md").read_text(encoding="utf-8")
HEAD = str(assets.data_file("demo_head.obj"))


@pytest.fixture(scope="module", autouse=True)
def _each_mesh_encoded_once():
    """Encoding is slow and deterministic: the same mesh with the same options is encoded once for all tests here."""
    known, slow = {}, encode.encode

    def remembered(mesh, stylist, options=None):
        key = (mesh.vertices.tobytes(), options)
        if key not in known:
            known[key] = slow(mesh, stylist, options)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "encode", remembered)
        yield


@pytest.fixture(scope="module")
def stylist() -> Stylist:
    return assets.stylist(load_plugins(False).registry)


@pytest.fixture(scope="module")
def ann(tmp_path_factory) -> Path:
    """The demo head, encoded by the command."""
    path = tmp_path_factory.mktemp("people") / "ann.json"
    assert run(["encode", HEAD, "-o", str(path), "--preview"]) == 0
    return path


@pytest.fixture(scope="module")
def bob(ann, stylist) -> Path:
    """Somebody else in the same frame, smiling."""
    person = read_code(ann, stylist)
    shape = person.code.shape + np.random.default_rng(2).normal(0, 0.4, person.code.shape.shape)
    expression = np.zeros(52)
    expression[ARKIT.index("mouthSmileLeft")] = 0.5
    path = ann.with_name("bob.json")
    write_code(replace(person, code=replace(person.code, shape=shape, expression=expression)), path, stylist)
    return path


@pytest.fixture
def here(ann, bob, tmp_path, monkeypatch) -> Path:
    """A working folder with both codes."""
    monkeypatch.chdir(tmp_path)
    for path in (ann, bob):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def vertices(path: str | Path) -> np.ndarray:
    return read_mesh(Path(path)).vertices


def told(capsys, *arguments: str) -> dict:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_code_gives_the_head_that_its_mesh_gives(ann, here, capsys):
    told(capsys, "stylize", HEAD, "--style", "pixar", "-o", "mesh.obj")
    record = told(
        capsys, "stylize", "--from-code", "ann.json", "--style", "pixar", "--topology", "head", "-o", "code.obj"
    )
    apart = np.linalg.norm(vertices("mesh.obj") - vertices("code.obj"), axis=1).max()
    assert apart < 0.001, "centimetres: a hundredth of a millimetre"
    assert record["metrics"]["fit_mean_mm"] < 0.5
    assert record["input"]["path"] == "ann.json"
    assert ann.with_suffix(".preview.png").stat().st_size > 20_000
    assert run(["stylize", "ann.json", "--style", "pixar", "--frame", "canonical"]) == 0, "among the inputs"
    centimetres, metres = np.ptp(vertices("code.obj"), axis=0), np.ptp(vertices("ann.pixar.canonical.obj"), axis=0)
    assert (90 * metres < centimetres).all()
    assert (centimetres < 130 * metres).all()


def test_the_worked_examples_of_the_docs(here, capsys):
    """Every command in docs/codes.md but the first block, on Ann's code edited as the page says."""
    for name in ("ann", "bob"):
        shutil.copy(here / f"{name}.json", here / f"{name}.code.json")
    text = (here / "ann.code.json").read_text()
    expression = re.search(r"```json\n(.*?)\n```", DOCS, re.DOTALL)[1]
    text = re.sub(r'  "expression": \{.*?\},', lambda _: expression, text, flags=re.DOTALL)
    text = re.sub(r',\n  "detail": "[^"]*"', "", text)
    (here / "wink.code.json").write_text(text)
    blocks = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if "ann.obj" not in line]
    assert len(lines) == 4
    for line in lines:
        assert line.startswith("lego ")
        assert run(line.split()[1:]) == 0, line
    assert run("stylize --from-code ann.json --style elf -o ann.elf.obj".split()) == 0
    lowered = (vertices("ann.elf.obj") - vertices("wink.obj"))[:, 1]
    assert lowered.max() > 0.5, "centimetres: the lid came down"
    names = {}
    exec(re.search(r"```python\n(.*?)```", DOCS, re.DOTALL)[1], names)
    made = json.loads(Path("two_thirds_ann.code.json").read_text())
    assert made["expression"] == {"jawOpen": 0.3}
    assert np.allclose(made["shape"], (2 * names["ann"].shape + names["bob"].shape) / 3, atol=1e-3)
    assert len(vertices("two_thirds_ann.pixar.obj")) > 4000


def test_inspect_tells_who_is_in_a_code(here, capsys):
    facts = told(capsys, "inspect", "bob.json")
    assert facts["sources"] == ["1 demo_head.obj"]
    assert facts["expression"] == {"mouthSmileLeft": 0.5}
    assert facts["source_frame"]["unit"] == "cm"
    Path("ann.json").write_text("{}")
    assert run(["inspect", "ann.json"]) == 1
    assert "no code file" in capsys.readouterr().err


def test_keys_in_the_docs_are_those_of_a_file(ann):
    shown = re.search(r"```\n(\{.*?)```", DOCS, re.DOTALL)[1]
    assert re.findall(r'^  "(\w+)":', shown, re.MULTILINE) == list(json.loads(ann.read_text()))


def test_a_morph_goes_from_the_first_to_the_last(here, capsys):
    """From a mesh to a code, whose own results are its ends."""
    command = ["stylize", HEAD, "--from-code", "bob.json", "--morph", "3", "--style", "elf", "-o", "m.ply"]
    made = told(capsys, *command, "--preview")
    assert made["outputs"] == ["m_00.ply", "m_01.ply", "m_02.ply"]
    first, middle, last = (vertices(path) for path in made["outputs"])
    for name, end in (("ann", first), ("bob", last)):
        assert run(["stylize", f"{name}.json", "--style", "elf", "-o", f"{name}.ply"]) == 0
        assert np.abs(vertices(f"{name}.ply") - end).max() < 1e-3, "centimetres"
    whole = np.linalg.norm(last - first, axis=1).mean()
    assert whole > 0.1
    assert np.linalg.norm(middle - (first + last) / 2, axis=1).mean() < 0.05 * whole
    record = json.loads(Path("m.run.json").read_text())
    assert [Path(i["path"]).name for i in record["inputs"]] == ["demo_head.obj", "bob.json"]
    assert record["heads"][1] == {"output": "m_01.ply", "weights": [0.5, 0.5]}
    assert Path("m.preview.png").stat().st_size > 20_000
    assert run(command) == 2, "nothing is replaced unasked"


def test_the_heads_of_a_morph_have_names_that_sort():
    people, suffixes = [Path("in/a.stl"), Path("in/b.code.json"), Path("c.obj")], (".obj", ".stl")
    beside = morph_places(people, 101, StylizeOptions(style=("elf", "ogre=0.5")), None, True, suffixes)
    assert beside.meshes[0] == Path("in/a_to_b_to_c.elf+ogre_0.5_000.stl")
    assert beside.preview == Path("in/a_to_b_to_c.elf+ogre_0.5.preview.png")
    assert list(beside.meshes) == sorted(beside.meshes)
    named = morph_places(people, 3, StylizeOptions(style=("elf",)), Path("out/walk.v2.obj"), False, suffixes)
    assert named.meshes[2] == Path("out/walk.v2_02.obj")
    assert named.record == Path("out/walk.v2.run.json")


def test_an_average_lies_where_its_weights_say(here, stylist, capsys):
    made = told(capsys, "encode", "ann.json=3", "bob.json", "--average", "-o", "mean.json")
    assert made["inputs"] == {"ann.json": 3.0, "bob.json": 1.0}
    assert made["expression"] == {"mouthSmileLeft": 0.125}
    ann, bob, mean = (read_code(Path(f"{n}.json"), stylist).code.shape for n in ("ann", "bob", "mean"))
    assert np.abs(mean - (0.75 * ann + 0.25 * bob)).max() < 1e-4


def test_several_meshes_go_into_a_folder_and_a_bad_one_stops_none(here, capsys, monkeypatch):
    Path("bad.obj").write_text("v 0 0 nan\n")
    (here / "one").mkdir()
    Path("one/bad.obj").write_text("v 0 0 nan\n")
    assert run(["encode", "bad.obj", "one/bad.obj", "-o", "out"]) == 2, "both would be out/bad.code.json"
    assert run(["encode", "bad.obj", "none.obj", "-o", "out"]) == 1
    assert capsys.readouterr().err.count("error:") == 3


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("encode", "encode --help"),
        ("encode ann.json", "--average"),
        ("encode a.obj -o a.obj", ".json"),
        ("encode a.obj --encoder magic", "fit"),
        ("encode ann.json --average", "two or more"),
        ("encode ann.json bob.json=x --average", "FILE=0.3"),
        ("encode ann.json bob.json=-1 --average", "FILE=0.3"),
        ("encode ann.json=0 bob.json=0 --average", "two or more"),
        ("encode ann.json ann.json --average", "=2"),
        ("encode bob.json ann.json --average -o ann.json --force", "another name"),
        ("stylize --from-code ann.obj --style elf", ".json"),
        ("stylize ann.json --morph 8 --style elf", "two or more"),
        ("stylize ann.json bob.json --morph 1 --style elf", "2 to"),
        ("stylize ann.json bob.json --morph 3 --style elf -o a.xyz9", ".obj"),
        ("stylize ann.json x/ann.json --style elf -o out", "rename"),
        ("stylize ann.json bob.json --morph 3", "--style"),
        ("stylize ann.json --style elf --topology keep", "needs a mesh"),
        ("stylize ann.json bob.json --morph 3 --style elf --topology keep", "needs a mesh"),
    ],
)
def test_wrong_usage_is_two_lines_and_writes_nothing(here, capsys, command, says):
    capsys.readouterr()
    assert run(command.split()) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
    assert says in " ".join(lines)
    assert sorted(p.name for p in here.iterdir()) == ["ann.json", "bob.json"]


def test_many_inputs_do_not_go_into_one_file(capsys, tmp_path):
    """``-o two.obj`` for two heads is a slip, not a folder of that name."""
    files = [str(tmp_path / name) for name in ("a.obj", "b.obj")]
    for path in files:
        Path(path).touch()
    for command, name in ((["stylize", "--style", "pixar"], "two.obj"), (["encode"], "two.json")):
        assert run([*command, *files, "-o", str(tmp_path / name)]) == 2
        assert "-o two/" in capsys.readouterr().err
        assert not (tmp_path / name).exists()
