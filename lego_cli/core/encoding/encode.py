"""Any head mesh to a code, its place, and a dense correspondence with the head model: guess, refine, register."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.core.encoding.canonical import alignments
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.core.encoding.encoded import Encoded
from lego_cli.core.encoding.fit_detail import detail_of
from lego_cli.core.encoding.head_fields import HeadFields, head_fields
from lego_cli.core.encoding.mage_encoder import mage_alignments, mage_states
from lego_cli.core.encoding.registration import register_skin
from lego_cli.core.encoding.surface_fit import HEAD_MM, SurfaceFit, clear_expression
from lego_cli.core.geometry.visible import OuterSurface, outer_surface
from lego_cli.core.stylist import Code
from lego_cli.core.threads import one_thread
from lego_cli.errors import LegoError

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.stylist import Stylist

UNITS = (("m", 0.13, 0.45), ("in", 5.0, 12.0), ("cm", 13.0, 45.0), ("mm", 130.0, 450.0))
"""A unit, and how far chin and crown are apart in it, at least and at most."""

MOST_DISTANCE, LEAST_COVERED, LEAST_RELIEF = 2.0, 0.75, 0.45  # mm, share of the face front, correlation
CERTAIN = -2.0  # MAGE's mean log error (unit 0.1 m) where it knows a head: heads -2.7 to -4, other things over -1.5
CERTAIN_RELIEF, CERTAIN_DISTANCE = 0.25, 1.0  # what it takes then: the back of a head is a head too, but has no face
DRAFT = 2.0  # how much further off a head may be that nothing has refined
GUESSES = 4  # of MAGE that are looked at


@one_thread()
def encode(mesh: Mesh, stylist: Stylist, options: EncodeOptions | None = None) -> Encoded:
    """Understand a mesh of any unit, place, orientation and connectivity as a head; deterministic.

    Raises LegoError (exit code 1) for what is plainly no head.
    """
    start, o = time.perf_counter(), options or EncodeOptions()
    fields, surface = head_fields(stylist), outer_surface(mesh)
    fit, certain = _guessed(surface, fields, o)
    if fit.relief() < 0.5 * (CERTAIN_RELIEF if certain else LEAST_RELIEF):
        raise _no_head()
    _refine(fit, o)
    figures, relief = fit.figures(), fit.relief()
    rough = DRAFT if o.quality == "draft" else 1.0
    near = figures["mean"] < rough * MOST_DISTANCE and figures["covered"] > LEAST_COVERED
    certain = certain and relief > CERTAIN_RELIEF and figures["mean"] < rough * CERTAIN_DISTANCE
    if not near or not (certain or relief > LEAST_RELIEF):
        raise _no_head()
    return _encoded(fit, figures, relief, start)


def _guessed(surface: OuterSurface, fields: HeadFields, o: EncodeOptions) -> tuple[SurfaceFit, bool]:
    """The most promising of a few first guesses, and whether MAGE is certain that it is a head.

    What MAGE does not recognise gets a second chance from the alignment search.
    """
    fits: list[tuple[SurfaceFit, bool]] = []
    if o.encoder == "mage":
        fits = _by_mage(surface, fields)
    for other_starts in (False, True):
        best = min(fits, key=_promise, default=None)
        if best and (best[0].relief() > LEAST_RELIEF or (best[1] and best[0].relief() > CERTAIN_RELIEF)):
            return best
        fits += _by_search(surface, fields, other_starts)
    return min(fits, key=_promise)


def _promise(guess: tuple[SurfaceFit, bool]) -> float:
    return guess[0].promise()


def _by_mage(surface: OuterSurface, fields: HeadFields) -> list[tuple[SurfaceFit, bool]]:
    load = fields.stylist.load_mage
    if load is None:
        raise LegoError("this head model has no MAGE encoder", "train one with: lego train mage, or use --encoder fit")
    mage = load()
    found = mage_alignments(surface, mage, GUESSES)
    states = [replace(s, expression=clear_expression(s.expression)) for s in mage_states(surface, fields, mage, found)]
    return [(SurfaceFit(surface, fields, s), a.error < CERTAIN) for s, a in zip(states, found, strict=True)]


def _by_search(surface: OuterSurface, fields: HeadFields, other_starts: bool) -> list[tuple[SurfaceFit, bool]]:
    fits = [SurfaceFit.at(surface, fields, placed) for _, placed in alignments(surface, fields, 4, other_starts)]
    for fit in fits:
        fit.coarse()
    return [(fit, False) for fit in fits]


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
