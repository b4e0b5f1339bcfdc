"""A head that plays a performance: what ``lego animate`` calls."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.animating.track_options import TrackOptions
from lego_cli.api import ARKIT, Report, match_controls, silent
from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import option
from lego_cli.stylizing.stylizer import ADVANCED, FRAMES, LOOK, StylizeOptions, Stylizer

if TYPE_CHECKING:
    from lego_cli.api import Clip, Ints, Mesh, RiggedHead, Track
    from lego_cli.registry import Registry

PLAYED, PICTURES = "Performance", "Pictures"
STYLE_SUFFIX = ".lego"


@dataclass(frozen=True)
class CastOptions(StylizeOptions):
    """Who plays: options of ``lego stylize``, but in metres and upright, as tools that animate expect."""

    expression: tuple[str, ...] = ()  # the performance has them
    shapes: bool = True
    frame: str = option(
        "canonical", "canonical: metres, Y up; input: back where the input was.", words=FRAMES, panel=ADVANCED
    )


@dataclass(frozen=True)
class AnimateOptions:
    """How a performance reaches the head, and how it is filmed."""

    rig: str = option("arkit", "Play it by the controls of this rig.", kind="rigs", panel=PLAYED)
    driver: str = option("", "What reads the performance; found by itself.", kind="drivers", panel=PLAYED)
    view: str = option("portrait", "Where the camera stands in pictures.", panel=PICTURES)
    size: int = option(480, "Pixels along each side of pictures.", panel=PICTURES)
    background: str = option("studio", "studio, transparent or a colour, '#rrggbb'.", panel=LOOK)
    dense: bool = option(False, "Spell the zeros of shapes out, for tools that know no sparse ones.", panel=ADVANCED)


@dataclass(frozen=True, eq=False)
class Animated:
    """A head with its clip, and what is needed to show it."""

    head: RiggedHead  # its clip is the only one
    notes: tuple[str, ...]  # what was mended, left out or cut off on the way
    record: dict[str, Any]  # where the head comes from
    landmarks: Mapping[str, Ints] | None = None  # for what pictures paint finer; None: the mesh has its own colours
    input: Mesh | None = None  # the mesh that was stylised, canonical frame

    @property
    def clip(self) -> Clip:
        """What the head plays."""
        return self.head.clips[0]


def animate(
    source: str | Path,
    drive: Path,
    registry: Registry,
    cast: CastOptions = CastOptions(),
    track_options: TrackOptions = TrackOptions(),  # noqa: B008
    options: AnimateOptions = AnimateOptions(),
    report: Report = silent,
) -> Animated:
    """Let a head play the performance in ``drive``.

    ``source`` is a mesh or code to stylise, a file with shapes of its own, or the name of a style, which its own
    exemplar then plays. Raises LegoError (exit code 2) for wrong options, before anything slow.
    """
    kind = _kind(source, registry, cast)
    track = performance(drive, registry, track_options, options)
    report("performance", 1, 1)
    start = time.perf_counter()
    made = _rigged_file(Path(source)) if kind == "rigged" else _stylised(source, kind, registry, cast)
    clip = clip_of(track, made.head, drive.stem)
    report("head", 1, 1)
    record = {**made.record, "seconds": round(time.perf_counter() - start, 3)}
    head = replace(made.head, clips=(clip,), pose=None)
    return replace(made, head=head, notes=(*made.notes, *track.notes), record=record)


def performance(drive: Path, registry: Registry, prepare: TrackOptions, options: AnimateOptions) -> Track:
    """A performance in ARKit actions, by way of the rig that is to play it.

    Raises LegoError for a file that no driver reads, a rig that is not there, or a performance that is empty.
    """
    from lego_cli.animating.retarget import retarget, to_arkit
    from lego_cli.animating.track_options import prepared
    from lego_cli.animating.tracks import read_track

    wanted = registry.reached_as(registry.find("rigs", options.rig))
    track = to_arkit(prepared(read_track(drive, registry, options.driver), prepare), registry)
    if wanted == "arkit":
        return track
    played, residual = retarget(track, wanted, registry)
    note = f"rig '{wanted}' loses {residual.relative:.0%} of the motion"
    return replace(to_arkit(played, registry), notes=(*track.notes, note))


def clip_of(track: Track, head: RiggedHead, name: str) -> Clip:
    """A track of ARKit actions in the controls of a head. Raises LegoError where the head has none of them."""
    import numpy as np

    from lego_cli.api import Clip

    match = match_controls(head.controls, ARKIT)
    if not match.controls:
        raise LegoError(f"{head.name} has no ARKit shapes to move", "give the mesh a --style, and it gets all 52")
    values = np.zeros((len(track.times), len(head.controls)))
    values[:, list(match.columns)] = track.values[:, [ARKIT.index(control) for control in match.controls]]
    return Clip(name, track.times, values, track.head)


def _kind(source: str | Path, registry: Registry, cast: CastOptions) -> str:
    """``style``, ``code``, ``rigged`` or ``mesh``. Raises LegoError for what is neither a file nor a style."""
    from lego_cli.mesh.rigged_gltf import RIGGED
    from lego_cli.stylizing.encode_files import is_code

    path = Path(source)
    if path.suffix == STYLE_SUFFIX or not path.exists():
        if path.suffix and path.suffix != STYLE_SUFFIX:
            raise LegoError(f"no file {source}", "check the spelling and the folder", ExitCode.USAGE)
        if path.suffix != STYLE_SUFFIX:
            registry.find("styles", str(source))
        return "style"
    if is_code(path):
        return "code"
    return "rigged" if path.suffix.lower() in RIGGED and not cast.style else "mesh"


def _rigged_file(path: Path) -> Animated:
    """A head that has its own shapes."""
    from lego_cli.mesh.rigged_gltf import read_rigged
    from lego_cli.run_record import file_record

    head = read_rigged(path)
    if not head.controls:
        raise LegoError(f"{path.name} has no shapes", "give it a --style, and it gets all 52", ExitCode.USAGE)
    return Animated(head, (), {"input": file_record(path)})


def _stylised(source: str | Path, kind: str, registry: Registry, cast: CastOptions) -> Animated:
    """A mesh, a code or a style's own exemplar, with the 52 shapes."""
    from lego_cli.animating.rigged import rigged
    from lego_cli.core.encoding.code_file import read_code
    from lego_cli.mesh.read import read_mesh
    from lego_cli.preview import carried_landmarks
    from lego_cli.run_record import file_record

    options = replace(cast, style=cast.style or (str(source),)) if kind == "style" else cast
    stylizer = Stylizer(registry, options, bare=True)
    path, mesh = Path(source), None
    if kind == "mesh":
        mesh = read_mesh(path)
        result = stylizer(mesh)
    else:
        result = stylizer.from_code(read_code(path, stylizer.stylist) if kind == "code" else stylizer.exemplar())
    head = rigged(result, stylizer, registry, path.stem)
    bare = not result.canonical.surfaces and result.canonical.colours is None and not stylizer.keeps
    upright = None if mesh is None else mesh.with_vertices(result.encoded.transform.inverse(mesh.vertices))
    return Animated(
        head,
        () if mesh is None else mesh.notes,
        {"input": {"style": str(source)} if kind == "style" else file_record(path)},
        carried_landmarks(stylizer.topology, stylizer.stylist.head) if bare else None,
        upright,
    )


def outputs_of(source: str | Path, drive: Path, cast: CastOptions, outputs: Sequence[Path]) -> tuple[Path, ...]:
    """Where results go; ``IN.STYLE.TAKE.glb`` beside the input when nothing is said."""
    from lego_cli.stylizing.naming import result_name

    path = Path(source)
    return tuple(outputs) or (path.with_name(f"{result_name(path.stem, cast)}.{drive.stem}.glb"),)
