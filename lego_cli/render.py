"""Pictures of one mesh file: what ``lego render`` calls."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import option

if TYPE_CHECKING:
    from lego_cli.api import Renderer
    from lego_cli.preview import Look

LOOK, FRAME = "Look", "Frame of the file"
SMALLEST, LARGEST, MOST_FRAMES, GIF_FRAMES = 16, 2048, 720, 36
AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}


@dataclass(frozen=True)
class RenderOptions:
    """Options of ``lego render``."""

    views: str = option("front,three_quarter,side", "Views, with commas; several make a contact sheet.", panel=LOOK)
    turn: int = option(
        0, f"Frames of a full turn, for GIF and WebP (a GIF takes {GIF_FRAMES} if not told).", panel=LOOK
    )
    size: int = option(512, f"Pixels along each side of a picture, at most {LARGEST}.", panel=LOOK)
    wire: bool = option(False, "Draw the polygon edges.", "--wire", panel=LOOK)
    clay: bool = option(False, "Grey clay instead of skin, eyes and teeth.", "--clay", panel=LOOK)
    smooth: bool = option(True, "Round off coarse meshes between their vertices.", panel=LOOK)
    background: str = option("plain", "plain or transparent.", panel=LOOK)
    up: str = option("y", "Axis of the file that points up: x, -x, y, -y, z or -z.", panel=FRAME)
    front: str = option("z", "Axis of the file that the face looks along.", panel=FRAME)


def render_file(source: Path, output: Path, renderer: Renderer, options: RenderOptions | None = None) -> dict[str, Any]:
    """Draw a mesh file to PNG, JPEG, WebP or GIF; returns what was done, for ``--json``.

    Raises LegoError, with exit code 2 for wrong options before the file is read.
    """
    options = options or RenderOptions()
    frames = check_options(output, options)
    from lego_cli.mesh.read import read_mesh
    from lego_cli.preview import contact_sheet, render_views, turntable, write_animation, write_picture

    turned = axes_to_canonical(options.up, options.front)
    mesh = read_mesh(source)
    mesh = mesh.with_vertices(mesh.vertices @ turned.T)
    start = time.perf_counter()
    if frames:
        write_animation(turntable(mesh, renderer, frames=frames, size=options.size, look=_look(options)), output)
        views = ["turn"]
    else:
        views = options.views.split(",")
        pictures = render_views(mesh, renderer, views, options.size, look=_look(options))
        labelled = [(view.replace("_", " "), picture) for view, picture in zip(views, pictures, strict=True)]
        write_picture(pictures[0] if len(views) == 1 else contact_sheet([labelled]), output)
    return {
        "input": str(source),
        "output": str(output),
        "views": views,
        "frames": frames,
        "size": options.size,
        "vertices": len(mesh.vertices),
        "faces": len(mesh.face_sizes),
        "seconds": round(time.perf_counter() - start, 3),
    }


def check_options(output: Path, options: RenderOptions) -> int:
    """Raise LegoError for an option that cannot work; returns the frames of the animation, 0 for a picture."""
    from lego_cli.preview.framing import view_angles
    from lego_cli.preview.picture_file import ANIMATIONS, STILLS, check_suffix

    if not SMALLEST <= options.size <= LARGEST:
        raise _wrong(f"--size {options.size} is out of range", f"choose {SMALLEST} to {LARGEST} pixels")
    if options.background not in ("plain", "transparent"):
        raise _wrong(f"--background has no '{options.background}'", "choose plain or transparent")
    if not 0 <= options.turn <= MOST_FRAMES:
        raise _wrong(f"--turn {options.turn} is out of range", f"choose 1 to {MOST_FRAMES} frames")
    view_angles(options.views.split(","))
    axes_to_canonical(options.up, options.front)
    frames = options.turn or (GIF_FRAMES if output.suffix.lower() == ".gif" else 0)
    check_suffix(output, ANIMATIONS if frames else STILLS)
    return frames


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


def _look(options: RenderOptions) -> Look:
    from lego_cli.preview import Look

    return Look(background=options.background, clay=options.clay, wire=options.wire, smooth=options.smooth)


def _wrong(message: str, hint: str) -> LegoError:
    return LegoError(message, hint, ExitCode.USAGE)
