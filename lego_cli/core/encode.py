"""Any head mesh to a code, its place, and a dense correspondence with the head model: guess, refine, register."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.avatar import Code
from lego_cli.core.canonical import alignments
from lego_cli.core.encode_options import EncodeOptions
from lego_cli.core.encoded import Encoded
from lego_cli.core.fit_detail import detail_of
from lego_cli.core.head_fields import HeadFields, head_fields
from lego_cli.core.mage_encoder import mage_alignments, mage_belief, mage_states
from lego_cli.core.registration import register_skin
from lego_cli.core.surface_fit import HEAD_MM, SurfaceFit
from lego_cli.core.visible import OuterSurface, outer_surface
from lego_cli.errors import LegoError

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.avatar import Stylist

UNITS = (("m", 0.13, 0.45), ("in", 5.0, 12.0), ("cm", 13.0, 45.0), ("mm", 130.0, 450.0))
"""A unit, and how far chin and crown are apart in it, at least and at most."""

MOST_DISTANCE, LEAST_COVERED, LEAST_RELIEF = 2.0, 0.75, 0.45  # mm, share of the face front, correlation


def encode(mesh: Mesh, stylist: Stylist, options: EncodeOptions | None = None) -> Encoded:
    """Understand a mesh of any unit, place, orientation and connectivity as a head; deterministic.

    Raises LegoError (exit code 1) for what is plainly no head.
    """
    start, o = time.perf_counter(), options or EncodeOptions()
    fields, surface = head_fields(stylist), outer_surface(mesh)
    fit = _guessed(surface, fields, o)
    if fit.relief() < 0.5 * LEAST_RELIEF:
        raise _no_head()
    _refine(fit, o)
    figures, relief = fit.figures(), fit.relief()
    if figures["mean"] > MOST_DISTANCE or figures["covered"] < LEAST_COVERED or relief < LEAST_RELIEF:
        raise _no_head()
    return _encoded(fit, figures, relief, start)


def _guessed(surface: OuterSurface, fields: HeadFields, o: EncodeOptions) -> SurfaceFit:
    """The most promising of a few first guesses; odd heads get a second chance from other starts."""
    fits = _by_mage(surface, fields, 4 if o.quality == "high" else 2) if o.encoder == "mage" else []
    best = min(fits, key=SurfaceFit.promise, default=None)
    for other_starts in (False, True):
        if best is None or best.relief() < LEAST_RELIEF:
            fits = [SurfaceFit.at(surface, fields, p) for _, p in alignments(surface, fields, 4, other_starts)]
            for fit in fits:
                fit.coarse()
            best = min([*fits, best] if best else fits, key=SurfaceFit.promise)
    assert best is not None
    return best


def _by_mage(surface: OuterSurface, fields: HeadFields, count: int) -> list[SurfaceFit]:
    load = fields.stylist.load_mage
    if load is None:
        raise LegoError("this head model has no MAGE encoder", "train one with: lego train mage, or use --encoder fit")
    mage = load()
    found = mage_alignments(surface, mage, count)
    states = mage_states(surface, fields, mage, found)
    return [SurfaceFit(surface, fields, state, belief=mage_belief(mage, state)) for state in states]


def _refine(fit: SurfaceFit, o: EncodeOptions) -> None:
    if o.encoder == "fit":
        fit.fine(o.neutral)
    elif o.quality != "draft":
        fit.polish(o.neutral, 2 if o.quality == "high" else 1)


def _no_head() -> LegoError:
    hint = "give a mesh of one head with its face; see what is in the file with: lego inspect FILE"
    return LegoError("the mesh is no head: no face was found on it", hint)


def _encoded(fit: SurfaceFit, figures: dict[str, float], relief: float, start: float) -> Encoded:
    state, surface, posed = fit.state, fit.surface, fit.vertices
    detail = detail_of(fit.matcher, fit.fields, posed, fit.neutral, state.placed)
    registered = register_skin(surface, fit.fields, posed, state.placed)
    far = fit.midline(posed).distance
    up = state.placed.rotation[:, 1]
    axis = int(np.argmax(np.abs(up)))
    height = state.placed.scale * fit.height()
    return Encoded(
        code=Code(state.shape, state.expression, detail),
        transform=state.placed,
        registered=registered,
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
