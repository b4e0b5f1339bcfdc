"""Picture files that are small, or open quickly in a paint program, and yet fill the memory or take hours to open.

How many pixels a picture has is checked elsewhere; here is what decoders do before they know, or beside that.
"""

from __future__ import annotations

import struct

MOST_BESIDE = 16 << 20  # bytes of a picture file that are no picture: profiles, notes, small previews
MOST_TILE = 4096 * 4096  # pixels of one tile of a TIFF
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}  # bytes, by type
_TILE = (322, 323)  # tags: width and height


def require_harmless(data: bytes) -> None:
    """Raise ``ValueError`` for the bytes of a picture that it would be unwise to hand to a decoder."""
    if data.startswith(b"\xff\xd8\xff"):
        _require_jpeg(data)
    elif data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        _require_tiff(data, "<" if data[:2] == b"II" else ">", data[2:3] == b"+" or data[3:4] == b"+")


def _require_beside(count: int) -> None:
    if count > MOST_BESIDE:
        raise ValueError(f"it has more than {MOST_BESIDE >> 20} MB beside its picture")


def _require_jpeg(data: bytes) -> None:
    """Segments before the picture; the decoder puts them together one after the other."""
    at, count = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:  # the picture
            return
        if marker in (0x01, 0xFF, *range(0xD0, 0xD9)):  # without a length
            at += 1 if marker == 0xFF else 2
            count += 1
        else:
            length = max(int.from_bytes(data[at + 2 : at + 4], "big"), 2)
            at += 2 + length
            count += 2 + length
        _require_beside(count)


def _require_tiff(data: bytes, order: str, big: bool) -> None:
    """The first directory: a tag may name any bytes of the file, and many tags the same."""
    offset, number, step, value = ("Q", "Q", 20, 12) if big else ("I", "H", 12, 8)
    (at,) = _unpacked(order + offset, data, 8 if big else 4)
    (entries,) = _unpacked(order + number, data, at)
    at += struct.calcsize(number)
    if entries > 4096:
        raise ValueError("it has more than 4096 tags")
    total, tile = 0, 1
    for _ in range(entries):
        tag, kind = _unpacked(order + "HH", data, at)
        (count,) = _unpacked(order + offset, data, at + 4)
        total += _SIZES.get(kind, 1) * count
        if tag in _TILE:
            (side,) = _unpacked(order + ("H" if kind == 3 else "I"), data, at + value)
            tile *= max(side, 1)
        at += step
    _require_beside(total - len(data))  # more than there is: bytes that several tags name
    if tile > MOST_TILE:
        raise ValueError(f"it has tiles of more than {MOST_TILE / 1e6:.0f} million pixels")


def _unpacked(form: str, data: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, at)
    except (struct.error, OverflowError) as error:  # the latter of a place beyond all files
        raise ValueError("it is damaged") from error
