"""Wavefront OBJ, read so that nothing is lost: quads, n-gons, v/vt/vn, groups, materials, colours, order, text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh, ObjSource
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.obj_lines import ObjLines, read_lines
from lego_cli.mesh.obj_looks import read_obj_looks
from lego_cli.mesh.obj_values import ABSENT, read_corners, read_numbers

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


def read_obj(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of an OBJ file's bytes, with an :class:`ObjSource` that can give the same file back.

    ``g`` and ``o`` both name a face's group, whichever stands last before it. Raises :class:`LegoError` with the line
    number where the file is not sound.
    """
    lines = read_lines(path.name, data)
    vertex_lines = lines.select("v")
    if not len(vertex_lines):
        raise LegoError(f"{path.name} holds no vertices", "an OBJ mesh has lines 'v x y z': export the head again")
    limits.require_vertices(path.name, len(vertex_lines))
    numbers, lengths = read_numbers(lines, "v", 3)
    uvs = _table(lines, "vt", 1, 2)
    normals = _table(lines, "vn", 3, 3)
    sizes, corners = _resolved(lines, len(numbers), uvs, normals)
    mesh = Mesh(
        vertices=np.ascontiguousarray(numbers[:, :3]),
        face_sizes=sizes,
        corner_vertex=corners[:, 0],
        colours=_colours(numbers, lengths),
        path=path,
        **_attribute("uvs", "corner_uv", uvs, corners[:, 1]),
        **_attribute("normals", "corner_normal", normals, corners[:, 2]),
    )
    mesh, libraries = _with_states(mesh, lines)
    looks = read_obj_looks(path, libraries)
    mesh = replace(mesh, surfaces=looks.surfaces, notes=looks.notes.lines())
    normal_lines = lines.starts[lines.select("vn")]
    source = ObjSource(data, lines.starts[vertex_lines], normal_lines, mesh, libraries, looks.companions)
    return replace(mesh, source=source)


def _table(lines: ObjLines, kind: str, least: int, columns: int) -> Floats:
    """``(n, columns)`` numbers of the ``vt`` or ``vn`` lines, missing ones 0."""
    numbers, _ = read_numbers(lines, kind, least)
    table = np.zeros((len(numbers), columns))
    shared = min(columns, numbers.shape[1])
    table[:, :shared] = np.nan_to_num(numbers[:, :shared])
    return table


def _attribute(values_name: str, corner_name: str, values: Floats, corner: Ints) -> dict[str, Any]:
    return {values_name: values, corner_name: corner} if (corner >= 0).any() else {}


def _resolved(lines: ObjLines, vertices: int, uvs: Floats, normals: Floats) -> tuple[Ints, Ints]:
    """Face sizes and ``(C, 3)`` corner indices from 0, -1 where there is none."""
    sizes, corners = read_corners(lines)
    face_lines = np.repeat(lines.select("f"), sizes)
    for column, (kind, total) in enumerate((("v", vertices), ("vt", len(uvs)), ("vn", len(normals)))):
        index = corners[:, column]
        absent = index == ABSENT
        relative = (index < 0) & ~absent
        if relative.any():
            before = np.searchsorted(lines.select(kind), face_lines[relative])
            index[relative] += np.where(index[relative] + before >= 0, before + 1, -total)
        wrong = ~absent & ((index < 1) | (index > total))
        if wrong.any():
            _refuse_index(lines, int(face_lines[np.flatnonzero(wrong)[0]]), kind, total)
        corners[:, column] = np.where(absent, -1, index - 1)
    return sizes, corners


def _refuse_index(lines: ObjLines, line: int, kind: str, total: int) -> None:
    what = {"v": "vertex", "vt": "texture coordinate", "vn": "normal"}[kind]
    raise lines.error(
        line,
        f"a face asks for a {what} that is not there (the file has {total})",
        "the file was cut short or put together from parts: export the mesh again",
    )


def _colours(numbers: Floats, lengths: Ints) -> Floats | None:
    """``(V, 3)`` or ``(V, 4)`` colours behind the positions (6 or 7 numbers a line), white where there are none."""
    if numbers.shape[1] < 6:
        return None
    colours = numbers[:, 3:7] if (lengths >= 7).any() else numbers[:, 3:6]
    colours = np.where(lengths[:, None] >= 6, np.nan_to_num(colours, nan=1.0), 1.0)
    if colours.max() > 1.0:  # some programs write 0..255
        colours = colours / 255.0
    return np.clip(colours, 0.0, 1.0)


def _with_states(mesh: Mesh, lines: ObjLines) -> tuple[Mesh, tuple[str, ...]]:
    """The mesh with groups, materials and smoothing of its faces, and the material libraries of the file."""
    states = lines.states()
    faces = lines.select("f")
    groups, face_group = _named(sorted(states[b"g"] + states[b"o"]), faces)
    materials, face_material = _named(states[b"usemtl"], faces)
    smoothing = None
    if states[b"s"]:
        at = np.array([line for line, _ in states[b"s"]])
        values = np.array([0] + [_smoothing_group(argument) for _, argument in states[b"s"]], dtype=np.int64)
        smoothing = values[np.searchsorted(at, faces)]
    mesh = replace(
        mesh,
        groups=groups,
        face_group=face_group,
        materials=materials,
        face_material=face_material,
        smoothing=smoothing,
    )
    return mesh, tuple(argument for _, argument in states[b"mtllib"])


def _named(statements: list[tuple[int, str]], faces: Ints) -> tuple[tuple[str, ...], Ints | None]:
    """Names in order of first use, and the index of the name that holds at each face (-1 before the first)."""
    if not statements or not len(faces):
        return (), None
    at = np.array([line for line, _ in statements])
    names = {name: None for _, name in statements if name}
    index = {name: number for number, name in enumerate(names)}
    held = np.array([-1] + [index.get(name, -1) for _, name in statements], dtype=np.int64)
    return tuple(names), held[np.searchsorted(at, faces)]


def _smoothing_group(argument: str) -> int:
    word = argument.split(maxsplit=1)[0] if argument.split() else "off"
    if word.isdecimal() and len(word) < 10:
        return int(word)
    return 1 if word == "on" else 0
