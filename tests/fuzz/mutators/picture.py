"""Damage to PNG pictures, chunk by chunk, with sums that fit again."""

from __future__ import annotations

import struct
import zlib
from random import Random

from . import nasty, plain

_SIGN = b"\x89PNG\r\n\x1a\n"
_KINDS = (b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"gAMA", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"acTL",
          b"fcTL", b"fdAT", b"sRGB", b"pHYs", b"bKGD", b"aaaa", b"\0\0\0\0")  # fmt: skip


def png(data: bytes, dice: Random) -> bytes:
    """A field of the header, a chunk, or the pixels changed. Raises ValueError for what is no PNG."""
    chunks = _chunks(data)
    at = dice.randrange(len(chunks))
    kind, content = chunks[at]
    choice = dice.randrange(8)
    if choice == 0:
        del chunks[at]
    elif choice == 1:
        chunks[at:at] = [chunks[at]] * dice.choice((1, 2, 50))
    elif choice == 2:
        chunks[at] = dice.choice(_KINDS), content
    elif choice == 3:
        chunks.insert(
            at, (dice.choice(_KINDS), dice.choice((b"", b"\0" * 26, b"a\0\0" + zlib.compress(bytes(9000)), content)))
        )
    elif choice == 4:
        pixels = dice.choice(plain.ALL)(zlib.decompress(chunks[-2][1]), dice)
        chunks[-2] = b"IDAT", zlib.compress(pixels)
    elif choice in (5, 6):
        chunks[0] = b"IHDR", _header(chunks[0][1], dice)
    else:
        chunks[at] = kind, dice.choice(plain.ALL)(content, dice)
    return _SIGN + b"".join(_packed(kind, content, dice) for kind, content in chunks)


def _header(data: bytes, dice: Random) -> bytes:
    width, height, *rest = struct.unpack(">II5B", data[:13].ljust(13, b"\0"))
    fields = [width, height, *rest]
    at = dice.randrange(7)
    fields[at] = (
        nasty.whole(dice) % (1 << 32 if at < 2 else 256)
        if dice.random() < 0.5
        else dice.choice((0, 1, 2, 3, 4, 6, 8, 16))
    )
    return struct.pack(">II5B", *fields)


def _packed(kind: bytes, content: bytes, dice: Random) -> bytes:
    size = len(content) if dice.random() < 0.99 else nasty.whole(dice) % (1 << 32)
    return struct.pack(">I", size) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    if not data.startswith(_SIGN):
        raise ValueError("no PNG")
    chunks, at = [], len(_SIGN)
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return chunks
