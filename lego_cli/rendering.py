"""Pictures of one mesh file: what ``lego render`` calls."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from lego_cli.api import Ints, Mesh, Renderer
    from lego_cli.preview import Finish
    from lego_cli.registry import Registry

LOOK, FRAME, MOTION = "Look", "Frame of the file", "Turntable"
SMALLEST, LARGEST, MOST_FRAMES, TURN_FRAMES, FASTEST = 16, 2048, 720, 48, 60
AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}


@dataclass(frozen=True)
class RenderOptions:
    """Options of ``lego render``."""

    views: str = option(
        "front,three_quarter,side", "Views, with commas; several make a contact sheet.", "--views", "--view", panel=LOOK
    )
    size: int = option(512, f"Pixels along each side of a picture, at most {LARGEST}.", panel=LOOK)
    wire: bool = option(False, "Draw the polygon edges, quads as quads.", "--wire", panel=LOOK)
    clay: bool = option(False, "One matte grey instead of skin, eyes and teeth.", "--clay", panel=LOOK)
    makeup: bool = option(True, "Brows and lips on meshes of a known topology.", panel=LOOK)
    smooth: bool = option(True, "Round off coarse meshes between their vertices.", panel=LOOK)
    background: str = option("studio", "studio, transparent or a colour, '#rrggbb'.", panel=LOOK)
    turn: int = option(
        0, f"Frames of a full turn, for GIF, WebP and MP4 (GIF and MP4 take {TURN_FRAMES} if not told).", panel=MOTION
    )
    fps: float = option(20.0, "Frames a second.", panel=MOTION)
    device: str = option("auto", "cpu or cuda; auto is cuda for renderers that need it.", panel="Speed")
    up: str = option("y", "Axis of the file that points up: x, -x, y, -y, z or -z.", panel=FRAME)
    front: str = option("z", "Axis of the file that the face looks along.", panel=FRAME)


def render_file(
    source: Path,
    output: Path,
    renderer: Renderer,
    options: RenderOptions | None = None,
    registry: Registry | None = None,
) -> dict[str, Any]:
    """Draw a mesh file to PNG, JPEG, WebP, GIF or MP4; returns what was done, for ``--json``.

    A mesh of one of the ``registry``'s topologies gets brows and lips. Raises LegoError, with exit code 2 for wrong
    options before the file is read.
    """
    options = options or RenderOptions()
    frames = check_options(output, options)
    from lego_cli.mesh.read import read_mesh
    from lego_cli.preview import write_animation, write_picture

    device_of(options.device, renderer)
    mesh = read_mesh(source)
    start = time.perf_counter()
    topology, landmarks = makeup_landmarks(mesh, options, registry)
    pictures = draw(mesh, renderer, replace(options, turn=frames), landmarks)
    if frames:
        write_animation(pictures, output, options.fps)
    else:
        write_picture(next(pictures), output)
    views = ["turn"] if frames else options.views.split(",")
    counted = {"vertices": len(mesh.vertices), "faces": len(mesh.face_sizes), "topology": topology}
    done = {"input": str(source), "output": str(output), "views": views, "frames": frames, "size": options.size}
    return {**done, **counted, "seconds": round(time.perf_counter() - start, 3)}


def draw(
    mesh: Mesh, renderer: Renderer, options: RenderOptions, landmarks: Mapping[str, Ints] | None = None
) -> Iterator[Image.Image]:
    """The picture or contact sheet of a mesh, or the ``options.turn`` frames of a full turn, one by one.

    ``landmarks`` give it brows and lips. Raises LegoError for a device that is not here.
    """
    from lego_cli.preview import contact_sheet, render_views, turntable

    mesh = mesh.with_vertices(mesh.vertices @ axes_to_canonical(options.up, options.front).T)
    device, finish = device_of(options.device, renderer), _finish(options)
    drawn: dict[str, Any] = {"size": options.size, "finish": finish, "landmarks": landmarks, "device": device}
    if options.turn:
        yield from turntable(mesh, renderer, frames=options.turn, **drawn)
        return
    views = options.views.split(",")
    pictures = render_views(mesh, renderer, views, **drawn)
    labelled = [(view.replace("_", " "), picture) for view, picture in zip(views, pictures, strict=True)]
    yield pictures[0] if len(views) == 1 else contact_sheet([labelled])


def makeup_landmarks(
    mesh: Mesh, options: RenderOptions, registry: Registry | None
) -> tuple[str, Mapping[str, Ints] | None]:
    """The known topology of a mesh that is to have brows and lips, else ``("", None)``."""
    if options.clay or not options.makeup or registry is None or mesh.colours is not None:
        return "", None
    return known_topology(mesh, registry)


def device_of(name: str, renderer: Renderer) -> str:
    """The device that the pictures are made on. Raises LegoError for one that is none, or is not here."""
    if name == "auto":
        return "cuda" if renderer.name == "nvdiffrast" else "cpu"
    if name not in ("cpu", "cuda"):
        raise _wrong(f"--device has no '{name}'", "choose auto, cpu or cuda")
    from torch import cuda

    if name == "cuda" and not cuda.is_available():
        raise LegoError("there is no CUDA device that torch can use", "leave out --device", ExitCode.MISSING)
    return name


def known_topology(mesh: Mesh, registry: Registry) -> tuple[str, Mapping[str, Ints] | None]:
    """Name of the registered topology that the faces of ``mesh`` are those of, and its landmarks; ``("", None)``."""
    import numpy as np

    from lego_cli import assets
    from lego_cli.preview import carried_landmarks

    for name in registry.names("topologies"):
        try:
            found = registry.get("topologies", name)
        except LegoError:  # one that cannot be read is none that this mesh could be of
            continue
        own = getattr(found, "mesh", None)  # "keep" has none
        if own is not None and len(own.face_sizes) and np.array_equal(own.corner_vertex, mesh.corner_vertex):
            return name, carried_landmarks(found, assets.head_model(registry))
    return "", None


def check_options(output: Path, options: RenderOptions) -> int:
    """Raise LegoError for an option that cannot work; returns the frames of the animation, 0 for a picture."""
    check_look(options)
    frames = options.turn or (TURN_FRAMES if output.suffix.lower() in (".gif", ".mp4") else 0)
    check_picture(output, options.size, frames, options.background == "transparent")
    return frames


def check_look(options: RenderOptions) -> None:
    """Raise LegoError for an option that cannot work, whatever is written."""
    from lego_cli.preview.framing import view_angles
    from lego_cli.preview.studio import background_colour

    if not SMALLEST <= options.size <= LARGEST:
        raise _wrong(f"--size {options.size} is out of range", f"choose {SMALLEST} to {LARGEST} pixels")
    if not 0 <= options.turn <= MOST_FRAMES:
        raise _wrong(f"--turn {options.turn} is out of range", f"choose 1 to {MOST_FRAMES} frames")
    if not 1 <= options.fps <= FASTEST:
        raise _wrong(f"--fps {options.fps:g} is out of range", f"choose 1 to {FASTEST} frames a second")
    background_colour(options.background)
    view_angles(options.views.split(","))
    axes_to_canonical(options.up, options.front)


def check_picture(output: Path, size: int, frames: int, transparent: bool) -> None:
    """Raise LegoError for a file that cannot hold ``frames`` square pictures, or a still one when that is 0."""
    from lego_cli.preview.picture_file import ANIMATIONS, HELD, OPAQUE, STILLS, check_suffix

    suffix = output.suffix.lower()
    check_suffix(output, ANIMATIONS if frames else STILLS)
    if transparent and suffix in OPAQUE:
        raise _wrong(f"{suffix} files cannot be transparent", "use .png, .webp or .gif, or another --background")
    if frames * size**2 > HELD and suffix != ".mp4":
        raise _wrong(f"{frames} frames of {size} px are too much for a {suffix}", "use .mp4, or a smaller --size")


def axes_to_canonical(up: str, front: str) -> Any:
    """Rotation ``(3, 3)`` that brings axis ``up`` to +Y and axis ``front`` to +Z; raises LegoError for wrong axes."""
    import numpy as np

    y, z = _axis(up, "--up"), _axis(front, "--front")
    if abs(float(y @ z)) > 0.5:
        raise _wrong(
            f"--up {up} and --front {front} lie on one line", "name two different axes, such as --up z --front -y"
        )
    return np.stack([np.cross(y, z), y, z])


def _axis(name: str, flag: str) -> Any:
    import numpy as np

    letter = name.lower().lstrip("+-")
    if letter not in AXES or len(name) > 2:
        raise _wrong(f"{flag} has no axis '{name}'", "choose x, -x, y, -y, z or -z")
    return np.array(AXES[letter], float) * (-1 if name.startswith("-") else 1)


def _finish(options: RenderOptions) -> Finish:
    from lego_cli.preview import Finish

    return Finish(background=options.background, clay=options.clay, wire=options.wire, smooth=options.smooth)


def _wrong(message: str, hint: str) -> LegoError:
    return LegoError(message, hint, ExitCode.USAGE)
