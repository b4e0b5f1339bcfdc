"""Writing PLY, binary: polygons stay polygons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Mesh
from lego_formats.mtl import write_pictures

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

_COLOURS = ("red", "green", "blue", "alpha")


class PlyExporter:
    """Writes binary PLY with polygons, colours, UVs (per vertex where they are, else per corner) and one texture."""

    suffixes = (".ply",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``, in the unit and frame that its positions are in."""
        vertex_uvs = _vertex_uvs(mesh)
        vertex_header, rows = _vertices(mesh, vertex_uvs)
        texture = _texture(mesh, path)
        header = ["ply", "format binary_little_endian 1.0", *texture, f"element vertex {len(rows)}", *vertex_header]
        faces = b""
        if len(mesh.face_sizes):
            face_header, faces = _faces(mesh, _corner_uvs(mesh) if vertex_uvs is None else None)
            header += [f"element face {len(mesh.face_sizes)}", *face_header]
        text = "\n".join([*header, "end_header"]) + "\n"
        path.write_bytes(text.encode("utf-8") + rows.tobytes() + faces)


def _texture(mesh: Mesh, path: Path) -> list[str]:
    """Write the texture of a mesh that has one, and not several; returns the comment that MeshLab reads it by."""
    looks = {name: mesh.surfaces[name] for name in mesh.materials if name in mesh.surfaces}
    if mesh.uvs is None or len({id(look.texture) for look in looks.values()}) != 1:
        return []
    return [f"comment TextureFile {name}" for name in write_pictures(looks, path).values()]


def _vertices(mesh: Mesh, uvs: Floats | None) -> tuple[list[str], np.ndarray]:
    """Property lines and the table of vertices."""
    word, kind = ("double", "<f8") if _needs_double(mesh.vertices) else ("float", "<f4")
    columns = {axis: (word, kind, mesh.vertices[:, number]) for number, axis in enumerate("xyz")}
    if uvs is not None:
        columns |= {name: ("float", "<f4", uvs[:, number]) for number, name in enumerate("st")}
    if mesh.colours is not None:
        bytes_ = np.round(np.clip(mesh.colours, 0, 1) * 255)
        columns |= {name: ("uchar", "u1", bytes_[:, n]) for n, name in enumerate(_COLOURS[: bytes_.shape[1]])}
    table = np.zeros(len(mesh.vertices), dtype=[(name, kind) for name, (_, kind, _) in columns.items()])
    for name, (_, _, values) in columns.items():
        table[name] = values
    return [f"property {word} {name}" for name, (word, _, _) in columns.items()], table


def _needs_double(vertices: Floats) -> bool:
    """Whether single precision would lose more than 1e-6 of the extent (a small head far from the origin)."""
    extent = float(np.ptp(vertices, axis=0).max(initial=0)) if len(vertices) else 0.0
    return bool(np.abs(vertices - vertices.astype(np.float32)).max(initial=0) > 1e-6 * extent)


def _vertex_uvs(mesh: Mesh) -> Floats | None:
    """``(V, 2)`` UVs where all corners of each vertex agree, else None."""
    if mesh.uvs is None or mesh.corner_uv is None or (mesh.corner_uv < 0).any():
        return None
    corner_uvs = mesh.uvs[mesh.corner_uv]
    found = np.zeros((len(mesh.vertices), 2))
    found[mesh.corner_vertex] = corner_uvs
    return found if np.array_equal(found[mesh.corner_vertex], corner_uvs) else None


def _corner_uvs(mesh: Mesh) -> Floats | None:
    """``(C, 2)`` UVs, 0 where a corner has none."""
    if mesh.uvs is None or mesh.corner_uv is None:
        return None
    return np.where(mesh.corner_uv[:, None] >= 0, mesh.uvs[np.maximum(mesh.corner_uv, 0)], 0.0)


def _faces(mesh: Mesh, uvs: Floats | None) -> tuple[list[str], bytes]:
    """Property lines and the bytes of the faces: a count and its vertices, then a count and its UVs."""
    most = int(mesh.face_sizes.max()) * (2 if uvs is not None else 1)
    word, width = ("uchar", 1) if most < 256 else ("int", 4)
    properties = [f"property list {word} int vertex_indices"]
    runs = [_listed(mesh.face_sizes, 1, width, mesh.corner_vertex.astype("<i4"))]
    if uvs is not None:
        properties.append(f"property list {word} float texcoord")
        runs.append(_listed(mesh.face_sizes, 2, width, uvs.astype("<f4").reshape(-1)))
    return properties, _interleaved(runs)


def _listed(sizes: Ints, per_corner: int, width: int, values: np.ndarray) -> tuple[np.ndarray, Ints]:
    """The bytes of all lists behind one another, each with its count in front, and how many bytes each takes."""
    entries = sizes * per_corner
    lengths = width + 4 * entries
    out = np.zeros(int(lengths.sum()), dtype=np.uint8)
    starts = np.cumsum(lengths) - lengths
    counts = entries.astype(f"<u{width}").view(np.uint8).reshape(-1, width)
    is_count = np.zeros(len(out), dtype=bool)
    for byte in range(width):
        is_count[starts + byte] = True
        out[starts + byte] = counts[:, byte]
    out[~is_count] = np.ascontiguousarray(values).view(np.uint8)
    return out, lengths


def _interleaved(runs: list[tuple[np.ndarray, Ints]]) -> bytes:
    """The lists of each face behind one another."""
    if len(runs) == 1:
        return runs[0][0].tobytes()
    pieces = []
    ends = [np.cumsum(lengths) for _, lengths in runs]
    for face in range(len(runs[0][1])):
        for (content, lengths), end in zip(runs, ends, strict=True):
            pieces.append(content[end[face] - lengths[face] : end[face]].tobytes())
    return b"".join(pieces)
