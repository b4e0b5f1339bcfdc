"""The fit encoder: any head mesh to a code, by fitting the head model to its outer surface."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.avatar import Code
from lego_cli.core.canonical import alignments
from lego_cli.core.fit_detail import detail_of
from lego_cli.core.head_fields import HeadFields, head_fields
from lego_cli.core.registration import Registered, register_skin
from lego_cli.core.similarity import Similarity
from lego_cli.core.surface_fit import HEAD_MM, FitOptions, SurfaceFit
from lego_cli.core.visible import OuterSurface, outer_surface
from lego_cli.errors import LegoError

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.avatar import Stylist

__all__ = ["Encoded", "FitOptions", "encode_by_fit"]

UNITS = (("m", 0.13, 0.45), ("in", 5.0, 12.0), ("cm", 13.0, 45.0), ("mm", 130.0, 450.0))
"""A unit, and how far chin and crown are apart in it, at least and at most."""

MOST_DISTANCE, LEAST_COVERED, LEAST_RELIEF = 2.0, 0.75, 0.45  # mm, share of the face front, correlation


@dataclass(frozen=True)
class Encoded:
    """A head as a code, where it stands in its file, and how well the fit went."""

    code: Code
    transform: Similarity  # canonical frame to the input's
    registered: Registered  # the head model's skin laid onto the input
    residual_mm: dict[str, float]  # code alone to surface, face front, on a head of 230 mm: "mean", "p95"
    landmark_mm: float  # mean distance of the profile landmarks that were found, on a head of 230 mm; NaN for none
    covered: float  # share of the face front that has a surface to lie on
    relief: float  # how well the face's relief agrees, -1..1: what tells a head from a blob
    seconds: float
    unit: str  # what the input's unit seems to be: m, cm, mm, in or unknown
    up: str  # the input's axis that points most nearly up, such as "+z"
    parts: int  # connected parts of the file
    parts_left_out: int  # of these, inner ones and trifles: eyeballs, teeth, lashes


def encode_by_fit(mesh: Mesh, stylist: Stylist, options: FitOptions | None = None) -> Encoded:
    """Fit the head model to a mesh of any unit, place and orientation; deterministic.

    Raises LegoError (exit code 1) for what is plainly no head.
    """
    start = time.perf_counter()
    fields = head_fields(stylist)
    surface = outer_surface(mesh)
    fit = _begun(surface, fields, options, other_starts=False)
    if fit.relief() < LEAST_RELIEF:
        fit = min(fit, _begun(surface, fields, options, other_starts=True), key=SurfaceFit.promise)
    if fit.relief() < 0.5 * LEAST_RELIEF:
        raise _no_head()
    fit.fine()
    figures, relief = fit.figures(), fit.relief()
    if figures["mean"] > MOST_DISTANCE or figures["covered"] < LEAST_COVERED or relief < LEAST_RELIEF:
        raise _no_head()
    return _encoded(fit, figures, relief, start)


def _no_head() -> LegoError:
    hint = "give a mesh of one head with its face; see what is in the file with: lego inspect FILE"
    return LegoError("the mesh is no head: no face was found on it", hint)


def _begun(surface: OuterSurface, fields: HeadFields, options: FitOptions | None, other_starts: bool) -> SurfaceFit:
    """The most promising of a few coarse fits."""
    fits = [SurfaceFit(surface, fields, placed, options) for _, placed in alignments(surface, fields, 4, other_starts)]
    for fit in fits:
        fit.coarse()
    return min(fits, key=SurfaceFit.promise)


def _encoded(fit: SurfaceFit, figures: dict[str, float], relief: float, start: float) -> Encoded:
    state, surface, posed = fit.state, fit.surface, fit.vertices
    detail = detail_of(fit.matcher, fit.fields, posed, fit.neutral, state.placed)
    far = fit.midline(posed).distance
    up = state.placed.rotation[:, 1]
    axis = int(np.argmax(np.abs(up)))
    height = state.placed.scale * fit.height()
    return Encoded(
        code=Code(state.shape, state.expression, detail),
        transform=state.placed,
        registered=register_skin(surface, fit.fields, posed, state.placed),
        residual_mm={"mean": figures["mean"], "p95": figures["p95"]},
        landmark_mm=HEAD_MM * float(far.mean()) / fit.height() if len(far) else float("nan"),
        covered=figures["covered"],
        relief=relief,
        seconds=time.perf_counter() - start,
        unit=next((name for name, low, high in UNITS if low <= height <= high), "unknown"),
        up=("+" if up[axis] > 0 else "-") + "xyz"[axis],
        parts=surface.parts,
        parts_left_out=surface.parts_left_out,
    )
