"""The numbers of an OBJ file's ``v``, ``vt`` and ``vn`` lines, as the lines come up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.growing import Growing
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.obj_lines import ObjLines
from lego_cli.mesh.obj_values import read_numbers

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_PER_VERTEX = 3  # vt and vn lines: flat triangles of a closed surface have two normals per vertex


class ObjPoints:
    """Positions, colours, UVs and normals of a file."""

    def __init__(self, name: str, limits: ReadLimits) -> None:
        self._name, self._limits = name, limits
        self._positions, self._uvs, self._normals = Growing(float, 3), Growing(float, 2), Growing(float, 3)
        self._colours: Growing | None = None  # NaN where a line has none
        self._vertex_lines, self._normal_lines = Growing(int), Growing(int)

    def counts(self) -> dict[str, int]:
        """How many lines of each kind there were so far."""
        return {"v": len(self._positions), "vt": len(self._uvs), "vn": len(self._normals)}

    def add(self, lines: ObjLines) -> None:
        """The numbers of some lines. Raises :class:`LegoError` where they make no sense, or are too many."""
        self._add_vertices(lines)
        for kind, least, table in (("vt", 1, self._uvs), ("vn", 3, self._normals)):
            numbers, _ = read_numbers(lines, kind, least)
            table.add(np.nan_to_num(_columns(numbers, 2 if kind == "vt" else 3)))
            if len(table) > _PER_VERTEX * self._limits.max_vertices:
                raise LegoError(f"{self._name} has more than {len(table)} lines {kind}", "decimate the mesh first")
        self._normal_lines.add(lines.places(lines.select("vn")))

    def _add_vertices(self, lines: ObjLines) -> None:
        chosen, before = lines.select("v"), len(self._positions)
        self._limits.require_vertices(self._name, before + len(chosen))
        numbers, lengths = read_numbers(lines, "v", 3)
        self._vertex_lines.add(lines.places(chosen))
        self._positions.add(numbers[:, :3])
        if self._colours is None and (lengths >= 6).any():
            self._colours = Growing(float, 4)
            self._colours.fill(before, np.nan)
        if self._colours is not None:
            coloured = (lengths >= 6)[:, None]
            self._colours.add(np.where(coloured, _columns(numbers, 7)[:, 3:], np.nan))

    def positions(self) -> Floats:
        """(V, 3)."""
        return self._positions.floats()

    def uvs(self) -> Floats:
        """(T, 2), missing numbers 0."""
        return self._uvs.floats()

    def normals(self) -> Floats:
        """(N, 3), missing numbers 0."""
        return self._normals.floats()

    def vertex_lines(self) -> Ints:
        """(V,) first byte of each ``v`` line."""
        return self._vertex_lines.ints()

    def normal_lines(self) -> Ints:
        """(N,) first byte of each ``vn`` line."""
        return self._normal_lines.ints()

    def colours(self) -> Floats | None:
        """``(V, 3)`` or ``(V, 4)`` colours behind the positions (6 or 7 numbers a line), white where there are none."""
        if self._colours is None:
            return None
        colours = self._colours.floats()
        colours = colours if np.isfinite(colours[:, 3]).any() else colours[:, :3]
        colours = np.nan_to_num(colours, nan=1.0)
        if colours.max() > 1.0:  # some programs write 0..255
            colours /= 255.0
        return np.clip(colours, 0.0, 1.0, out=colours)


def _columns(numbers: Floats, count: int) -> Floats:
    """The first columns, NaN where there are fewer."""
    table = np.full((len(numbers), count), np.nan)
    shared = min(count, numbers.shape[1])
    table[:, :shared] = numbers[:, :shared]
    return table
