"""What would break: a style that comes back different, or a bad file that does worse than two lines."""

from __future__ import annotations

import io
import random
import shlex
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from functools import partial

import pytest
import torch
from safetensors.torch import save

from lego_cli import assets
from lego_cli.api import StyleSource
from lego_cli.core.dt.style_field import StyleField, fit_style_field
from lego_cli.core.dt.style_file import Style, read_style, write_style
from lego_cli.core.dt.style_name import style_name
from lego_cli.core.training_options import FieldOptions
from lego_cli.errors import LegoError
from lego_cli.registry import Entry, Owner, Registry

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">L4s2L", 13, b"IHDR", 4, 4)


@pytest.fixture
def style() -> Style:
    torch.manual_seed(0)
    field, directions = StyleField(24, 2, responses=3), torch.randn(3, 7)
    return Style('two "words"', "CC0-1.0", "a\nb", torch.randn(7), field, directions, {"seed": 3.0}, PNG)


def test_a_style_comes_back(style, tmp_path):
    path = tmp_path / "a.lego"
    write_style(style, path)
    again = read_style(path)
    assert (again.name, again.licence, again.summary, again.thumbnail) == ("two-words", "CC0-1.0", "a\nb", PNG)
    assert again.provenance == {"seed": 3.0}
    assert torch.equal(again.shape, style.shape)
    points = torch.randn(50, 3) * 0.1
    person = torch.randn(7)
    torch.testing.assert_close(
        again.displacement(points, person), style.displacement(points, person), atol=5e-2, rtol=5e-2
    )


def test_a_style_answers_to_the_person_but_not_to_its_own(style):
    points = torch.randn(20, 3) * 0.1
    own = style.displacement(points, style.shape)
    assert torch.equal(own, style.field(points)[:, 0])
    along = torch.linalg.pinv(style.directions) @ torch.tensor([0.0, 2.0, 0.0])
    moved = style.displacement(points, style.shape + along) - own
    torch.testing.assert_close(moved, 2 * style.field(points)[:, 2], atol=1e-4, rtol=1e-3)


def test_a_field_errs_least_where_it_counts():
    """More is asked than a small network can hold: the face is to be right, not the back of the skull."""
    generator = torch.Generator().manual_seed(0)
    points, fields = (0.1 * torch.randn(*shape, generator=generator) for shape in ((400, 3), (400, 1, 3)))
    weight = torch.cat([torch.full((100,), 100.0), torch.ones(300)])
    made = fit_style_field(points, fields, weight, FieldOptions(width=64, layers=2, field_steps=1, batch=8))
    error = (made(points) - fields).norm(dim=2)
    assert error[:100].mean() < 0.7 * error[100:].mean()


def test_the_same_style_gives_the_same_bytes(style, tmp_path):
    for name in ("a.lego", "b.lego"):
        write_style(style, tmp_path / name)
    assert (tmp_path / "a.lego").read_bytes() == (tmp_path / "b.lego").read_bytes()


def test_any_damage_is_two_lines_or_harmless(style, tmp_path):
    path = tmp_path / "a.lego"
    write_style(style, path)
    good, dice = path.read_bytes(), random.Random(0)
    refused = 0
    for _ in range(150):
        data = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data[: dice.choice([len(data), dice.randrange(len(data))])]))
        try:
            read_style(path)
        except LegoError as error:
            refused += bool(error.hint)
    assert refused > 100


def test_weights_that_are_no_numbers_and_huge_members_are_refused(style, tmp_path):
    path = tmp_path / "a.lego"
    style.shape[0] = float("nan")
    write_style(style, path)
    with pytest.raises(LegoError, match="damaged"):
        read_style(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("style.toml", b" " * (65 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(LegoError):
        read_style(path)


def test_missing_and_foreign_files(tmp_path):
    other = tmp_path / "a.lego"
    other.write_text("hello")
    for path in (other, tmp_path / "none.lego"):
        with pytest.raises(LegoError):
            read_style(path)


def test_a_recipe_that_was_not_learned_yet_says_how(tmp_path):
    """A plugin's own style before its training: the hint is the line that makes the file."""
    file = tmp_path / "tall style.lego"
    names = Registry()
    owner = Owner("mine", "lego-mine", "1")
    for name, recipe in (("tall", object()), ("gone", None)):
        names.add(Entry("styles", name, partial(StyleSource, name, file, recipe), owner))
    with pytest.raises(LegoError, match="'tall' has no file yet") as caught:
        assets.style(names, "tall")
    assert shlex.split(caught.value.hint.partition(": ")[2]) == ["lego", "train", "style", "tall", "-o", str(file)]
    with pytest.raises(LegoError, match="no style file"):
        assets.style(names, "gone")


def changed(path, **members):
    """The style file with ``toml``, ``weights`` or ``png`` replaced, all of it packed by ``method``."""
    names = {"toml": "style.toml", "weights": "weights.safetensors", "png": "thumbnail.png"}
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        data = {name: archive.read(name) for name in names.values()}
    method = members.pop("method", zipfile.ZIP_DEFLATED)
    for key, change in members.items():
        data[names[key]] = change(data[names[key]])
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in data.items():
            archive.writestr(name, content)


def lines(**said):
    """Changes lines of the TOML by their keys; None takes one out."""

    def change(text: bytes) -> bytes:
        kept = text.decode().splitlines()
        for key, value in said.items():
            place = next(i for i, line in enumerate(kept) if line.startswith(f"{key} ="))
            kept[place] = "" if value is None else f"{key} = {value}"
        return "\n".join(kept).encode()

    return change


DAMAGE = {
    "no name": {"toml": lines(name=None)},
    "an empty name": {"toml": lines(name='"..."')},
    "a name that is a number": {"toml": lines(name="3")},
    "a summary that is a list": {"toml": lines(summary="[1]")},
    "a licence that is a table": {"toml": lines(licence="{a = 1}")},
    "a date": {"toml": lines(seed="1979-05-27")},
    "nested provenance": {"toml": lines(seed="{a = 1}")},
    "not a number": {"toml": lines(seed="nan")},
    "no format": {"toml": lines(format=None)},
    "another format": {"toml": lines(format="3")},
    "a format of another kind": {"toml": lines(format="[2]")},
    "no sizes": {"toml": lambda text: text.replace(b"[field]", b"[fields]")},
    "sizes that are no table": {"toml": lambda text: b"field = 3\n" + text.replace(b"[field]", b"[fields]")},
    "no TOML": {"toml": lambda text: text + b"]"},
    "TOML in another encoding": {"toml": lambda text: text + b"# \xff"},
    "TOML that is nested too deeply": {"toml": lambda text: text + b"a = " + b"[" * 50_000},
    "a heading of headings": {"toml": lambda text: text + b"[" + b"a." * 60_000 + b"a]\n" + b"b=1\n" * 9},
    "a wide field": {"toml": lines(width="30000")},
    "a deep field": {"toml": lines(layers="2000")},
    "a field of its own sizes": {"toml": lines(width="25")},
    "a negative size": {"toml": lines(layers="-1")},
    "a truth for a size": {"toml": lines(layers="true")},
    "no weights": {"weights": lambda data: b""},
    "a long header": {"weights": lambda data: struct.pack("<Q", 9 << 20) + bytes(9 << 20)},
    "another picture": {"png": lambda data: b"GIF89a"},
    "a picture for a wall": {"png": lambda data: data[:16] + struct.pack(">2L", 99999, 4)},
    "other packing": {"method": zipfile.ZIP_LZMA},
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_no_style_is_told_in_two_lines(style, tmp_path, name):
    path = tmp_path / "a.lego"
    write_style(style, path)
    changed(path, **DAMAGE[name])
    with pytest.raises(LegoError) as caught:
        read_style(path)
    assert caught.value.hint
    assert len(caught.value.message) < 500


def test_sound_changes_are_read(style, tmp_path):
    """Guards the test above: a file that is only packed again is as good as before."""
    path = tmp_path / "a.lego"
    write_style(style, path)
    changed(path, toml=lines(licence='"MIT"', seed="4"), png=lambda data: b"", method=zipfile.ZIP_STORED)
    again = read_style(path)
    assert (again.licence, again.provenance, again.thumbnail) == ("MIT", {"seed": 4}, b"")


def tensors(style, **others):
    net = {f"field.{name}": value for name, value in style.field.state_dict().items()}
    return save({"shape": style.shape, "directions": style.directions, **net, **others})


@pytest.mark.parametrize(
    "others",
    [
        {"shape": torch.ones(7, 1)},
        {"shape": torch.ones(7, dtype=torch.int32)},
        {"shape": torch.ones(0)},
        {"directions": torch.ones(3, 6)},
        {"directions": torch.full((3, 7), 1e30)},
        {"field.scale": torch.zeros(0)},
        {"field.net.linears.0.weight": torch.zeros(24, 4)},
        {"field.net.linears.9.weight": torch.zeros(24, 4)},
    ],
)
def test_weights_of_another_shape_are_damage(style, tmp_path, others):
    path = tmp_path / "a.lego"
    write_style(style, path)
    changed(path, weights=lambda data: tensors(style))
    assert read_style(path).name == "two-words"
    changed(path, weights=lambda data: tensors(style, **others))
    with pytest.raises(LegoError, match="damaged weights"):
        read_style(path)


def test_a_person_of_another_ds_is_refused(style):
    with pytest.raises(LegoError, match="codes of 7 numbers"):
        style.displacement(torch.zeros(2, 3), torch.zeros(8))


WORDS = {
    "clay": "clay",
    "two words": "two-words",
    "../../etc/passwd": "etc-passwd",
    "-o": "o",
    "a\x1b[31mb": "a-31mb",
    "\u202ecod.exe": "cod.exe",
    "x" * 99: "x" * 60,
    "\N{GREEK SMALL LETTER LAMDA}": "\N{GREEK SMALL LETTER LAMDA}",
    "clay.lego": "clay",
}


@pytest.mark.parametrize(("name", "word"), WORDS.items())
def test_a_name_can_be_a_file_and_be_typed(style, tmp_path, name, word):
    path = tmp_path / "a.lego"
    write_style(replace(style, name=name), path)
    assert style_name(path) == read_style(path).name == word


def test_a_name_is_found_without_torch(style, tmp_path):
    """Or default names of files would take the seconds that torch takes."""
    path = tmp_path / "a.lego"
    write_style(style, path)
    ask = (
        "import sys; from pathlib import Path; from lego_cli.core.dt.style_name import style_name; "
        "print(style_name(Path(sys.argv[1])), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", ask, path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["two-words", "False"]


def crowded(path):
    """Half a million empty members."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0)
    data = b"".join(entry + b"%05x" % k for k in range(1 << 19))
    path.write_bytes(data + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(data), 0, 0))


def blown_up(path):
    changed(path, weights=lambda data: bytes(90 << 20))


def long_text(path):
    changed(path, toml=lambda text: text + b"#" * (80 << 20))


@pytest.mark.parametrize("bomb", [crowded, blown_up, long_text], ids=lambda bomb: bomb.__name__)
def test_a_bomb_is_refused_before_it_goes_off(style, tmp_path, bomb):
    path = tmp_path / "a.lego"
    write_style(style, path)
    bomb(path)
    tracemalloc.start()
    try:
        with pytest.raises(LegoError, match="not a style file"):
            read_style(path)
        assert tracemalloc.get_traced_memory()[1] < 128 << 20  # half of it is room for the largest file allowed
    finally:
        tracemalloc.stop()
