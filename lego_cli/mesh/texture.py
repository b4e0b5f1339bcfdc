"""Pictures that surfaces wear: from the bytes of a file to a :class:`Texture`, and from that to pixels."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError, Texture

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Bytes = NDArray[np.uint8]

MOST_PIXELS = 64_000_000
KEPT = {"PNG": "image/png", "JPEG": "image/jpeg"}
CONVERTED = ("TGA", "BMP", "TIFF", "WEBP", "GIF")
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}
_SIGNS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_REPAIR = "repair it in a paint program, or go on without colours: --no-texture"


def texture_of(data: bytes, name: str) -> Texture:
    """A picture file's bytes as a texture: PNG and JPEG untouched and not yet decoded, others turned into PNG.

    Raises :class:`LegoError`, which names the file, for what is no picture, is damaged or too large.
    """
    for sign, media in _SIGNS:
        if data.startswith(sign):
            return Texture(data, media)
    with _opened(data, name) as picture:
        return png_texture(_decoded(picture, name))


def png_texture(pixels: Bytes) -> Texture:
    """``(H, W, 3)`` or ``(H, W, 4)`` pixels as a PNG."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=6)
    return Texture(stream.getvalue(), "image/png")


def texture_pixels(texture: Texture, name: str = "a texture") -> Bytes:
    """``(H, W, 3)`` sRGB pixels, row 0 on top. Raises :class:`LegoError` where they cannot be had."""
    with _opened(texture.data, name) as picture:
        return _decoded(picture, name)


def texture_size(texture: Texture, name: str = "a texture") -> tuple[int, int]:
    """Width and height in pixels, from the header alone. Raises :class:`LegoError` where there is no such."""
    with _opened(texture.data, name) as picture:
        return picture.width, picture.height


def _opened(data: bytes, name: str) -> Image.Image:
    """The picture, its header read and its size found bearable; only formats that textures come in."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is stricter
            picture = Image.open(io.BytesIO(data), formats=(*KEPT, *CONVERTED))
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _broken(name, error) from error
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(name)
    return picture


def _too_large(name: str) -> LegoError:
    hint = "save it smaller, or go on without colours: --no-texture"
    return LegoError(f"{name} has more than {MOST_PIXELS / 1e6:.0f} million pixels", hint)


def _decoded(picture: Image.Image, name: str) -> Bytes:
    try:
        if picture.mode.startswith("I;16") or picture.mode == "I":  # grey in 16 bits, which PIL would clip
            return np.repeat((np.asarray(picture.convert("I")) >> 8).clip(0, 255).astype(np.uint8)[..., None], 3, 2)
        if picture.mode == "P" and "transparency" in picture.info:
            picture = picture.convert("RGBA")
        return np.array(picture.convert("RGB"))
    except Exception as error:  # decoders fail in many ways on broken files
        raise _broken(name, error) from error


def _broken(name: str, error: Exception) -> LegoError:
    words = "it is no picture of a known kind" if "identify" in str(error) else str(error) or "it is damaged"
    return LegoError(f"{name} cannot be read: {words}"[:200], _REPAIR)
