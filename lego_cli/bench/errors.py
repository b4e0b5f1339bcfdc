"""How far a registration is from the truth, and what many of them come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.bench.heads import BenchMesh
    from lego_cli.core.encoding.head_fields import HeadFields

FAR_MM = 30.0


@dataclass(frozen=True, eq=False)
class Errors:
    """One registration of one mesh, in mm on a head of 230 mm."""

    skin: Floats  # (S,) distance of each skin vertex to its true place, NaN where that was cut away
    surface: Floats  # (F,) distance to the mesh of those vertices of the face front whose place is on it
    turned: int  # skin triangles turned by more than a right angle against the person's own


def measured(found: Floats, bench: BenchMesh, fields: HeadFields) -> Errors:
    """Errors of the head model's skin laid onto a mesh: ``found (S, 3)`` in that mesh's frame."""
    apart = np.linalg.norm(found - bench.truth, axis=1) * bench.millimetres
    off = _to_surface(found[fields.front & bench.known], bench)
    there = fields.corners[bench.known[fields.corners].all(1)]
    turned = (_area_vectors(found, there) * _area_vectors(bench.posed, there)).sum(1) < 0
    return Errors(np.where(bench.known, apart, np.nan), off, int(turned.sum()))


def _to_surface(points: Floats, bench: BenchMesh) -> Floats:
    """``(N,)`` mm to the skin of a mesh; of points far from it, to its nearest vertex, which is as good and quick."""
    import trimesh

    off: Floats = cKDTree(bench.mesh.vertices[np.unique(bench.skin)]).query(points)[0] * bench.millimetres
    near = off < FAR_MM
    if not near.any():
        return off
    surface = trimesh.Trimesh(bench.mesh.vertices, bench.skin, process=False)
    off[near] = trimesh.proximity.closest_point(surface, points[near])[1] * bench.millimetres
    return off


def _area_vectors(vertices: Floats, corners: np.ndarray) -> Floats:
    a, b, c = (vertices[corners[:, k]] for k in range(3))
    return np.asarray(np.cross(b - a, c - a), np.float64)


def error_figures(label: str, errors: Sequence[Errors], front: np.ndarray) -> dict[str, float]:
    """``LABEL_REGION_STATISTIC_mm`` of the regions skin, front (correspondence) and surface (distance), and turned.

    ``mean_of_max`` is the mean over heads of each one's largest error.
    """
    regions = {
        "skin": [e.skin for e in errors],
        "front": [e.skin[front] for e in errors],
        "surface": [e.surface for e in errors],
    }
    figures = {f"{label}_turned": float(np.mean([e.turned for e in errors]))}
    for region, values in regions.items():
        every = np.concatenate(values)
        found = {
            "mean": np.nanmean(every),
            "p95": np.nanpercentile(every, 95),
            "mean_of_max": np.mean([np.nanmax(v) for v in values]),
            "max": np.nanmax(every),
        }
        figures |= {f"{label}_{region}_{name}_mm": float(value) for name, value in found.items()}
    return figures
