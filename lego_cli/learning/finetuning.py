"""One example in, a style for everybody out: what ``lego finetune`` calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Report, silent
from lego_cli.core.dt.exemplar import exemplar_of_meshes, exemplar_of_style, unevenness
from lego_cli.core.dt.style_measures import StyleMeasures
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.threads import threads
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.inputs import refuse_inputs
from lego_cli.files.outputs import record_place, refuse_overwrite
from lego_cli.learning.style_maker import Made, StyleMaker
from lego_cli.mesh.content import FORMATS
from lego_cli.mesh.read import read_mesh
from lego_cli.preview import write_picture
from lego_cli.run_record import common_record, file_record, write_record
from lego_cli.user.styles import SUFFIX, free_style_path, install_style, reached_as, usable_style_name

if TYPE_CHECKING:
    from lego_cli.api import Renderer
    from lego_cli.core.dt.exemplar import Exemplar
    from lego_cli.core.stylist import Stylist
    from lego_cli.core.training_options import FinetuneOptions
    from lego_cli.registry import Registry

IDENTITY, STYLE = "identity", "style"
LICENCE = "yours"
UNLIKE_MM = 35.0  # mean displacement of the face front, on a head of 230 mm: no style does that
LEAST_SEEN, WHOLE = 0.4, 0.65  # share of the face front that was found on both meshes: at least, without a warning
MOVED = 0.0007  # metres: less is no style
UNEVEN, LEAST_QUIET = 0.2, 0.1  # one-sided share of a style, and share of the skin that it leaves: no one person
SWAPPED = 1.08  # length of the identity's code over the style's: from here on the files look swapped


@dataclass(frozen=True)
class Pair:
    """The files of an exemplar; the identity may be missing."""

    style: Path
    identity: Path | None

    @property
    def files(self) -> list[Path]:
        """Those that are there."""
        return [path for path in (self.identity, self.style) if path]


@dataclass(frozen=True)
class Learned:
    """A style that was learned from a pair, not yet written, and what is doubtful about the pair."""

    made: Made
    maker: StyleMaker
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Outputs:
    """Where everything goes."""

    file: Path  # to share
    picture: Path
    record: Path
    checkpoint: Path
    installed: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return self.file, self.picture, self.record


def find_pair(exemplar: Path) -> Pair:
    """``identity.*`` and ``style.*`` of a folder, or a style mesh alone. Raises LegoError (exit code 2) for others."""
    if exemplar.is_file():
        return Pair(exemplar, None)
    if not exemplar.is_dir():
        raise LegoError(
            f"no file or folder {exemplar}", "give a folder with identity.obj and style.obj", ExitCode.USAGE
        )
    style = _only(exemplar, STYLE)
    if style is None:
        hint = f"name the styled mesh style.obj (or {', '.join(sorted(FORMATS))}), its person identity.obj"
        raise LegoError(f"{exemplar} has no style.* mesh", hint, ExitCode.USAGE)
    return Pair(style, _only(exemplar, IDENTITY))


def _only(folder: Path, name: str) -> Path | None:
    found = sorted(p for p in folder.iterdir() if p.stem.lower() == name and p.suffix.lower() in FORMATS)
    if len(found) > 1:
        names = " and ".join(p.name for p in found)
        raise LegoError(f"{folder} has {names}", "leave one of them", ExitCode.USAGE)
    return found[0] if found else None


def outputs_of(name: str, output: Path | None, force: bool, inputs: Sequence[Path] = ()) -> Outputs:
    """``NAME.lego`` here, or at ``output``, and what lies beside it. Raises LegoError for bad and for taken names."""
    file = output or Path(f"{name}{SUFFIX}")
    if file.suffix != SUFFIX:
        raise LegoError(f"cannot write a style to '{file.name}'", f"end the name in {SUFFIX}", ExitCode.USAGE)
    picture, checkpoint = file.with_suffix(".png"), file.with_suffix(".checkpoint")
    places = Outputs(file, picture, record_place(file), checkpoint, free_style_path(name, force))
    refuse_overwrite(*places.files, force=force, inputs=inputs)
    return places


def finetune(
    pair: Pair,
    name: str,
    outputs: Outputs,
    registry: Registry,
    renderer: Renderer,
    options: FinetuneOptions | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Learn a style from a pair of meshes, write it with its picture and record, and install it.

    Returns what was made, its figures and its warnings. Raises LegoError (exit code 1) for pairs that are none; nothing
    is written then.
    """
    learned = learn(pair, name, registry, renderer, options, report, outputs.checkpoint, outputs.files)
    return _written(learned, pair, outputs, registry)


def learn(
    pair: Pair,
    name: str,
    registry: Registry,
    renderer: Renderer,
    options: FinetuneOptions | None = None,
    report: Report = silent,
    checkpoint: Path | None = None,
    places: Sequence[Path] = (),
) -> Learned:
    """Learn a style from a pair of meshes. Raises LegoError (exit code 1) for pairs that are none, (exit code 2) where
    one of the ``places`` that are to be written is a texture of theirs.
    """  # fmt: skip
    maker = StyleMaker(registry, renderer, options)
    report("read", 1, 2)
    exemplar = read_pair(pair, maker.stylist)
    report("read", 2, 2)
    refuse_inputs(*places)
    warnings = tuple(check_pair(exemplar, pair, maker))
    summary = f"made from {' and '.join(path.name for path in pair.files)}"
    return Learned(maker.learn(exemplar, name, LICENCE, summary, report, checkpoint), maker, warnings)


def read_pair(pair: Pair, stylist: Stylist) -> Exemplar:
    """The meshes of a pair at the head model's vertices. Raises LegoError (exit code 1) for files that are no heads."""
    style = read_mesh(pair.style)
    if pair.identity is None:
        return exemplar_of_style(style, stylist)
    return exemplar_of_meshes(read_mesh(pair.identity), style, stylist)


def check_pair(exemplar: Exemplar, pair: Pair, maker: StyleMaker) -> list[str]:
    """Warnings about a pair. Raises LegoError for two meshes that cannot be a person and its style."""
    fields = head_fields(maker.stylist)
    front, apart = fields.front, np.linalg.norm(exemplar.delta[maker.stylist.skin], axis=1)
    mean = float(StyleMeasures(maker.stylist).millimetres(exemplar.identity[None])[0] * apart[front].mean())
    names = " and ".join(path.name for path in pair.files)
    if mean > UNLIKE_MM:
        hint = "give one person twice, plain and styled, in one frame or each as a whole head"
        raise LegoError(f"{names} do not match: the face moves by {mean:.0f} mm on average", hint)
    seen = float(exemplar.trust[front].mean())
    if seen < LEAST_SEEN:
        hint = "close its holes, or give a mesh whose face is whole"
        raise LegoError(f"only {seen:.0%} of the face of {names} was found", hint)
    return [*_doubts(exemplar, pair, maker, seen)]


def _doubts(exemplar: Exemplar, pair: Pair, maker: StyleMaker, seen: float) -> Iterable[str]:
    if seen < WHOLE:
        yield f"{1 - seen:.0%} of the face was not found on both meshes and is guessed (holes?)"
    if pair.identity and exemplar.lengths[0] > SWAPPED * exemplar.lengths[1] > 0:
        yield f"{pair.identity.name} looks more like a style than {pair.style.name}: are they swapped?"
    apart = np.linalg.norm(exemplar.delta[maker.stylist.skin], axis=1)
    uneven, quiet = unevenness(exemplar, maker.stylist), float((apart < MOVED).mean())
    if uneven > UNEVEN and quiet < LEAST_QUIET:
        yield f"{pair.files[0].name} and {pair.style.name} differ everywhere and unevenly: are they one person?"
    if apart.max() < MOVED:
        yield "the two meshes are the same: the style does nothing"
    if not pair.identity:
        yield "no identity mesh: the person was estimated, see the first row of the picture"


def _written(learned: Learned, pair: Pair, outputs: Outputs, registry: Registry) -> dict[str, Any]:
    made, maker = learned.made, learned.maker
    sheet = maker.sheet(made)
    maker.write(made, outputs.file)
    write_picture(sheet, outputs.picture)
    install_style(outputs.file, made.style.name)
    outputs.checkpoint.unlink(missing_ok=True)
    figures = {key: round(value, 4) for key, value in made.figures.items()}
    losses = {"before": made.tuned.before, "after": made.tuned.after, "kept": made.tuned.kept}
    result = {
        "name": made.style.name,
        "reached_as": reached_as(registry, outputs.installed),
        "exemplar": made.exemplar.way,
        "warnings": list(learned.warnings),
        "figures": figures,
        "losses": losses,
        "output": str(outputs.file),
        "picture": str(outputs.picture),
        "installed": str(outputs.installed),
    }
    inputs = [file_record(path) for path in pair.files]
    record = {**common_record(maker.options, registry, [outputs.file], threads()), "inputs": inputs, **result}
    write_record(record, outputs.record)
    return {**result, "record": str(outputs.record)}


def style_name(exemplar: Path, name: str | None) -> str:
    """``--name``, or the folder's or file's own name. Raises LegoError (exit code 2) when it cannot be one."""
    return usable_style_name(name or exemplar.absolute().stem)
