"""NumPy's ``.npy`` out of a stream of bytes, read strictly: kinds that hold plain values, sizes that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"\x93NUMPY"
LONGEST = 10_000  # bytes of a header; ours have 118
MOST_DIMENSIONS, MOST_LENGTH = 16, 1 << 40
KIND = re.compile(r"[<>|=]?(?:[?]|b1|[iu][1248]|f[248]|c8|c16|[US][1-9]\d{0,5})")
FIELD = re.compile(  # of a header without blanks
    r"""(['"])(?P<key>descr|fortran_order|shape)\1:"""
    r"""(?:(['"])(?P<kind>[^'"]*)\3|(?P<fortran>True|False)|\((?P<shape>(?:\d{1,13}L?(?:,\d{1,13}L?)*,?)?)\))(?:,|$)"""
)
LARGEST_LETTER = 0x10FFFF
HALVES = (0xD800, 0xDFFF)  # of pairs in UTF-16, which are no letters


@dataclass(frozen=True)
class NpyHeader:
    """What the first bytes of a ``.npy`` say."""

    kind: str
    shape: tuple[int, ...]
    fortran: bool
    start: int  # where the values begin

    @staticmethod
    def of(data: bytes) -> NpyHeader:
        """The header in the first :data:`LONGEST` bytes. Raises ``ValueError`` for what is none, or of objects."""
        version = data[6:8]
        if not data.startswith(MAGIC) or version not in (b"\1\0", b"\2\0", b"\3\0"):
            raise ValueError("it is no array")
        places = 2 if version == b"\1\0" else 4
        start = 8 + places + int.from_bytes(data[8 : 8 + places], "little")
        if start > min(len(data), LONGEST):
            raise ValueError("its header is cut short")
        fields = _fields("".join(data[8 + places : start].decode("latin1").split()))
        shape = tuple(int(text.rstrip("L")) for text in re.findall(r"\d+L?", fields["shape"]))
        if not KIND.fullmatch(fields["kind"]):
            raise ValueError(f"it holds values of kind {fields['kind'][:20]!r}")
        if len(shape) > MOST_DIMENSIONS or prod(max(length, 1) for length in shape) > MOST_LENGTH:
            raise ValueError("it has an impossible shape")
        return NpyHeader(fields["kind"], shape, fields["fortran"] == "True", start)


def _fields(text: str) -> dict[str, str]:
    """The three fields of a header's dictionary as text."""
    inner, place, fields = text[1:-1], 0, dict[str, str]()
    while place < len(inner):
        match = FIELD.match(inner, place)
        if match is None:
            break
        fields[match["key"]] = next(match[name] for name in ("kind", "fortran", "shape") if match[name] is not None)
        place = match.end()
    sound = place >= len(inner) and fields.keys() == {"descr", "fortran_order", "shape"}
    if not (text.startswith("{") and text.endswith("}") and sound and fields["fortran_order"] in ("True", "False")):
        raise ValueError("its header is no header of an array")
    return {"kind": fields["descr"], "fortran": fields["fortran_order"], "shape": fields["shape"]}


def array_of(chunks: Iterator[bytes], size: int) -> NDArray[Any]:
    """The array in the ``size`` bytes of ``chunks``, in this machine's byte order.

    Raises ``ValueError`` unless it is of plain values, as many as the header says; nothing is made before that is sure.
    """
    import numpy as np

    first = next(chunks, b"")
    header = NpyHeader.of(first)
    kind = np.dtype(header.kind)
    if header.start + prod(header.shape) * kind.itemsize != size:
        raise ValueError(f"it does not hold the {prod(header.shape):,} values that it says")
    raw = np.empty(size - header.start, np.uint8)
    place, chunk = 0, first[header.start :]
    while chunk:
        raw[place : place + len(chunk)] = np.frombuffer(chunk, np.uint8)
        place, chunk = place + len(chunk), next(chunks, b"")
    array = raw.view(kind).reshape(header.shape, order="F" if header.fortran else "C")
    _require_sound(array)
    return array.astype(kind.newbyteorder("="), copy=False)


def _require_sound(array: NDArray[Any]) -> None:
    """Raise ``ValueError`` for letters and truths that are none."""
    import numpy as np

    if array.dtype.kind == "U" and array.size:
        letters = np.ascontiguousarray(array).reshape(-1).view(f"{array.dtype.str[0]}u4")
        if letters.max() > LARGEST_LETTER or ((letters >= HALVES[0]) & (letters <= HALVES[1])).any():
            raise ValueError("it holds what is no text")
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise ValueError("it holds truths that are neither")
