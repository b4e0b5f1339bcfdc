"""Small pictures of every kind that textures come in."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image

from .sample import Sample, alone

KINDS = {
    "PNG": ".png", "JPEG": ".jpg", "TGA": ".tga", "BMP": ".bmp", "TIFF": ".tif", "WEBP": ".webp", "GIF": ".gif",
}  # fmt: skip
MODES = {
    "PNG": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"), "JPEG": ("RGB", "L", "CMYK"), "TGA": ("RGB", "RGBA", "L", "P"),
    "BMP": ("RGB", "L", "P", "1"), "TIFF": ("RGB", "RGBA", "L", "P", "1", "CMYK", "F", "I;16", "LAB"),
    "WEBP": ("RGB", "RGBA"), "GIF": ("P", "L", "RGB"),
}  # fmt: skip
COMPRESSIONS = ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4", "tiff_ccitt")


@cache
def picture(kind: str, mode: str = "RGB", **options: object) -> bytes:
    """A picture of 6 by 5 pixels."""
    pixels = np.random.default_rng(3).integers(0, 256, (5, 6, 3), np.uint8)
    image = Image.fromarray(pixels)
    if mode == "I;16":
        image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    elif mode != "RGB":
        image = image.convert({"P": "P"}.get(mode, mode) if mode != "LAB" else "RGB")
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pictures() -> list[Sample]:
    """One of each kind and mode, and of each compression of TIFF; interlaced, moving and transparent ones too."""
    found = [alone(f"a{KINDS[kind]}", picture(kind, mode)) for kind in KINDS for mode in MODES[kind]]
    for compression in COMPRESSIONS:
        mode = "1" if compression in ("group4", "tiff_ccitt") else "RGB"
        found.append(alone("a.tif", picture("TIFF", mode, compression=compression)))
    found.append(alone("a.tga", picture("TGA", "RGB", compression="tga_rle")))
    found.append(alone("a.png", picture("PNG", "P", transparency=3)))
    found.append(alone("a.gif", picture("GIF", "P", transparency=3, interlace=1)))
    found.append(alone("a.jpg", picture("JPEG", "RGB", progressive=True)))
    found.append(alone("a.webp", picture("WEBP", "RGBA", lossless=True)))
    frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "green", "blue")]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        found.append(alone(f"a{KINDS[kind]}", file.getvalue()))
    return found
