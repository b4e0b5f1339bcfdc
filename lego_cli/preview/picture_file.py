"""Writing pictures: PNG and WebP, and GIF or WebP animations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from lego_cli.errors import ExitCode, LegoError
from lego_cli.store import atomic_write

STILLS, ANIMATIONS = (".png", ".webp", ".jpg", ".jpeg", ".gif"), (".gif", ".webp")


def check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    """Raise ``LegoError`` when ``path`` does not end in one of ``suffixes``."""
    if path.suffix.lower() not in suffixes:
        what = path.suffix or "a file without a suffix"
        raise LegoError(
            f"cannot write {path.name}: {what} is not for this", f"use {', '.join(suffixes)}", ExitCode.USAGE
        )


def write_picture(picture: Image.Image, path: Path) -> None:
    """Write one picture in the format of its suffix; raises ``LegoError`` for a suffix that is no picture."""
    check_suffix(path, STILLS)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        picture = picture.convert("RGB")
    options: dict[str, Any] = {"quality": 92} if path.suffix.lower() not in (".png", ".gif") else {}
    with atomic_write(path) as temporary:
        picture.save(temporary, **options)


def write_animation(frames: Sequence[Image.Image], path: Path, seconds: float = 1 / 18) -> None:
    """Write a looping animation; ``seconds`` each frame stays. GIFs share one palette, so that colours do not flicker.

    Raises ``LegoError`` for a suffix that is no animation, or without frames.
    """
    check_suffix(path, ANIMATIONS)
    if not frames:
        raise LegoError("an animation needs at least one frame", "ask for one turn step or more")
    milliseconds = max(20, round(seconds * 1000))
    with atomic_write(path) as temporary:
        if path.suffix.lower() == ".gif":
            first, *rest = _one_palette(frames)
            table = bytes(first.getpalette() or ()).ljust(
                768, b"\0"
            )  # given here, Pillow writes it once, for all frames
            options: dict[str, Any] = {"palette": table, "disposal": 2 if "transparency" in first.info else 1}
        else:
            first, *rest = frames
            options = {"quality": 82, "method": 4}
        first.save(temporary, save_all=True, append_images=rest, duration=milliseconds, loop=0, **options)


def _one_palette(frames: Sequence[Image.Image]) -> list[Image.Image]:
    """Quantise all frames to the palette of some of them; half-transparent becomes all or nothing."""
    samples = [frame.convert("RGB").resize((192, 192)) for frame in frames[:: max(1, len(frames) // 9)]]
    strip = Image.new("RGB", (192 * len(samples), 192))
    for place, sample in enumerate(samples):
        strip.paste(sample, (192 * place, 0))
    palette = strip.quantize(255, method=Image.Quantize.MEDIANCUT)
    mapped = []
    for frame in frames:
        image = frame.convert("RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        if frame.mode == "RGBA":
            image.paste(255, mask=frame.getchannel("A").point(lambda a: 255 if a < 128 else 0))
            image.info["transparency"] = 255
        mapped.append(image)
    return mapped
