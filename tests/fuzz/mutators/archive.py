"""Damage to zip files: members left out, doubled, renamed, swapped, spoilt by themselves, and lies about them."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from random import Random

from . import nasty

_NAMES = (
    "",
    "a.npy",
    "a",
    "../a.npy",
    "/a",
    "a/",
    "a\0b.npy",
    "\x1b[31m.npy",
    "é.npy",
    "a" * 300,
    "style.toml",
    "con",
    "file.npy",
)
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_FIELDS = {  # signature -> (offset, bytes) of what may lie
    b"PK\3\4": ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    b"PK\1\2": (
        (4, 2),
        (6, 2),
        (8, 2),
        (10, 2),
        (16, 4),
        (20, 4),
        (24, 4),
        (28, 2),
        (30, 2),
        (32, 2),
        (34, 2),
        (42, 4),
    ),
    b"PK\5\6": ((4, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}
_EPOCH = (1980, 1, 1, 0, 0, 0)
Members = list[tuple[str, bytes, int]]


def members(inner: Callable[[str, bytes, Random], bytes]) -> Callable[[bytes, Random], bytes]:
    """A mutator of archives; ``inner`` spoils the content of a member by its name."""

    def archive(data: bytes, dice: Random) -> bytes:
        found = _unpacked(data)
        if not found:
            raise ValueError("an archive of nothing")
        if dice.random() < 0.65:
            at = dice.randrange(len(found))
            name, content, kind = found[at]
            found[at] = name, inner(name, content, dice), kind
        else:
            _shuffle(found, dice)
        made = _packed(found)
        return lied(made, dice) if dice.random() < 0.25 else made

    return archive


def _shuffle(found: Members, dice: Random) -> None:
    at = dice.randrange(len(found))
    name, content, kind = found[at]
    choice = dice.randrange(8)
    if choice == 0:
        del found[at]
    elif choice == 1:
        found.insert(dice.randrange(len(found)), found[at])
    elif choice == 2:
        found[at] = dice.choice((*_NAMES, name.upper(), name + ".npy", dice.choice(found)[0])), content, kind
    elif choice == 3:
        found[at] = name, dice.choice(found)[1], kind
    elif choice == 4:
        found[at] = name, content, dice.choice(_KINDS)
    elif choice == 5:
        found[at] = name, dice.choice((b"", bytes(1000), bytes(4 << 20), content * 2)), zipfile.ZIP_DEFLATED
    elif choice == 6:
        found.append((dice.choice(_NAMES), content, kind))
    else:
        found[:] = [(n, c, dice.choice(_KINDS)) for n, c, _ in found]


def lied(data: bytes, dice: Random) -> bytes:
    """A field in a record of the archive that is not so: a size, a method, a flag, a sum, a length, a place."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2))):
        signature = dice.choice((b"PK\3\4", b"PK\1\2", b"PK\1\2", b"PK\5\6"))
        places = [at for at in range(len(data) - 3) if data.startswith(signature, at)]
        if not places:
            raise ValueError("no such record")
        at, (offset, width) = dice.choice(places), dice.choice(_FIELDS[signature])
        value = nasty.whole(dice)
        if (signature, offset) in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            value = dice.choice((0, 8, 12, 14, 1, 6, 9, 93, 95, 99, 65535))
        if at + offset + width <= len(changed):
            changed[at + offset : at + offset + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(changed)


def _unpacked(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(entry.filename, archive.read(entry), entry.compress_type) for entry in archive.infolist()]


def _packed(found: Members) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # names that are there twice
        for name, content, kind in found:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = kind
            archive.writestr(entry, content)
    return stream.getvalue()


def safetensors(inner: Callable[[bytes, Random], bytes]) -> Callable[[bytes, Random], bytes]:
    """A mutator of safetensors: its JSON by ``inner``, its length, or the numbers."""

    def tensors(data: bytes, dice: Random) -> bytes:
        (size,) = struct.unpack_from("<Q", data)
        header, rest = inner(data[8 : 8 + size], dice), data[8 + size :]
        length = len(header) if dice.random() < 0.93 else nasty.whole(dice) % (1 << 64)
        return struct.pack("<Q", length) + header + rest

    return tensors
