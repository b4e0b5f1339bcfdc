"""The faces of an OBJ file: corners, and the groups, materials and smoothing that hold where each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.growing import Growing
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.names import Names
from lego_cli.mesh.obj_lines import ObjLines, read_lines
from lego_cli.mesh.obj_values import ABSENT, read_corners

if TYPE_CHECKING:
    from lego_cli.api import Ints

_KINDS = {"v": "vertex", "vt": "texture coordinate", "vn": "normal"}


class Held:
    """A number that each face has from the statement before it; what stands before all statements is ``first``."""

    def __init__(self, first: int) -> None:
        self._first = self._now = first
        self._values: Growing | None = None

    def add(self, faces: Ints, before: int, said: list[tuple[int, int]]) -> None:
        """Faces at the lines ``faces (n,)``, after ``before`` others, and what was said at which lines between."""
        if self._values is None:
            if not said:
                return
            self._values = Growing(int)
            self._values.fill(before, self._first)
        lines = np.array([line for line, _ in said], dtype=np.int64)
        held = np.array([self._now, *(value for _, value in said)], dtype=np.int64)
        self._values.add(held[np.searchsorted(lines, faces)])
        self._now = int(held[-1])

    def values(self) -> Ints | None:
        """(F,) of all faces, None where nothing was said."""
        return None if self._values is None else self._values.ints()


class ObjFaces:
    """The faces of a file, as their lines come up."""

    def __init__(self, name: str, limits: ReadLimits) -> None:
        self._name, self._limits = name, limits
        self._sizes = Growing(int)
        self._corners: dict[str, Growing | None] = {"v": Growing(int), "vt": None, "vn": None}
        self.groups, self.materials = Names(name, "groups"), Names(name, "materials")
        self.libraries = Names(name, "material libraries")
        self._group, self._material, self._smoothing = Held(-1), Held(-1), Held(0)

    def add(self, lines: ObjLines, before: dict[str, int]) -> None:
        """The faces among some lines, before which so many ``v``, ``vt`` and ``vn`` stand. Raises LegoError."""
        self._add_states(lines)
        sizes, corners = read_corners(lines)
        old = len(self._known("v"))
        self._limits.require_corners(self._name, old + len(corners))
        self._sizes.add(sizes)
        face_lines = np.repeat(lines.select("f"), sizes)
        for column, kind in enumerate(_KINDS):
            index = corners[:, column]
            absent = index == ABSENT
            if absent.all() and self._corners[kind] is None:
                continue
            relative = (index < 0) & ~absent
            if relative.any():
                here = before[kind] + np.searchsorted(lines.select(kind), face_lines[relative])
                index[relative] = np.maximum(index[relative] + here + 1, 0)
            if self._corners[kind] is None:
                self._corners[kind] = Growing(int)
                self._known(kind).fill(old, -1)
            self._known(kind).add(np.where(absent, -1, index - 1 - (index < 1)))  # -2 and less: not there

    def _known(self, kind: str) -> Growing:
        found = self._corners[kind]
        assert found is not None
        return found

    def _add_states(self, lines: ObjLines) -> None:
        faces, before = lines.select("f"), len(self._sizes)
        groups, materials, smoothing = [], [], []
        for line, word, argument in lines.states():
            if word in (b"g", b"o"):
                groups.append((line, self.groups.number(argument)))
            elif word == b"usemtl":
                materials.append((line, self.materials.number(argument)))
            elif word == b"s":
                smoothing.append((line, _smoothing_group(argument)))
            else:
                self.libraries.number(argument)
        self._group.add(faces, before, groups)
        self._material.add(faces, before, materials)
        self._smoothing.add(faces, before, smoothing)

    def sizes(self) -> Ints:
        """(F,) corners of each face."""
        return self._sizes.ints()

    def corners(self, kind: str, total: int, data: bytes) -> Ints | None:
        """(C,) which ``v``, ``vt`` or ``vn`` of the ``total`` each corner has, -1 for none; None where none has any.

        Raises :class:`LegoError` with the line for what is not there; ``data`` is the file.
        """
        known = self._corners[kind]
        if known is None:
            return None
        index = known.ints()
        wrong = (index < -1) | (index >= total)
        if wrong.any():
            face = int(np.searchsorted(np.cumsum(self.sizes()), np.flatnonzero(wrong)[0], side="right"))
            raise self._absent(data, face, kind, total)
        return index

    def _absent(self, data: bytes, face: int, kind: str, total: int) -> LegoError:
        for lines in read_lines(self._name, data):
            mine = lines.select("f")
            if face < len(mine):
                what = f"a face asks for a {_KINDS[kind]} that is not there (the file has {total})"
                hint = "the file was cut short or put together from parts: export the mesh again"
                return lines.error(int(mine[face]), what, hint)
            face -= len(mine)
        raise IndexError(face)

    def group_of_faces(self) -> Ints | None:
        """(F,) number of each face's group, -1 for none; None where the file has no groups."""
        return self._group.values()

    def material_of_faces(self) -> Ints | None:
        """(F,) the same of its material."""
        return self._material.values()

    def smoothing_of_faces(self) -> Ints | None:
        """(F,) its smoothing group, 0 for off; None where the file says nothing of it."""
        return self._smoothing.values()


def _smoothing_group(argument: str) -> int:
    word = argument.split(maxsplit=1)[0] if argument.split() else "off"
    if word.isdecimal() and len(word) < 10:
        return int(word)
    return 1 if word == "on" else 0
