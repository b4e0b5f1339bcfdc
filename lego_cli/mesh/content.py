"""What a file holds, told from its first bytes, so that a wrong suffix is an error that says so."""

from __future__ import annotations

import re

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"Kaydara FBX", "an FBX scene"),
    (b"; FBX", "an FBX scene"),
    (b"BLENDER", "a Blender file"),
    (b"\x28\xb5\x2f\xfd", "a compressed Blender file or zstd data"),
    (b"PXR-USDC", "a USD scene"),
    (b"#usda", "a USD scene"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)
_OFF = re.compile(rb"(ST)?C?N?4?n?OFF\b")

FORMATS = {
    ".obj": "an OBJ mesh",
    ".ply": "a PLY mesh",
    ".stl": "an STL mesh",
    ".glb": "a binary glTF scene",
    ".gltf": "a glTF scene",
    ".off": "an OFF mesh",
    ".vrm": "a VRM avatar",
}
"""Suffixes that can be read, and what they promise."""


def mesh_suffix(data: bytes) -> str | None:
    """The suffix that fits the content, or None where the bytes are of no known mesh format with a signature."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    exact_stl = len(data) >= 84 and 84 + 50 * int.from_bytes(data[80:84], "little") == len(data)
    solid = head[:5].lower() == b"solid" and b"facet" in data[:65536].lower()
    signs = {
        ".glb": data[:4] == b"glTF",
        ".ply": re.match(rb"ply[ \t]*[\r\n]", data[:80]) is not None,
        ".off": _OFF.match(_uncommented(head)) is not None,
        ".stl": exact_stl or solid,
        ".gltf": head[:1] == b"{" and b'"asset"' in data,
    }
    return next((suffix for suffix, fits in signs.items() if fits), None)


def described(data: bytes) -> str:
    """A few words for what the bytes are: ``a PNG image``, ``plain text``, ``binary data``."""
    suffix = mesh_suffix(data)
    if suffix is not None:
        return FORMATS[suffix]
    for magic, words in _MAGIC:
        if data.startswith(magic):
            return words
    if data.lstrip()[:1] == b"<":
        return "XML or HTML text"
    return "binary data" if b"\0" in data[:65536] else "plain text"


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text that an OBJ reader could make sense of."""
    return b"\0" in data or any(data.startswith(magic) for magic, _ in _MAGIC)


def _uncommented(head: bytes) -> bytes:
    while head.startswith(b"#"):
        head = head.partition(b"\n")[2].lstrip()
    return head
