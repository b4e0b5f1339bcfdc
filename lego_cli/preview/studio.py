"""Draws heads in studio light."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image
from torch import Tensor

from lego_cli.api import Cameras, Mesh, Renderer
from lego_cli.errors import ExitCode, LegoError
from lego_cli.preview.exposure import expose
from lego_cli.preview.framing import Frame, view_angles
from lego_cli.preview.shading import to_linear, to_srgb
from lego_cli.preview.shape import Gaze
from lego_cli.preview.stage import Stage, set_stage
from lego_cli.preview.tiles import LARGEST

if TYPE_CHECKING:
    from lego_cli.preview.makeup import Landmarks


THREE = ("front", "three_quarter", "side")
STUDIO, TRANSPARENT = "studio", "transparent"


@dataclass(frozen=True)
class Finish:
    """How pictures are finished: backdrop, material, edges, fineness."""

    background: str = STUDIO  # a soft pool of light; or "transparent", or a colour as #rrggbb
    clay: bool = False  # one grey material instead of skin, eyes and teeth
    wire: bool = False  # the polygon edges on top
    smooth: bool = True  # round off coarse meshes between their vertices (never under wires)
    supersample: int = 2  # samples along each side of a pixel
    shade: bool = True  # work out what lies in the shade of what: most of the time a picture takes


def render_views(
    meshes: Mesh | Sequence[Mesh],
    renderer: Renderer,
    views: Sequence[str] = THREE,
    size: int = 512,
    *,
    finish: Finish = Finish(),
    gaze: Gaze | None = None,
    landmarks: Landmarks | None = None,
    frame: Frame | None = None,
    device: str = "cpu",
) -> list[Image.Image]:
    """Square pictures of every mesh (canonical frame) from every named view, mesh by mesh.

    ``landmarks`` (names and vertices as of a head model) put colour on lips and brows; ``gaze`` gives directions for
    the eyes ``left`` and ``right`` when their geometry does not tell; ``frame`` is the camera distance to share, else
    each mesh fills its pictures; ``device`` is where the tensors lie that the renderer is given. Raises ``LegoError``
    for unknown views and backgrounds.
    """
    angles = view_angles(views)
    background_colour(finish.background)
    pictures: list[Image.Image] = []
    for mesh in [meshes] if isinstance(meshes, Mesh) else meshes:
        stage = _stage(mesh, renderer, finish, gaze, landmarks, device)
        pictures += photograph(stage, renderer, stage.frame(frame).cameras(angles, device), size, finish)
    return pictures


def labelled_views(
    label: str, mesh: Mesh, renderer: Renderer, views: Sequence[str] = THREE, size: int = 512, **how: Any
) -> list[tuple[str, Image.Image]]:
    """What :func:`render_views` draws of one mesh, each picture with its label: a row of a contact sheet."""
    pictures = render_views(mesh, renderer, views, size, **how)
    return [(f"{label}, {view.replace('_', ' ')}", picture) for view, picture in zip(views, pictures, strict=True)]


def turntable(
    mesh: Mesh,
    renderer: Renderer,
    *,
    frames: int = 36,
    size: int = 512,
    finish: Finish = Finish(),
    gaze: Gaze | None = None,
    landmarks: Landmarks | None = None,
    device: str = "cpu",
) -> Iterator[Image.Image]:
    """``frames`` pictures of one full turn, starting at the front; the one after the last would be the first again."""
    background_colour(finish.background)
    stage = _stage(mesh, renderer, finish, gaze, landmarks, device)
    angles = [(-360.0 * step / frames, 3.0) for step in range(frames)]
    return photograph(stage, renderer, stage.frame(None).cameras(angles, device), size, finish)


def _stage(
    mesh: Mesh, renderer: Renderer, finish: Finish, gaze: Gaze | None, landmarks: Landmarks | None, device: str
) -> Stage:
    return set_stage(
        mesh, renderer, gaze=gaze, landmarks=landmarks, clay=finish.clay, smooth=finish.smooth, shade=finish.shade,
        device=device,
    )  # fmt: skip


def photograph(stage: Stage, renderer: Renderer, cameras: Cameras, size: int, finish: Finish) -> Iterator[Image.Image]:
    """A stage from every camera, a few at a time, which bounds the memory."""
    step = max(1, LARGEST**2 // (size * finish.supersample) ** 2)
    for first in range(0, len(cameras.eye), step):
        with torch.no_grad():
            seen = _pick(cameras, first, first + step)
            picture = expose(stage, renderer, seen, size, finish.supersample, finish.wire)
            pictures = _develop(picture[:, :3], picture[:, 3:], finish)
        yield from pictures


def _pick(cameras: Cameras, first: int, last: int) -> Cameras:
    return Cameras(*(x[first:last] for x in (cameras.eye, cameras.target, cameras.up, cameras.fov)))


def _develop(colour: Tensor, alpha: Tensor, finish: Finish) -> list[Image.Image]:
    """Composite over the background and convert to 8-bit sRGB."""
    if finish.background == TRANSPARENT:
        plain = to_srgb(colour / alpha.clamp_min(1e-4))
        pixels, mode = torch.cat([plain, alpha], dim=1), "RGBA"
    else:
        pixels, mode = to_srgb(colour + (1 - alpha) * _backdrop(finish.background, colour)), "RGB"
    bytes_ = (pixels.clamp(0, 1) * 255 + 0.5).byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return [Image.fromarray(picture, mode) for picture in bytes_]


def _backdrop(background: str, like: Tensor) -> Tensor:
    """``(3, S, S)`` linear: a colour, or light grey with a soft pool of light behind the head."""
    plain = background_colour(background)
    if plain is not None:
        return to_linear(like.new_tensor(plain) / 255)[:, None, None]
    size = like.shape[-1]
    line = (torch.arange(size, device=like.device) + 0.5) / size * 2 - 1
    fall = ((line[None, :] ** 2 + (line[:, None] + 0.15) ** 2) / 2).clamp(0, 1)
    centre, edge = like.new_tensor([0.925, 0.928, 0.935]), like.new_tensor([0.775, 0.785, 0.80])
    pixel = torch.arange(size, device=like.device)
    grain = ((0.7548776662 * pixel[None, :] + 0.5698402910 * pixel[:, None]) % 1 - 0.5) / 255  # against bands
    return to_linear(centre[:, None, None] + fall * (edge - centre)[:, None, None] + grain)


def background_colour(background: str) -> tuple[int, int, int] | None:
    """Red, green and blue 0..255 of ``#rrggbb``; None for the named backgrounds. Raises LegoError for others."""
    if background in (STUDIO, TRANSPARENT):
        return None
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", background):
        hint = f"choose {STUDIO}, {TRANSPARENT} or a colour such as '#808080'"
        raise LegoError(f"no background '{background}'", hint, ExitCode.USAGE)
    red, green, blue = bytes.fromhex(background[1:])
    return red, green, blue
