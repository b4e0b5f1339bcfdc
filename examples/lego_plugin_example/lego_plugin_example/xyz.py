"""An exporter: one mesh to one file. The caller sees to overwriting and to whole files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lego_cli.api import Mesh


class XyzExporter:
    """A vertex a line: x y z, and r g b (0..255) where the mesh has colours."""

    suffixes: tuple[str, ...] = (".xyz",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write the vertices in their order."""
        table, formats = mesh.vertices, ["%.9g"] * 3
        if mesh.colours is not None:
            table = np.hstack([table, np.rint(mesh.colours[:, :3] * 255)])
            formats += ["%d"] * 3
        np.savetxt(path, table, fmt=formats)
