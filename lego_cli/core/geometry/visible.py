"""The outer visible surface of a mesh: what a person would see of it, without inner parts, the right way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.geometry.oriented import Triangles, oriented_triangles
from lego_cli.errors import LegoError

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh

CASTERS = 30_000  # samples that are even over the surface, and hide what is behind them
EXTRA = 30_000  # further samples, more where triangles are small: eyes, nose, mouth
FACING = 0.2  # least cosine between normal and view for a sample to be judged
OPEN = 0.25  # least share of the views above its horizon that see a sample of the outer surface
SMALL_PART = 0.03  # of the visible area: smaller parts (lashes, eyeballs seen through the lids) are left out


@dataclass(frozen=True)
class OuterSurface:
    """``N`` samples of the visible surface, and what was left out. Positions in the input's own frame."""

    points: Floats  # (N, 3)
    normals: Floats  # (N, 3) outwards
    even: np.ndarray  # (N,) bool: samples that are even over the area
    parts: int  # parts of the file
    parts_left_out: int

    def moved(self, points: Floats, normals: Floats) -> OuterSurface:
        """The same samples elsewhere."""
        return OuterSurface(points, normals, self.even, self.parts, self.parts_left_out)


def outer_surface(mesh: Mesh) -> OuterSurface:
    """Sample the outer surface of a mesh of any unit. Raises LegoError when it has no usable surface."""
    triangles = oriented_triangles(mesh)
    face, weights, even = _samples(triangles)
    for _ in range(2):
        points, normals = _at(triangles, face, weights)
        front, back, views = _votes(points, normals, even)
        inward = _inside_out(triangles, face, points, normals, front, back)
        if not len(inward):
            break
        triangles = triangles.turned(inward)
    part = triangles.part[face]
    kept = _outer_parts(part[even], (front > OPEN * views)[even], int(triangles.part.max()) + 1)
    stays = kept[part]
    points, normals, even = points[stays], normals[stays], even[stays]
    if not kept.all():  # what the parts left out have hidden: lids behind lashes
        front, _, views = _votes(points, normals, even)
    seen = front > OPEN * views
    if seen.sum() < 1000:
        raise LegoError("the mesh is no head: it shows no outer surface", "give a surface mesh of a head")
    return OuterSurface(points[seen], normals[seen], even[seen], len(kept), int((~kept).sum()))


def openness(points: Floats, normals: Floats) -> Floats:
    """``(N,)`` share of the views above each point's horizon that see it; points hide each other."""
    front, _, views = _votes(points, normals, np.ones(len(points), dtype=bool), cell=0.02)
    return front / np.maximum(views, 1)


def _samples(triangles: Triangles) -> tuple[Ints, Floats, np.ndarray]:
    """Deterministic samples: triangle ``(N,)``, barycentric weights ``(N, 3)``, whether even over the area ``(N,)``."""
    area = np.linalg.norm(triangles.area_vectors, axis=1)
    face = np.concatenate([_systematic(area, CASTERS), _systematic(np.sqrt(area), EXTRA)])
    k = np.arange(len(face))
    u, v = (0.5 + k * 0.7548776662466927) % 1, (0.5 + k * 0.5698402909980532) % 1  # the R2 sequence
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    return face, np.stack([1 - u - v, u, v], axis=1), k < CASTERS


def _systematic(weight: Floats, count: int) -> Ints:
    total = np.cumsum(weight)
    return np.searchsorted(total, (np.arange(count) + 0.5) / count * total[-1]).clip(max=len(weight) - 1)


def _at(triangles: Triangles, face: Ints, weights: Floats) -> tuple[Floats, Floats]:
    corners = triangles.corners[face]
    points = np.einsum("nk,nkc->nc", weights, triangles.positions[corners])
    normals = np.einsum("nk,nkc->nc", weights, triangles.vertex_normals()[corners])
    flat = triangles.area_vectors[face]
    normals = np.where(((normals * flat).sum(1) > 0)[:, None], normals, flat)
    return points, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-300)


def _votes(points: Floats, normals: Floats, even: np.ndarray, cell: float = 0.011) -> tuple[Ints, Ints, Ints]:
    """How many views see each sample's outside, its inside, and how many could see its outside."""
    low, high = points[even].min(0), points[even].max(0)
    cell *= float(np.linalg.norm(high - low))
    front, back, views = (np.zeros(len(points), np.int64) for _ in range(3))
    for view in _directions():
        near = _nearest_to_the_eye(points, view, even, cell)
        cosine = normals @ view
        front += near & (cosine > FACING)
        back += near & (cosine < -FACING)
        views += cosine > FACING
    return front, back, views


def _nearest_to_the_eye(points: Floats, view: Floats, casters: np.ndarray, cell: float) -> np.ndarray:
    """Whether each point is not behind the casters, seen from far along ``view`` (a depth buffer of coarse cells)."""
    side = np.cross(view, np.eye(3)[np.argmin(np.abs(view))])
    side /= np.linalg.norm(side)
    across = points @ np.stack([side, np.cross(view, side)], axis=1) / cell
    row, column = (np.floor(x).astype(np.int64) for x in np.ascontiguousarray(across.T))
    row -= row.min() - 1
    column -= column.min() - 1
    height, width = row.max() + 2, column.max() + 2
    depth, place = points @ view, row * width + column
    buffer = np.full((height, width), -np.inf)
    np.maximum.at(buffer.reshape(-1), place[casters], depth[casters])
    spread = buffer.copy()  # one cell further on all sides, so that nothing is seen between samples
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        np.maximum(spread, np.roll(buffer, shift, axis), out=spread)
    return depth > spread.reshape(-1)[place] - 1.8 * cell


def _directions() -> Floats:
    """(42, 3) views from all round: the vertices and edge middles of an icosahedron."""
    g = (1 + 5**0.5) / 2
    corners = np.array([p for s in (1, -1) for t in (g, -g) for p in ((0, s, t), (s, t, 0), (t, 0, s))], float)
    near = np.triu(np.abs(np.linalg.norm(corners[:, None] - corners[None], axis=2) - 2) < 1e-9)
    i, j = np.nonzero(near)
    every = np.concatenate([corners, corners[i] + corners[j]])
    return every / np.linalg.norm(every, axis=1, keepdims=True)


def _inside_out(triangles: Triangles, face: Ints, points: Floats, normals: Floats, front: Ints, back: Ints) -> Ints:
    """Parts that are wound inside out: seen from within only or, where both sides show, hollow instead of domed."""
    part = triangles.part[face]
    count = int(triangles.part.max()) + 1
    outside, inside = np.bincount(part, front, count), np.bincount(part, back, count)
    number = np.maximum(np.bincount(part, minlength=count), 1)
    middle = np.stack([np.bincount(part, points[:, k], count) for k in range(3)], axis=1) / number[:, None]
    domed = np.bincount(part, ((points - middle[part]) * normals).sum(1), count)
    clear = np.maximum(outside, inside) > 2 * np.minimum(outside, inside)
    return np.flatnonzero(np.where(clear, inside > outside, domed < 0))


def _outer_parts(part: Ints, seen: np.ndarray, count: int) -> np.ndarray:
    """(parts,) which parts belong to the outer surface: they show most of themselves, and are no mere trifles."""
    total = np.bincount(part, minlength=count)
    shown = np.bincount(part, seen, count)
    kept = (shown > SMALL_PART * shown.sum()) & (shown > 0.2 * total)
    if shown[kept].sum() < 0.5 * shown.sum():  # a heap of crumbs, such as triangles that no weld brings together
        return np.ones(count, dtype=bool)
    return kept
