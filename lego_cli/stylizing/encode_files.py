"""Head meshes in, code files out: what ``lego encode`` calls."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.outputs import refuse_one_file, refuse_overwrite
from lego_cli.options import number

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Mesh, Renderer, Topology
    from lego_cli.core.encoding.code_file import SavedCode
    from lego_cli.core.stylist import Stylist
    from lego_cli.registry import Registry

CODE_SUFFIX, ENDING = ".json", ".code.json"


class CodeMaker:
    """Head model and DS looked up once, then any number of files turned into codes."""

    def __init__(self, registry: Registry, options: EncodeOptions | None = None) -> None:
        self.options = options or EncodeOptions()
        from lego_cli import assets

        self.stylist: Stylist = assets.stylist(registry)
        self.topology: Topology = assets.topology(registry, "head")


def read_person(path: Path, stylist: Stylist, options: EncodeOptions) -> tuple[SavedCode, Mesh | None]:
    """The person of a mesh or of a code file, and the mesh if there was one.

    Raises LegoError (exit code 1) for a damaged file and for what is no head.
    """
    from lego_cli.core.encoding.code_file import SavedCode, read_code
    from lego_cli.core.encoding.encode import encode
    from lego_cli.mesh.read import read_mesh

    if is_code(path):
        return read_code(path, stylist), None
    mesh = read_mesh(path)
    return SavedCode.of(encode(mesh, stylist, options), path), mesh


def is_code(path: Path) -> bool:
    """Whether a file is a code by its name."""
    return path.suffix.lower() == CODE_SUFFIX


def code_place(source: Path, output: Path | None, many: bool) -> Path:
    """``in.obj`` becomes ``in.code.json`` beside it, or goes into the folder, or to the file, that ``output`` names."""
    if many and output:
        refuse_one_file(output, (CODE_SUFFIX,))
    if output and not many and output.suffix and not output.is_dir():
        if not is_code(output):
            raise LegoError(f"cannot write a code to '{output.name}'", "end the name in .json", ExitCode.USAGE)
        return output
    return (output or source.parent) / f"{source.stem}{ENDING}"


def encode_file(
    source: Path, place: Path, maker: CodeMaker, renderer: Renderer | None = None, force: bool = False
) -> dict[str, Any]:
    """Encode one mesh file; writes the code and, with a renderer, a picture of input and code side by side.

    Returns what was done, for ``--json``.
    """
    if is_code(source):
        raise LegoError(f"{source} is a code already", "give meshes, or add --average", ExitCode.USAGE)
    refuse_overwrite(*files_of(place, bool(renderer)), force=force, inputs=[source])
    start = time.perf_counter()
    person, mesh = read_person(source, maker.stylist, maker.options)
    seconds = {"encode": round(time.perf_counter() - start, 3)}
    preview = _picture(mesh, {"code": person}, place, maker, renderer)
    return {"input": str(source), **_written(person, place, maker), "seconds": seconds, "preview": preview}


def average_files(
    weights: Mapping[Path, float], place: Path, maker: CodeMaker, renderer: Renderer | None = None, force: bool = False
) -> dict[str, Any]:
    """The weighted mean of meshes and codes as one code file; with a renderer, a picture of all and their mean."""
    from lego_cli.core.encoding.blend import blended

    refuse_overwrite(*files_of(place, bool(renderer)), force=force, inputs=weights)
    start = time.perf_counter()
    people = [read_person(path, maker.stylist, maker.options)[0] for path in weights]
    mean = blended(people, list(weights.values()))
    seconds = {"encode": round(time.perf_counter() - start, 3)}
    rows = {**{str(path): person for path, person in zip(weights, people, strict=True)}, "average": mean}
    inputs = {str(path): weight for path, weight in weights.items()}
    preview = _picture(None, rows, place, maker, renderer)
    return {"inputs": inputs, **_written(mean, place, maker), "seconds": seconds, "preview": preview}


def weighted_paths(values: Sequence[str]) -> dict[Path, float]:
    """``("a.obj", "b.json=0.3")`` to files and weights; a file whose own name holds a ``=`` is that file.

    Raises LegoError for a weight that cannot be used, a file that is there twice, or nothing to average.
    """
    weights: dict[Path, float] = {}
    for value in values:
        name, equals, amount = value.rpartition("=")
        plain = not equals or Path(value).exists()
        path, weight = (Path(value), 1.0) if plain else (Path(name), _weight(amount, value))
        if path in weights:
            raise LegoError(f"{path} is given twice", f"give it a weight: {path}=2", ExitCode.USAGE)
        weights[path] = weight
    if len(weights) < 2 or not sum(weights.values()) > 0:
        raise LegoError("nothing to average", "give two or more: a.obj b.json=0.3 --average", ExitCode.USAGE)
    return weights


def _weight(text: str, whole: str) -> float:
    weight = number(text)
    if not 0 <= weight <= 1000:
        raise LegoError(f"'{whole}' has no usable weight", "write FILE=0.3, a number from 0 to 1000", ExitCode.USAGE)
    return weight


def code_facts(path: Path, stylist: Stylist) -> dict[str, Any]:
    """What a code file holds, in words and figures. Raises LegoError as reading it does."""
    from lego_cli.core.encoding.code_file import read_code

    person = read_code(path, stylist)
    return {
        "sources": [f"{source.weight:g} {source.name}" for source in person.sources],
        "bytes": path.stat().st_size,
        **_told(person),
        "shape": f"{len(person.code.shape)} numbers, {abs(person.code.shape).max():.2f} the largest",
        "detail": person.code.detail is not None,
    }


def _written(person: SavedCode, place: Path, maker: CodeMaker) -> dict[str, Any]:
    from lego_cli.core.encoding.code_file import write_code

    write_code(person, place, maker.stylist, asdict(maker.options))
    return {"output": str(place), "bytes": place.stat().st_size, **_told(person)}


def _told(person: SavedCode) -> dict[str, Any]:
    from lego_cli.api import ARKIT

    expression = zip(ARKIT, person.code.expression, strict=True)
    return {
        "residual_mm": {k: round(v, 3) for k, v in person.residual_mm.items()},
        "source_frame": {"unit": person.unit, "up": person.up},
        "expression": {name: round(float(value), 3) for name, value in expression if value > 0.005},
    }


def _picture(
    mesh: Mesh | None, people: Mapping[str, SavedCode], place: Path, maker: CodeMaker, renderer: Renderer | None
) -> str:
    if not renderer:
        return ""
    from lego_cli.preview import write_picture

    write_picture(people_sheet(mesh, people, maker, renderer), preview_place(place))
    return str(preview_place(place))


def preview_place(place: Path) -> Path:
    """Where the picture beside a result goes; ``NAME.png`` is what ``lego render`` makes of it."""
    return place.with_suffix(".preview.png")


def files_of(place: Path, preview: bool) -> list[Path]:
    """A code, and the picture of it where there is to be one."""
    return [place, preview_place(place)] if preview else [place]


def people_sheet(
    mesh: Mesh | None, people: Mapping[str, SavedCode], maker: CodeMaker, renderer: Renderer, size: int = 320
) -> Image.Image:
    """The input mesh, if any, and people as their codes say they are: a row each, three views."""
    from lego_cli.preview import Frame, carried_landmarks, contact_sheet, labelled_views

    topology, stylist = maker.topology, maker.stylist
    marks = carried_landmarks(topology, stylist.head)
    heads = {label: stylist.avatar(person.code).pose(topology) for label, person in people.items()}
    frame = Frame.of(next(iter(heads.values())))
    shown: list[tuple[str, Mesh, Any]] = [
        (label, topology.mesh.with_vertices(vertices), marks) for label, vertices in heads.items()
    ]
    if mesh:
        upright = mesh.with_vertices(next(iter(people.values())).transform.inverse(mesh.vertices))
        shown.insert(0, ("input", upright, None))
    return contact_sheet(
        [labelled_views(label, head, renderer, size=size, landmarks=m, frame=frame) for label, head, m in shown]
    )
