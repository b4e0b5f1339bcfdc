"""Animated heads as files: scenes with a clip, pages, films and frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.animating.animation import Animated, AnimateOptions, CastOptions
from lego_cli.animating.track_options import TrackOptions
from lego_cli.api import Report, silent
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import scratch_folder, sweep
from lego_cli.files.outputs import record_place, refuse_doubles, refuse_overwrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from lego_cli.api import Exporter, Renderer
    from lego_cli.registry import Registry

PAGES, FILMS = (".html", ".htm"), (".gif", ".webp", ".mp4")
PICTURE_FPS = 25.0
FRAMES, PAGE, FILM, SCENE = "frames", "page", "film", "scene"


def kind_of(path: Path, exporters: Mapping[str, Exporter]) -> str:
    """What an output is by its name: a page, a film, a scene, or for a folder frames. Raises LegoError for others."""
    from lego_cli.api import RiggedExporter

    suffix = path.suffix.lower()
    if not suffix or path.is_dir():
        return FRAMES
    if suffix in PAGES or suffix in FILMS:
        return PAGE if suffix in PAGES else FILM
    if isinstance(exporters.get(suffix), RiggedExporter):
        return SCENE
    able = sorted(s for s, exporter in exporters.items() if isinstance(exporter, RiggedExporter))
    known = f"{' '.join(able)} .html {' '.join(FILMS)}, or a folder for PNG frames"
    raise LegoError(f"{suffix} files cannot hold an animation", f"end the name in one of {known}", ExitCode.USAGE)


def check_outputs(
    outputs: tuple[Path, ...], registry: Registry, options: AnimateOptions, force: bool = False,
    inputs: Sequence[Path] = (),
) -> None:  # fmt: skip
    """Raise LegoError for an output that cannot be written, before anything slow."""
    from lego_cli.exporter_choice import exporters_by_suffix, require_writers
    from lego_cli.preview.framing import view_angles
    from lego_cli.preview.picture_file import check_suffix
    from lego_cli.preview.studio import background_colour
    from lego_cli.rendering import LARGEST, SMALLEST

    exporters = exporters_by_suffix(registry)
    require_writers(outputs, registry)
    kinds = {path: kind_of(path, exporters) for path in outputs}
    refuse_doubles(outputs)
    refuse_overwrite(*(p for p in outputs if kinds[p] != FRAMES), record_place(outputs[0]), force=force, inputs=inputs)
    for path, kind in kinds.items():
        if kind == FILM:
            check_suffix(path, FILMS)
        if kind == FRAMES and path.is_dir() and _is_used(path) and not force:
            raise LegoError(f"{path} is not empty", "add --force to write into it, or name another", ExitCode.USAGE)
    view_angles([options.view])
    background_colour(options.background)
    if not SMALLEST <= options.size <= LARGEST:
        hint = f"choose {SMALLEST} to {LARGEST} pixels"
        raise LegoError(f"--size {options.size} is out of range", hint, ExitCode.USAGE)


def _is_used(folder: Path) -> bool:
    """Whether something is in a folder, but what a run that was killed left there."""
    sweep(folder)
    return any(folder.iterdir())


def write_animated(
    animated: Animated,
    path: Path,
    registry: Registry,
    renderer: Renderer | None,
    options: AnimateOptions,
    fps: float = 0.0,
    force: bool = False,
    report: Report = silent,
) -> None:
    """Write one output; pictures have ``fps`` frames a second, 25 when it is 0."""
    from lego_cli.exporter_choice import exporters_by_suffix
    from lego_cli.mesh.write import write_rigged

    exporters = exporters_by_suffix(registry)
    kind = kind_of(path, exporters)
    if kind == SCENE:
        write_rigged(animated.head, path, exporters, force, options.dense)
    elif kind == PAGE:
        _write_page(animated, path, exporters, force)
    else:
        assert renderer is not None
        _write_pictures(animated, path, renderer, options, fps or PICTURE_FPS, report)


def animate_record(
    animated: Animated,
    drive: Path,
    cast: CastOptions,
    prepare: TrackOptions,
    options: AnimateOptions,
    registry: Registry,
    results: Sequence[Path],
) -> dict[str, Any]:
    """Everything needed to tell how the animation in ``results`` came about."""
    from lego_cli.run_record import common_record, file_record

    clip = animated.clip
    return {
        **common_record(cast, registry, results),
        "performance_options": asdict(prepare),
        "animate_options": asdict(options),
        **animated.record,
        "performance": file_record(drive),
        "frames": len(clip.times),
        "duration": round(float(clip.times[-1]), 4),
        "shapes": len(animated.head.controls),
        "correctives": len(animated.head.correctives),
        "notes": list(animated.notes),
    }


def _write_page(animated: Animated, path: Path, exporters: Mapping[str, Exporter], force: bool) -> None:
    """The viewer's page, with the input beside the result."""
    from lego_cli.mesh.write import write_mesh, write_rigged
    from lego_cli.view import write_page

    with scratch_folder() as folder:
        scene, given = folder / "result.glb", folder / "input.glb"
        write_rigged(replace(animated.head, placement=None), scene, exporters)
        if animated.input is not None:
            write_mesh(animated.input, given, exporters)
        beside = given.read_bytes() if animated.input is not None else None
        write_page(path, scene.read_bytes(), animated.head.name, beside, force, same_frame=beside is not None)


def _write_pictures(
    animated: Animated, path: Path, renderer: Renderer, options: AnimateOptions, fps: float, report: Report
) -> None:
    from lego_cli.preview import Finish, write_animation
    from lego_cli.preview.film import Film, play, resampled
    from lego_cli.preview.picture_file import HELD, write_frames

    clip = resampled(animated.clip, fps)
    frames = len(clip.times)
    if path.suffix.lower() in (".gif", ".webp") and frames * options.size**2 > HELD:
        hint = "use .mp4 or a folder, --trim, or a smaller --size"
        raise LegoError(f"{frames} frames of {options.size} px are too much for a {path.suffix}", hint, ExitCode.USAGE)
    film = Film(options.view, options.size, Finish(background=options.background))
    head = animated.head
    if animated.landmarks is not None:  # the painted picture in the file is coarser than what is painted here
        head = replace(head, mesh=replace(head.mesh, surfaces={}))
    pictures = _told(play(head, clip, renderer, film, animated.landmarks), frames, report)
    if path.suffix.lower() in FILMS:
        write_animation(pictures, path, fps)
    else:
        write_frames(pictures, path)


def _told(pictures: Iterator[Image.Image], total: int, report: Report) -> Iterator[Image.Image]:
    for done, picture in enumerate(pictures):
        report("film", done + 1, total)
        yield picture
