"""Writing OFF: polygons as plain text."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from lego_cli.api import Mesh
from lego_formats.decimals import decimals, position_text


class OffExporter:
    """Writes OFF, or COFF where the mesh has colours; quads and n-gons stay."""

    suffixes = (".off",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``, in the unit and frame that its positions are in."""
        vertices = position_text(mesh.vertices, decimals(mesh.vertices))
        if mesh.colours is not None:
            colours = [" ".join(f"{value:.6f}" for value in (*row, 1.0)[:4]) for row in mesh.colours.tolist()]
            vertices = [f"{vertex} {colour}" for vertex, colour in zip(vertices, colours, strict=True)]
        corners = list(map(str, mesh.corner_vertex.tolist()))
        bounds = [*mesh.face_starts.tolist(), len(corners)]
        faces = [f"{end - start} " + " ".join(corners[start:end]) for start, end in pairwise(bounds)]
        head = ["OFF" if mesh.colours is None else "COFF", f"{len(vertices)} {len(faces)} 0"]
        path.write_text("\n".join([*head, *vertices, *faces]) + "\n", encoding="ascii", newline="\n")
