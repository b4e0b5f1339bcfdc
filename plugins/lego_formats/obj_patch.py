"""The text of an OBJ file with other numbers in its ``v`` and ``vn`` lines, and every other byte as it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh, ObjSource
from lego_formats.decimals import decimals, position_text
from lego_formats.turned_normals import turned_normals

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_GAP = rb"(?:[ \t\x0b\x0c]|\\(?:\r\n|\r|\n))+"
_WORD = rb"([^\s\\]+)"
_THREE = re.compile(rb"vn?" + _GAP + (rb"(" + _GAP + rb")").join([_WORD] * 3))

_LIBRARY = re.compile(rb"^[ \t]*mtllib(?=[ \t])[^\r\n]*", re.MULTILINE)
_FIRST = re.compile(rb"^[ \t]*v[ \t]", re.MULTILINE)

_Edit = tuple[int, int, bytes]  # replace these bytes by those


def patched_obj(mesh: Mesh, source: ObjSource) -> bytes:
    """The bytes of ``source`` with the positions of ``mesh``. Numbers that did not change keep their text."""
    original = source.mesh
    places = decimals(mesh.vertices)
    edits = _edits(source.data, source.vertex_lines, original.vertices, mesh.vertices, places)
    normals = _normals(mesh, original, moved=bool(edits))
    if normals is not None and original.normals is not None:
        edits += _edits(source.data, source.normal_lines, original.normals, normals, 6)
    return _applied(source.data, edits)


def with_library(data: bytes, name: str = "") -> bytes:
    """The text of an OBJ file that names one other material library, or none."""
    statement = f"mtllib {name}".encode() if name else b"#"
    found = _LIBRARY.search(data)
    if found is None:
        first = _FIRST.search(data)
        at = first.start() if first and name else 0
        return data[:at] + (statement + b"\n" if name else b"") + data[at:]
    rest = _LIBRARY.sub(b"#", data[found.end() :])
    return data[: found.start()] + statement + rest


def _normals(mesh: Mesh, original: Mesh, moved: bool) -> Floats | None:
    """The normals to write: those that were given anew, or the old ones turned along with the surface."""
    if mesh.normals is not None and original.normals is not None and not np.array_equal(mesh.normals, original.normals):
        return mesh.normals
    return turned_normals(original, mesh.vertices) if moved else None


def _edits(data: bytes, lines: Ints, old: Floats, new: Floats, places: int) -> list[_Edit]:
    """What makes the statements that start at ``lines (n,)`` say ``new (n, 3)`` where that differs from ``old``."""
    differs = old != new
    rows = np.flatnonzero(differs.any(axis=1))
    edits = []
    texts = position_text(new[rows], places)
    for line, changed, text in zip(lines[rows].tolist(), differs[rows].tolist(), texts, strict=True):
        match = _THREE.match(data, line)
        if match is None:
            raise ValueError(f"no three numbers at byte {line} of the OBJ source")
        x, first_gap, y, second_gap, z = match.groups()
        words = [
            new_word if is_new else old_word
            for new_word, is_new, old_word in zip(text.encode().split(), changed, (x, y, z), strict=True)
        ]
        start, end = match.start(1), match.end(5)
        edits.append((start, end, first_gap.join(words[:2]) + second_gap + words[2]))
    return edits


def _applied(data: bytes, edits: list[_Edit]) -> bytes:
    pieces: list[bytes] = []
    done = 0
    for start, end, text in sorted(edits):
        pieces += (data[done:start], text)
        done = end
    return b"".join([*pieces, data[done:]])
