"""What would break: a style that comes back different, or a bad file that does worse than two lines."""

from __future__ import annotations

import random
import shlex
import zipfile
from functools import partial

import pytest
import torch

from lego_cli import assets
from lego_cli.api import StyleSource
from lego_cli.core.dt.style_field import StyleField, fit_style_field
from lego_cli.core.dt.style_file import Style, read_style, write_style
from lego_cli.core.training_options import FieldOptions
from lego_cli.errors import LegoError
from lego_cli.registry import Entry, Owner, Registry


@pytest.fixture
def style() -> Style:
    torch.manual_seed(0)
    field, directions = StyleField(24, 2, responses=3), torch.randn(3, 7)
    return Style('two "words"', "CC0-1.0", "a\nb", torch.randn(7), field, directions, {"seed": 3.0}, b"\x89PNG")


def test_a_style_comes_back(style, tmp_path):
    path = tmp_path / "a.lego"
    write_style(style, path)
    again = read_style(path)
    assert (again.name, again.licence, again.summary, again.thumbnail) == (style.name, "CC0-1.0", "a\nb", b"\x89PNG")
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
