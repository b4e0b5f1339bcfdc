"""Code files: what is kept comes back, what people do to them by hand is read or named, and nothing else gets in."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lego_cli import assets
from lego_cli.api import ARKIT
from lego_cli.core.dt.style_file import read_style
from lego_cli.core.encoding.code_file import SavedCode, Source, read_code, write_code
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code, Stylist
from lego_cli.errors import LegoError
from lego_cli.plugins import load_plugins

TURN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


@pytest.fixture(scope="module")
def person(stylist) -> SavedCode:
    """Somebody smiling, with fine relief, on a mesh in millimetres with X up."""
    rng = np.random.default_rng(4)
    expression = np.zeros(52)
    expression[[ARKIT.index("mouthSmileLeft"), ARKIT.index("jawOpen")]] = 0.412345678, 0.25
    detail = rng.normal(0, 0.0008, stylist.head.vertices.shape)
    code = Code(rng.normal(0, 1.2, stylist.net.shape_size), expression, detail)
    place = Similarity(1043.0625, TURN, np.array([12.5, -3.25, 1e-3]))
    return SavedCode(code, place, {"mean": 0.3, "p95": 0.9}, "mm", "+x", 0, (Source("a.obj", "0f"),))


@pytest.fixture
def file(person, stylist, tmp_path) -> Path:
    path = tmp_path / "ann.code.json"
    write_code(person, path, stylist)
    return path


def edited(file: Path, **changes: object) -> Path:
    """The code file with keys replaced, or deleted where the new value is None."""
    table = json.loads(file.read_text())
    table.update(changes)
    file.write_text(json.dumps({key: value for key, value in table.items() if value is not None}))
    return file


def test_a_saved_person_is_the_same_person(file, person, stylist):
    found = read_code(file, stylist)
    pixar = read_style(assets.style_path(load_plugins(False).registry, "pixar"))
    topology = assets.topology(load_plugins(False).registry, "head")
    before, after = (stylist.avatar(p.code, [(pixar, 1.0)]).pose(topology) for p in (person, found))
    assert np.linalg.norm(after - before, axis=1).max() < 1e-5, "metres: a hundredth of a millimetre"
    assert np.abs(found.transform.apply(before) - person.transform.apply(before)).max() < 1e-5, "millimetres"
    assert (found.residual_mm, found.unit, found.up) == ({"mean": 0.3, "p95": 0.9}, "mm", "+x")
    assert found.sources == person.sources


def test_the_file_is_small_and_reads_well(file, person, stylist):
    text = file.read_text()
    assert '    "mouthSmileLeft": 0.4123\n' in text
    assert len(text) < 60_000
    assert max(len(line) for line in text.splitlines() if '"detail"' not in line) < 160
    write_code(person, file, stylist)
    assert file.read_text() == text, "the same code gives the same bytes"


def test_a_file_that_was_read_and_written_stays_as_it_is(file, stylist):
    text = file.read_text()
    write_code(read_code(file, stylist), file, stylist)
    assert file.read_text() == text


def test_what_is_not_given_is_nothing(file, stylist):
    optional = ("made_with", "sources", "residual_mm", "source_frame", "expression", "detail")
    bare = read_code(edited(file, **dict.fromkeys(optional)), stylist)
    assert bare.code.detail is None
    assert not bare.code.expression.any()
    points = np.array([[0.1, 0.2, 0.3]])
    assert (bare.transform.apply(points) == points).all()


def test_notes_and_a_byte_order_mark_are_let_through(file, stylist):
    edited(file, notes="chin by Ann")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_code(file, stylist).unit == "mm"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expression": {"mouthSmileLef": 0.4}}, "mouthSmileLeft"),
        ({"expression": {"jawOpen": 40}}, "0 to 1"),
        ({"expression": {"jawOpen": True}}, "no number"),
        ({"expression": {"jawOpen": "0.4"}}, "no number"),
        ({"expression": [0.1]}, "object"),
        ({"expresion": {}, "expression": None}, "'expression'"),
        ({"shape": [0.0, 1.0]}, "360"),
        ({"shape": None}, "360"),
        ({"shape": [99.0] + [0.0] * 359}, "-20 to 20"),
        ({"shape": [10**400] + [0.0] * 359}, "-20 to 20"),
        ({"shape": [float("nan")] * 360}, "nan"),
        ({"shape": [None] * 360}, "number 1"),
        ({"detail": "AAAA"}, "delete the key"),
        ({"detail": "ä"}, "delete the key"),
        ({"detail": 7}, "delete the key"),
        ({"source_frame": {"scale": 0}}, "scale"),
        ({"source_frame": {"rotation": [[1, 0, 0], [0, 1, 0], [0, 0, -1]]}}, "rotation"),
        ({"source_frame": {"rotation": [[1, 0, 0], [0, 1, 0], 3]}}, "rotation"),
        ({"source_frame": {"translation": [0, 0]}}, "translation"),
        ({"sources": "a.obj"}, "sources"),
        ({"residual_mm": {"mean": "good"}}, "residual_mm"),
        ({"surface_net": "0123456789abcdef"}, "surface net"),
        ({"head_model": "flame"}, "flame"),
        ({"version": 2}, "update lego"),
        ({"format": "gltf"}, "no code file"),
    ],
)
def test_a_mistake_made_by_hand_is_named(file, stylist, changes, says):
    with pytest.raises(LegoError) as caught:
        read_code(edited(file, **changes), stylist)
    assert says in f"{caught.value.message} {caught.value.hint}"
    assert str(file) in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format": "lego-code",\n "version" 1}', "line 2"),
        ('{"format": "lego-code", "version": 1, "version": 1}', "twice"),
        ("[" * 100_000, "no readable JSON"),
        ("[1, 2]", "no code file"),
        ("", "line 1"),
        ("v 0 0 0\n", "line 1"),
    ],
)
def test_what_is_no_code_is_refused(tmp_path, stylist, text, says):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(LegoError, match=says):
        read_code(path, stylist)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"head_model": nested(900)}, "a list"),
        ({"version": nested(900)}, "a list"),
        ({"shape": [nested(900)] * 360}, "no number"),
        ({"residual_mm": {"mean": nested(900)}}, "no number"),
        ({"sources": [{"name": nested(900)}]}, "no text"),
        ({"expression": {"x" * 100_000: 1}}, "no action"),
        ({"head_model": "x" * 100_000}, "another head model"),
        ({f"key {k}": 1 for k in range(5000)}, "keys"),
        ({"residual_mm": {f"key {k}": 1 for k in range(5000)}}, "keys"),
    ],
)
def test_values_without_an_end_are_told_in_short(file, stylist, changes, says):
    with pytest.raises(LegoError) as caught:
        read_code(edited(file, **changes), stylist)
    assert says in caught.value.message
    assert len(caught.value.message) < 500


def test_a_hundred_thousand_keys_are_looked_through_once(tmp_path, stylist):
    """Looking for each of them among all others took minutes."""
    path = tmp_path / "x.json"
    keys = ", ".join(f'"k{k}": 1' for k in range(100_000))
    path.write_text(f'{{"format": "lego-code", {keys}, "k99999": 2}}')
    with pytest.raises(LegoError, match="'k99999' is there twice"):
        read_code(path, stylist)


@pytest.mark.slow
def test_a_file_of_nothing_but_brackets_takes_no_memory(tmp_path, stylist):
    path = tmp_path / "x.json"
    path.write_text("[" + "[]," * 1_300_000 + "[]]")
    with pytest.raises(LegoError, match="no code file"):
        read_code(path, stylist)
    path.write_bytes(b" " * (5 << 20))
    with pytest.raises(LegoError, match="too large"):
        read_code(path, stylist)


def test_a_missing_file_says_how_to_make_one(tmp_path, stylist):
    with pytest.raises(LegoError) as caught:
        read_code(tmp_path / "none.json", stylist)
    assert "lego encode" in caught.value.hint


def test_another_ds_refuses_the_code(file, stylist):
    net = copy.deepcopy(stylist.net)
    net.mixing[0, 0] += 0.01
    with pytest.raises(LegoError, match="another surface net"):
        read_code(file, Stylist(stylist.head, net))


def test_damaged_bytes_give_two_lines_or_a_head(file, stylist):
    """A hundred files with a few bytes changed, or cut off: never a traceback, never a number that is none."""
    whole, chance = file.read_bytes(), random.Random(7)
    refused = 0
    for _ in range(100):
        data = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.2 else whole)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(min(len(data), 4000)) if chance.random() < 0.7 else chance.randrange(len(data))
            data[place : place + 1] = bytes([chance.randrange(256)])
            if not data:
                break
        file.write_bytes(data)
        try:
            code = read_code(file, stylist).code
        except LegoError:
            refused += 1
            continue
        assert np.isfinite(code.shape).all()
        assert ((code.expression >= 0) & (code.expression <= 1)).all()
    assert refused > 50


def test_detail_beyond_what_is_stored_is_cut_not_wrapped(person, stylist, tmp_path):
    tall = replace(person, code=replace(person.code, detail=np.full(stylist.head.vertices.shape, 0.05)))
    write_code(tall, tmp_path / "a.json", stylist)
    detail = read_code(tmp_path / "a.json", stylist).code.detail
    assert detail is not None
    assert 0.032 < detail.min() <= detail.max() < 0.033
