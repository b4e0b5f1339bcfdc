"""Results that are given no name get one that tells them apart, and that every file system takes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lego_cli.animating.animation import CastOptions, outputs_of
from lego_cli.assets import style_path
from lego_cli.library.shared import shared_registry
from lego_cli.stylizing.naming import LONGEST, result_name
from lego_cli.stylizing.stylize_files import places_of
from lego_cli.stylizing.stylizer import StylizeOptions

SUFFIXES = (".glb", ".obj")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"style": ("pixar",)}, "in.pixar"),
        ({"style": ("pixar",), "topology": "mask"}, "in.pixar.mask"),
        ({"style": ("pixar",), "strength": 1.2}, "in.pixar.strength_1.2"),
        ({"style": ("pixar",), "expression": ("happy=0.8", "jawOpen")}, "in.pixar.happy_0.8+jawOpen"),
        ({"style": ("pixar=0.6", "elf=0.4")}, "in.pixar_0.6+elf_0.4"),
        ({"style": ("pixar",), "detail": 0.0, "frame": "canonical"}, "in.pixar.detail_0.canonical"),
        ({"style": ("user:clay",), "topology": "user:studio"}, "in.clay.studio"),
        ({"style": ("pixar=1", "pixar=1")}, "in.pixar_2"),
        ({"quality": "draft"}, "in"),  # the same head, less well understood
    ],
)
def test_a_name_says_what_is_not_as_usual(options, name):
    assert result_name("in", StylizeOptions(**options)) == name


def test_a_style_given_as_a_file_is_called_as_the_style_is(tmp_path):
    file = tmp_path / "folder" / "renamed by a browser (1).lego"
    file.parent.mkdir()
    shutil.copyfile(style_path(shared_registry(), "elf"), file)
    place = places_of(tmp_path / "in.obj", StylizeOptions(style=(f"{file}=0.5",)), None, False, False, SUFFIXES)
    assert place.mesh == tmp_path / "in.elf_0.5.obj"


@pytest.mark.parametrize("topology", ["../../up", "a/b", "c\\d", "e\n\x1b[2J", "f:g"])
def test_no_name_leads_elsewhere_or_holds_what_a_terminal_obeys(tmp_path, topology):
    options = StylizeOptions(style=("pixar",), topology=topology, expression=("x/../y=1",))
    place = places_of(tmp_path / "in.obj", options, None, False, True, SUFFIXES)
    assert all(file.parent == tmp_path and str(file).isprintable() for file in place.files)


def test_a_long_name_stays_one_that_can_be_written_and_told_apart(tmp_path):
    names = set()
    for last in ("0.1", "0.2"):
        expression = tuple(f"{control}={last}" for control in ("mouthSmileLeft", "mouthSmileRight", "browInnerUp") * 5)
        names.add(result_name("in", StylizeOptions(style=("pixar",), expression=expression)))
    assert len(names) == 2
    assert all(len(name) <= LONGEST for name in names)


def test_a_performance_in_two_styles_is_two_files():
    take = Path("take.csv")
    assert outputs_of("in.obj", take, CastOptions(style=("elf",)), []) == (Path("in.elf.take.glb"),)
    assert outputs_of("in.obj", take, CastOptions(style=("orc",)), []) == (Path("in.orc.take.glb"),)
    assert outputs_of("head.glb", take, CastOptions(), []) == (Path("head.take.glb"),)
    assert outputs_of("pixar", take, CastOptions(), []) == (Path("pixar.take.glb"),)
