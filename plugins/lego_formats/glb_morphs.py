"""Morph targets: named displacements of positions and normals, sparse, on the meshes that they move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, RiggedHead
from lego_formats.glb_file import VERTICES, GlbFile
from lego_formats.glb_parts import Part
from lego_formats.glb_vertices import SplitVertices, posed_normals

if TYPE_CHECKING:
    from lego_cli.api import Floats

_STILL = 1e-6  # of the head's extent: what moves less does not move; 0.3 micrometres
_TURNED = 0.01  # a normal that turns less, in radians, stays: screens show 256 shades


@dataclass(frozen=True, eq=False)
class Morphs:
    """All shapes of a head on the vertices that a scene draws."""

    names: tuple[str, ...]
    positions: tuple[Floats, ...]  # (V, 3) each
    normals: tuple[Floats, ...]  # (n, 3) each, of the split vertices
    still: float  # metres

    @staticmethod
    def of(head: RiggedHead, split: SplitVertices) -> Morphs:
        """Displacements of ``head``'s shapes. Raises :class:`LegoError` where one is not made of numbers."""
        base = np.asarray(head.mesh.vertices, dtype=np.float64)
        shapes = head.all_shapes()
        normals = []
        for name, shape in shapes.items():
            if shape.shape != base.shape or not np.isfinite(shape).all():
                raise LegoError(
                    f"shape '{name}' is not made of {len(base)} displacements that are numbers",
                    "report this with the input that led to it",
                )
            normals.append((posed_normals(head.mesh, split, base + shape) - split.normals).astype(np.float32))
        still = _STILL * float(np.ptp(base, axis=0).max())
        return Morphs(tuple(shapes), tuple(shapes.values()), tuple(normals), still)

    def moving(self, part: Part) -> list[int]:
        """Numbers of the shapes that move a part."""
        return [i for i, shape in enumerate(self.positions) if np.abs(shape[part.vertex]).max(initial=0) > self.still]

    def add_targets(self, file: GlbFile, part: Part, numbers: list[int], dense: bool) -> list[dict[str, Any]]:
        """The ``targets`` of the part's primitive. Every one has normals: three.js takes the mesh's own for missing."""
        targets = []
        for number in numbers:
            position = self.positions[number][part.vertex].astype(np.float32)
            normal = self.normals[number][part.used]
            targets.append(
                {
                    "POSITION": _added(file, position, self.still, dense, bounds=True),
                    "NORMAL": _added(file, normal, _TURNED, dense, bounds=False),
                }
            )
        return targets


def _added(file: GlbFile, values: Floats, least: float, dense: bool, bounds: bool) -> int:
    """The shorter of both ways to hold the rows that are more than ``least``."""
    kept = np.asarray((np.abs(values) > least).any(axis=1))
    index_bytes = 2 if len(values) <= 65535 else 4
    if dense or int(kept.sum()) * (12 + index_bytes) >= 12 * len(values):
        return file.add_array(np.where(kept[:, None], values, 0).astype(np.float32), VERTICES, bounds=bounds)
    return file.add_sparse(values, kept, bounds)
