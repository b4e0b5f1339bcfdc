"""Writing pictures, and animations as GIF, WebP or MP4."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write

STILLS, ANIMATIONS = (".png", ".webp", ".jpg", ".jpeg", ".gif"), (".gif", ".webp", ".mp4")
FRAME_SIGN = ("Software", "lego: frame of an animation")
"""What frames say of themselves."""

OPAQUE = (".jpg", ".jpeg", ".mp4")
"""Formats that cannot be transparent."""

HELD = 600e6
"""Most pixels of an animation that is put together in memory, as GIF and WebP are."""


GRAIN = 7.0
"""How far the colours of a GIF are spread against bands, of 255; about the distance of two in its palette."""


def check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    """Raise ``LegoError`` when ``path`` does not end in one of ``suffixes``, or needs ffmpeg and that is missing."""
    if path.suffix.lower() not in suffixes:
        what = path.suffix or "a file without a suffix"
        raise LegoError(
            f"cannot write {path.name}: {what} is not for this", f"use {', '.join(suffixes)}", ExitCode.USAGE
        )
    if path.suffix.lower() == ".mp4":
        ffmpeg()


def write_picture(picture: Image.Image, path: Path) -> None:
    """Write one picture in the format of its suffix; raises ``LegoError`` for a suffix that is no picture."""
    check_suffix(path, STILLS)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        picture = picture.convert("RGB")
    options: dict[str, Any] = {"quality": 92} if path.suffix.lower() not in (".png", ".gif") else {}
    with atomic_write(path) as temporary:
        picture.save(temporary, **options)


def write_animation(frames: Iterable[Image.Image], path: Path, fps: float = 20.0) -> None:
    """Write a looping animation of ``fps`` frames a second; MP4 takes the frames one by one.

    GIFs share one palette, so that colours do not flicker, and keep time in hundredths of a second. Raises
    ``LegoError`` for a suffix that is no animation, or without frames.
    """
    check_suffix(path, ANIMATIONS)
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise LegoError("an animation needs at least one frame", "ask for one turn step or more")
    with atomic_write(path) as temporary:
        if path.suffix.lower() == ".mp4":
            _encode(chain([first], iterator), first.size, fps, temporary)
            return
        options: dict[str, Any] = {"save_all": True, "duration": max(20, round(1000 / fps)), "loop": 0}
        if path.suffix.lower() == ".gif":
            first, *rest = _one_palette([first, *iterator])
            table = bytes(first.getpalette() or ()).ljust(
                768, b"\0"
            )  # given here, Pillow writes it once for all frames
            options |= {"palette": table, "disposal": 2 if "transparency" in first.info else 1}
        else:
            rest = list(iterator)
            options |= {"quality": 82, "method": 4}
        first.save(temporary, append_images=rest, **options)


def write_frames(frames: Iterable[Image.Image], folder: Path) -> None:
    """Write ``0000.png``, ``0001.png`` ... into ``folder``: all of them or none. Later frames of an older run go."""
    written, signed = 0, PngInfo()
    signed.add_text(*FRAME_SIGN)
    with atomic_write(folder / "0000.png", force=True) as first:
        for number, frame in enumerate(frames):
            frame.save(first.with_name(f"{number:04}.png"), pnginfo=signed)
            written = number + 1
    for older in folder.glob("[0-9]*.png"):
        if older.stem.isdigit() and int(older.stem) >= written and _is_signed(older):
            older.unlink()


def _is_signed(path: Path) -> bool:
    """Whether a picture is a frame that we wrote: others with such a name are the user's."""
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            key, value = FRAME_SIGN
            return bool(picture.info.get(key) == value)
    except (OSError, ValueError, SyntaxError):
        return False


def ffmpeg() -> str:
    """Where the ffmpeg executable is. Raises ``LegoError`` (exit code 3) when there is none; nothing is downloaded."""
    found = shutil.which("ffmpeg")
    if not found:
        hint = "put ffmpeg on the PATH (https://ffmpeg.org/download.html), or write .webp or .gif, which need nothing"
        raise LegoError("MP4 needs the program ffmpeg, which is not here", hint, ExitCode.MISSING)
    return found


def _encode(frames: Iterable[Image.Image], size: tuple[int, int], fps: float, path: Path) -> None:
    """H.264 where this ffmpeg has it, in the colours that players expect of video."""
    command = [ffmpeg(), "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{size[0]}x{size[1]}", "-r", f"{fps:g}", "-i", "-"]
    to_video = "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    command += ["-vf", f"{to_video},setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"]
    command += ["-crf", "17", "-movflags", "+faststart", "-f", "mp4", str(path)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        try:
            with process.stdin or open(os.devnull, "wb") as pipe:
                for frame in frames:
                    pipe.write(frame.convert("RGB").tobytes())
        except BrokenPipeError:
            pass  # it has given up, and says why below
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        if code:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise LegoError(
                f"ffmpeg failed: {lines[-1] if lines else f'exit code {code}'}", "write .webp or .gif instead"
            )


def _one_palette(frames: Sequence[Image.Image]) -> list[Image.Image]:
    """Quantise all frames to the palette of some of them; half-transparent becomes all or nothing.

    The grain against bands is the same in every frame: where nothing moves, nothing flickers.
    """
    palette = _palette(frames[:: max(1, len(frames) // 9)])
    width, height = frames[0].size
    grain = (0.7548776662 * np.arange(width) + 0.5698402910 * np.arange(height)[:, None]) % 1 * GRAIN - GRAIN / 2
    mapped = []
    for frame in frames:
        grained = (np.asarray(frame.convert("RGB")) + grain[..., None]).clip(0, 255).round().astype(np.uint8)
        image = Image.fromarray(grained).quantize(palette=palette, dither=Image.Dither.NONE)
        if frame.mode == "RGBA":
            image.paste(255, mask=frame.getchannel("A").point(lambda a: 255 if a < 128 else 0))
            image.info["transparency"] = 255
        mapped.append(image)
    return mapped


def _palette(frames: Sequence[Image.Image]) -> Image.Image:
    """255 colours; rare ones, as of eyes, count by the root of their share, or they would be lost to the skin."""
    pixels = np.concatenate([np.asarray(frame.convert("RGB").resize((256, 256))).reshape(-1, 3) for frame in frames])
    _, place, count = np.unique(pixels // 6, axis=0, return_inverse=True, return_counts=True)
    mean = np.stack([np.bincount(place.reshape(-1), pixels[:, c]) for c in range(3)], axis=1) / count[:, None]
    weighted = np.repeat(mean.round().astype(np.uint8), np.ceil(count**0.5).astype(int), axis=0)
    return Image.fromarray(weighted[None]).quantize(255, method=Image.Quantize.MEDIANCUT)
