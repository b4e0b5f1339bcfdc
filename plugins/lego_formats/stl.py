"""Writing STL, binary: triangles, for printing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lego_cli.api import LegoError, Mesh

_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])


class StlExporter:
    """Writes binary STL; polygons become triangles, everything but positions is left out."""

    suffixes = (".stl",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``. Raises :class:`LegoError` for a point cloud."""
        if not len(mesh.face_sizes):
            raise LegoError("STL holds triangles, and this is a point cloud", "write it as .ply or .obj")
        corners = mesh.vertices[mesh.triangles()]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        facets = np.zeros(len(corners), dtype=_FACET)
        facets["normal"] = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
        facets["corners"] = corners
        header = b"binary STL".ljust(80, b"\0") + len(facets).to_bytes(4, "little")
        path.write_bytes(header + facets.tobytes())
