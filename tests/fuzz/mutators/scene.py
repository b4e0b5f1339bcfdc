"""Damage to binary glTF: its tree, its numbers, and the sizes that it says."""

from __future__ import annotations

import struct
from random import Random

from . import json_tree, nasty, plain

_JSON, _BIN = 0x4E4F534A, 0x004E4942


def glb(data: bytes, dice: Random) -> bytes:
    """One change to a .glb or .vrm file, whose lengths then fit again mostly."""
    chunks = _chunks(data)
    kind = dice.random()
    if kind < 0.7:
        chunks[0] = (_JSON, json_tree.tree(chunks[0][1], dice))
    elif kind < 0.9 and len(chunks) > 1:
        chunks[1] = (_BIN, dice.choice((*plain.ALL, plain.with_number, plain.with_number))(chunks[1][1], dice))
    elif kind < 0.95:
        chunks.insert(
            dice.randrange(len(chunks) + 1), dice.choice(((nasty.whole(dice) % (1 << 32), b"\0" * 8), *chunks))
        )
    else:
        dice.shuffle(chunks)
    return joined(chunks, dice)


def joined(chunks: list[tuple[int, bytes]], dice: Random | None = None) -> bytes:
    """The chunks as a file; with dice, a length is a lie now and then."""
    parts = []
    for kind, content in chunks:
        whole = content + (b" " if kind == _JSON else b"\0") * (-len(content) % 4)
        lies = dice is not None and dice.random() < 0.02
        size = nasty.whole(dice) % (1 << 32) if dice and lies else len(whole)
        parts.append(struct.pack("<II", size, kind) + whole)
    body = b"".join(parts)
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


def _chunks(data: bytes) -> list[tuple[int, bytes]]:
    if data[:4] != b"glTF":
        raise ValueError("no binary glTF")
    chunks, at = [], 12
    while at + 8 <= len(data):
        size, kind = struct.unpack_from("<II", data, at)
        chunks.append((kind, data[at + 8 : at + 8 + size]))
        at += 8 + size
    return chunks
