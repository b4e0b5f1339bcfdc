"""What the commands do, as Python functions that return objects and write nothing until they are told to."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Unpack

from lego_cli.animating.animation import AnimateOptions, CastOptions
from lego_cli.animating.animation import animate as play
from lego_cli.animating.track_options import TrackOptions
from lego_cli.api import Mesh, Report, silent
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.files.atomic import scratch_folder
from lego_cli.library.heads import Person, StylizedHead
from lego_cli.library.inputs import with_inputs
from lego_cli.library.keywords import (
    AnimateKeywords,
    EncodeKeywords,
    FinetuneKeywords,
    RenderKeywords,
    StylizeKeywords,
    options_from,
    takes_options,
)
from lego_cli.library.performances import Performance
from lego_cli.library.pictures import Picture, Shown, as_mesh, picture_of
from lego_cli.library.shared import renderer_of, shared_registry
from lego_cli.library.styles import LearnedStyle
from lego_cli.registry import Registry
from lego_cli.rendering import RenderOptions
from lego_cli.stylizing.encode_files import CodeMaker, is_code, read_person
from lego_cli.stylizing.stylizer import StylizeOptions, Stylizer


@with_inputs
def stylize(
    source: str | Path | Mesh | Person, *, registry: Registry | None = None, **options: Unpack[StylizeKeywords]
) -> StylizedHead:
    """Put the head of a file, a mesh or a code into a style; without a style it is the person as the code has it.

    Raises LegoError for wrong options and for what is no head, TypeError for an option that there is not.
    """
    (chosen,) = options_from(options, StylizeOptions)
    registry = registry or shared_registry()
    stylizer = Stylizer(registry, chosen, bare=True)
    if isinstance(source, str | Path) and is_code(Path(source)):
        source = encode(source, registry=registry)
    if isinstance(source, Person):
        return StylizedHead(stylizer.from_code(source.saved), stylizer, registry, source.name)
    mesh = as_mesh(source)
    return StylizedHead(stylizer(mesh), stylizer, registry, _name(source), mesh.notes)


@with_inputs
def encode(source: str | Path | Mesh, *, registry: Registry | None = None, **options: Unpack[EncodeKeywords]) -> Person:
    """Turn the head of a file or a mesh into a code, or read a code file.

    Raises LegoError for damaged files and for what is no head.
    """
    (chosen,) = options_from(options, EncodeOptions)
    registry = registry or shared_registry()
    maker = CodeMaker(registry, chosen)
    if isinstance(source, Mesh):
        from lego_cli.core.encoding.code_file import SavedCode
        from lego_cli.core.encoding.encode import encode as understood

        saved = SavedCode.of(understood(source, maker.stylist, chosen))
    else:
        saved, _ = read_person(Path(source), maker.stylist, chosen)
    return Person(saved, maker, registry, _name(source))


@with_inputs
def finetune(
    exemplar: str | Path,
    *,
    name: str | None = None,
    force: bool = False,
    report: Report = silent,
    registry: Registry | None = None,
    **options: Unpack[FinetuneKeywords],
) -> LearnedStyle:
    """Learn a style from a folder with ``identity.*`` and ``style.*``, or a style mesh alone, and install it.

    ``report`` hears how far it is. Raises LegoError for pairs that are none, and for a taken name without ``force``.
    """
    from lego_cli.learning.finetuning import find_pair, learn, style_name
    from lego_cli.user.styles import free_style_path, install_style, reached_as

    (chosen,) = options_from(options, FinetuneOptions)
    registry = registry or shared_registry()
    pair, name = find_pair(Path(exemplar)), style_name(Path(exemplar), name)
    free_style_path(name, force)
    learned = learn(pair, name, registry, renderer_of(registry), chosen, report)
    for doubt in learned.warnings:
        warnings.warn(doubt, stacklevel=2)
    with scratch_folder() as folder:
        file = folder / f"{name}.lego"
        learned.maker.write(learned.made, file)
        place = install_style(file, name, force)
    return LearnedStyle(reached_as(registry, place), place, learned)


@with_inputs
def animate(
    source: str | Path, drive: str | Path, *, registry: Registry | None = None, **options: Unpack[AnimateKeywords]
) -> Performance:
    """Let a head play the performance in ``drive``: a mesh or code in a style, a file with shapes, or a style's name.

    Raises LegoError for wrong options and for files that cannot be read.
    """
    cast, prepare, filmed = options_from(options, CastOptions, TrackOptions, AnimateOptions)
    registry = registry or shared_registry()
    animated = play(source, Path(drive), registry, cast, prepare, filmed)
    return Performance(animated, filmed, prepare.fps, registry)


@with_inputs
def render(
    source: str | Path | Mesh | Shown,
    *,
    renderer: str = "auto",
    registry: Registry | None = None,
    **options: Unpack[RenderKeywords],
) -> Picture:
    """Draw a file, a mesh or any result in studio light: a picture, a contact sheet, or with ``turn`` a turntable.

    Raises LegoError for wrong options and for renderers that are not there.
    """
    (chosen,) = options_from(options, RenderOptions)
    return picture_of(source, chosen, registry or shared_registry(), renderer)


def _name(source: str | Path | Mesh) -> str:
    path = source.path if isinstance(source, Mesh) else Path(source)
    return path.stem.removesuffix(".code") if path else "head"


takes_options(stylize, StylizeOptions)
takes_options(encode, EncodeOptions)
takes_options(finetune, FinetuneOptions)
takes_options(animate, CastOptions, TrackOptions, AnimateOptions)
takes_options(render, RenderOptions)
