"""How well a mesh lies on the head model: figures, limits, and what to do where one is passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.geometry.mirrored_places import MIRROR
from lego_cli.core.wrapping.wrap import Wrap, folded_triangles, unit
from lego_cli.core.wrapping.wrap_openings import openings
from lego_cli.mesh.edges import mesh_edges

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

OK, WARN, REFUSE = "ok", "warning", "refused"
FIT_P95 = (3.0, 8.0)  # mm: skin of the mesh to the registered head model
REST_P95 = (1.5, 5.0)  # mm: skin at rest to the mean head
FOLDED = (0.0005, 0.02)  # share of the skin's triangles; the corner of a mouth is a crease where a few may turn
STRETCHED = (0.02, 0.15)  # share of the skin's edges
ASYMMETRY_P95 = (1.5, 6.0)  # mm
OPENING_AWAY = (4.0, 12.0)  # mm
PLACED = (0.98, 0.5)  # share of the vertices, at least
COVERED = (0.9, 0.6)  # share of the face front, at least
STRETCH = 4.0  # an edge this many times longer or shorter than the others became is stretched
REACHED = 10.0  # mm: a place of the face with a vertex this near is covered


@dataclass(frozen=True)
class Check:
    """One check: its figures, ``ok``, ``warning`` or ``refused``, and what to do when it is not ok."""

    name: str
    verdict: str
    figures: dict[str, Any] = field(default_factory=dict)
    advice: str = ""


def check_wrap(wrap: Wrap, pairs: Ints | None) -> list[Check]:
    """All checks of a wrapped mesh; ``pairs`` are the mirror images of its vertices when it is symmetric."""
    checks = [_distance(wrap), _folds(wrap), _stretch(wrap), _symmetry(wrap, pairs), _loops(wrap), _places(wrap)]
    return [check if check.verdict != OK else replace(check, advice="") for check in checks]


def worst(verdicts: Iterable[str]) -> str:
    """The worst verdict of all."""
    return max(verdicts, key=(OK, WARN, REFUSE).index)


def _distance(wrap: Wrap) -> Check:
    """Along the surface's normal: the mesh to the head laid onto it, and its rest shape to the mean head."""
    fields, skin = wrap.fields, wrap.skin
    figures: dict[str, float] = {}
    for name, vertices, surface, mm in (
        ("fit", wrap.given.vertices, wrap.registered, wrap.given_mm),
        ("rest", wrap.topology.mesh.vertices, wrap.head.vertices[wrap.stylist.skin], wrap.rest_mm),
    ):
        normal = unit(wrap.on_skin(fields.normals(surface)))
        gap = np.abs(((vertices - wrap.on_skin(surface)) * normal).sum(1))[skin] * mm
        figures |= _summary(name, gap)
    verdict = worst([_over(figures["fit_p95_mm"], FIT_P95), _over(figures["rest_p95_mm"], REST_P95)])
    return Check("distance", verdict, figures, "give --neutral if the face is at rest, or a mesh nearer to a head")


def _folds(wrap: Wrap) -> Check:
    """Triangles of the skin that the wrap turned over."""
    folded, triangles = len(folded_triangles(wrap)), len(wrap.skin_triangles)
    advice = "look at the picture; open the mouth and eyes of the mesh, or take out inner faces, and add it again"
    verdict = _over(folded / max(triangles, 1), FOLDED)
    return Check("folds", verdict, {"folded": folded, "triangles": triangles}, advice)


def _stretch(wrap: Wrap) -> Check:
    """Edges of the skin that became longer or shorter than the others did."""
    edges = mesh_edges(wrap.given).vertices
    there = np.zeros(len(wrap.given.vertices), dtype=bool)
    there[wrap.skin] = True
    edges = edges[there[edges].all(1)]
    before, after = (_lengths(mesh.vertices, edges) for mesh in (wrap.given, wrap.topology.mesh))
    real = before > 1e-4 * max(float(np.median(before)) if len(before) else 0.0, 1e-12)
    ratio = after[real] / before[real]
    ratio = ratio / np.median(ratio) if len(ratio) else np.ones(1)
    share = float(((ratio > STRETCH) | (ratio < 1 / STRETCH)).mean())
    figures = {
        "p1_ratio": round(float(np.percentile(ratio, 1)), 3),
        "p99_ratio": round(float(np.percentile(ratio, 99)), 3),
        "stretched_percent": round(100 * share, 3),
    }
    return Check("stretch", _over(share, STRETCHED), figures, "look at the picture for places that are torn or crowded")


def _symmetry(wrap: Wrap, pairs: Ints | None) -> Check:
    """Of a mesh that is symmetric: how far its rest shape is from its own mirror image."""
    if pairs is None:
        return Check("symmetry", OK, {"symmetric_mesh": False})
    rest = wrap.topology.mesh.vertices
    skin = wrap.skin[pairs[wrap.skin] >= 0]
    gap = np.linalg.norm(rest[skin] * MIRROR - rest[pairs[skin]], axis=1) * wrap.rest_mm
    figures = {"symmetric_mesh": True, **_summary("off", gap)}
    return Check(
        "symmetry", _over(figures["off_p95_mm"], ASYMMETRY_P95), figures, "give --neutral if the face is at rest"
    )


def _loops(wrap: Wrap) -> Check:
    """Which openings the skin has, and how far each is from where it should be."""
    found = openings(wrap)
    figures: dict[str, Any] = {
        f"{o.name}_mm": round(o.away_mm, 2) for o in found if o.name not in ("rim", "hole", "neck")
    }
    away = max(figures.values(), default=0.0)
    count = Counter(o.name for o in found)
    figures = {"found": sorted(n for n in count if n != "hole"), "holes": count["hole"], **figures}
    verdict = _over(away, OPENING_AWAY)
    advice = "an opening does not lie where the face has it: see the picture"
    if verdict == OK and count["hole"]:
        verdict, advice = WARN, "close the holes that are no openings of a face, if they are not meant"
    return Check("loops", verdict, figures, advice)


def _places(wrap: Wrap) -> Check:
    """How many vertices have a place on the head, in which parts, and how much of the face they cover."""
    count = len(wrap.given.vertices)
    parts = {name: len(index) for name, index in wrap.topology.parts.items() if len(index)}
    placed = sum(parts.values()) / count if parts else 1.0
    front = wrap.head.vertices[wrap.stylist.skin][wrap.fields.front & (wrap.fields.trust > 0.3)]
    near = cKDTree(wrap.topology.mesh.vertices[wrap.skin]).query(front)[0] * wrap.rest_mm < REACHED
    covered = float(near.mean())
    figures = {"placed_percent": round(100 * placed, 2), "face_covered_percent": round(100 * covered, 2), **parts}
    verdict = worst([_under(placed, PLACED), _under(covered, COVERED)])
    return Check("places", verdict, figures, "give a mesh with the whole face")


def _summary(name: str, gap: Floats) -> dict[str, float]:
    if not len(gap):
        return {f"{name}_{what}_mm": 0.0 for what in ("mean", "p95", "max")}
    values = (("mean", gap.mean()), ("p95", np.percentile(gap, 95)), ("max", gap.max()))
    return {f"{name}_{what}_mm": round(float(value), 3) for what, value in values}


def _over(value: float, limits: tuple[float, float]) -> str:
    """The verdict on a figure that should be low: it warns above the first limit and refuses above the second."""
    return OK if value <= limits[0] else WARN if value <= limits[1] else REFUSE


def _under(value: float, limits: tuple[float, float]) -> str:
    """The verdict on a figure that should be high."""
    return _over(-value, (-limits[0], -limits[1]))


def _lengths(vertices: Floats, edges: Ints) -> Floats:
    lengths: Any = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
    return lengths
