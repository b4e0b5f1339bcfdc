"""Pictures that surfaces wear: from the bytes of a file to a :class:`Texture`, and from that to pixels."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError, Texture
from lego_cli.mesh.picture_bombs import require_harmless

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Bytes = NDArray[np.uint8]

MOST_PIXELS = 8192 * 8192
MOST_SIDE = 32768  # pixels; what is longer no graphics card takes
MOST_WEBP = 8192 * 6144  # its decoder holds a picture four times
KEPT = {"PNG": "image/png", "JPEG": "image/jpeg"}
CONVERTED = ("TGA", "BMP", "TIFF", "WEBP", "GIF")
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}
STRIP = 1024  # rows that are taken out of a picture at once; a power of two, so that strips can be halved
_SIGNS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_SMALLER = "save it smaller, or go on without colours: --no-texture"
_REPAIR = "repair it in a paint program, or go on without colours: --no-texture"


def texture_of(data: bytes, name: str) -> Texture:
    """A picture file's bytes as a texture: PNG and JPEG untouched and not yet decoded, others turned into PNG.

    Raises :class:`LegoError`, which names the file, for what is no picture, is damaged or too large.
    """
    if is_kept(data):
        return Texture(data, next(media for sign, media in _SIGNS if data.startswith(sign)))
    return png_texture(_whole(data, name))


def is_kept(data: bytes) -> bool:
    """Whether a picture file stays as it is."""
    return any(data.startswith(sign) for sign, _ in _SIGNS)


def png_texture(pixels: Bytes) -> Texture:
    """``(H, W, 3)`` or ``(H, W, 4)`` pixels as a PNG."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=6)
    return Texture(stream.getvalue(), "image/png")


def texture_pixels(texture: Texture, name: str = "a texture") -> Bytes:
    """``(H, W, 3)`` sRGB pixels, row 0 on top. Raises :class:`LegoError` where they cannot be had."""
    return _whole(texture.data, name)


def texture_strips(data: bytes, name: str = "a texture") -> Iterator[Bytes]:
    """The same, at most :data:`STRIP` rows at a time, from the top."""
    with _opened(data, name) as picture:
        try:
            with _quietly():
                picture.load()
            for top in range(0, picture.height, STRIP):
                yield _rgb(picture.crop((0, top, picture.width, min(top + STRIP, picture.height))))
        except Exception as error:  # decoders fail in many ways on broken files
            raise _broken(name, error) from error


def texture_size(texture: Texture, name: str = "a texture") -> tuple[int, int]:
    """Width and height in pixels, from the header alone. Raises :class:`LegoError` where there is no such."""
    return picture_size(texture.data, name)


def picture_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height in pixels of a picture file's bytes. Raises :class:`LegoError` where there is no such."""
    with _opened(data, name) as picture:
        return picture.width, picture.height


def _whole(data: bytes, name: str) -> Bytes:
    wide, high = picture_size(data, name)
    pixels = np.empty((high, wide, 3), np.uint8)
    for number, strip in enumerate(texture_strips(data, name)):
        pixels[number * STRIP : number * STRIP + len(strip)] = strip
    return pixels


def _opened(data: bytes, name: str) -> Image.Image:
    """The picture, its header read and its size found bearable; only formats that textures come in."""
    from PIL import Image, UnidentifiedImageError

    try:
        require_harmless(data)
        with _quietly():
            picture = Image.open(io.BytesIO(data), formats=(*KEPT, *CONVERTED))
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _broken(name, error) from error
    most = MOST_WEBP if picture.format == "WEBP" else MOST_PIXELS
    if picture.width * picture.height > most:
        raise _too_large(name, most)
    if max(picture.size) > MOST_SIDE:  # decoders take seconds over a line of millions of pixels
        raise LegoError(f"{name} is {picture.width} x {picture.height} pixels, over {MOST_SIDE} along a side", _SMALLER)
    return picture


@contextmanager
def _quietly() -> Iterator[None]:
    """Without PIL's warnings: of tags that are damaged and matter to nobody, and of sizes that are limited here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _too_large(name: str, most: int = MOST_PIXELS) -> LegoError:
    return LegoError(f"{name} has more than {most / 1e6:.0f} million pixels", _SMALLER)


def _rgb(picture: Image.Image) -> Bytes:
    if picture.mode.startswith("I;16") or picture.mode == "I":  # grey in 16 bits, which PIL would clip
        return np.repeat((np.asarray(picture.convert("I")) >> 8).clip(0, 255).astype(np.uint8)[..., None], 3, 2)
    if picture.mode == "P" and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _broken(name: str, error: Exception) -> LegoError:
    words = "it is no picture of a known kind" if "identify" in str(error) else str(error) or "it is damaged"
    return LegoError(f"{name} cannot be read: {words}"[:200], _REPAIR)
