"""``lego bench encoder``: how well a head's code and correspondence survive what files do to heads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch

from lego_cli import needs
from lego_cli.api import Report, silent
from lego_cli.bench.codes import code_figures
from lego_cli.bench.errors import Errors, error_figures, measured
from lego_cli.bench.heads import MAKERS, BenchMesh, Person, bench_mesh, unseen_people
from lego_cli.bench.options import UNSEEN, VARIANTS, BenchEncoderOptions
from lego_cli.bench.rivals import RIVALS, run_rival
from lego_cli.core.encoding.encode import encode
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.core.encoding.head_fields import HeadFields, head_fields
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, Mesh
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.core.stylist import Code, Stylist

    Encoder = Callable[[Mesh], Encoded]

NEEDS = ("module:rtree", "module:fast_simplification")
RIVAL_VARIANTS = ("subdivided", "decimated")
"""The variants that rivals are run on: connectivity finer and coarser than the head model's."""

Place = tuple[int, str]
"""A person and a variant."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What an encoder made of one mesh."""

    code: Code
    coded: Errors  # the code alone, decoded
    registered: Errors
    seconds: float  # CPU time


def named_encoders(stylist: Stylist, options: BenchEncoderOptions) -> dict[str, Encoder]:
    """The encoders of the options, by name. Raises LegoError (exit code 2) for one that does not exist."""
    return {
        name: partial(encode, stylist=stylist, options=EncodeOptions(name, options.quality)) for name in options.encoder
    }


def bench_encoder(
    head: HeadModel,
    stylist: Stylist,
    encoders: Mapping[str, Encoder],
    options: BenchEncoderOptions | None = None,
    report: Report = silent,
) -> dict[str, float]:
    """Figures of each encoder and of the rivals, on the same meshes: see the keys in the functions named below.

    ``ENCODER_VARIANT_...`` from :func:`sight_figures` and :func:`code_figures`; ``NAME_shared_...`` from
    :func:`shared_figures`, over the meshes that the rivals had too. Raises LegoError when there is nothing to measure
    or when the packages that make the meshes are missing.
    """
    o = options or BenchEncoderOptions()
    _check(o, encoders)
    fields = head_fields(stylist)
    people = unseen_people(head, o.heads, o.seed)
    meshes = {(k, v): bench_mesh(head, p, v, o.seed + k) for k, p in enumerate(people) for v in o.variants}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        seen = {name: _sights(name, encoder, meshes, fields, report) for name, encoder in encoders.items()}
        rivals = _rivals(meshes, fields, o, report) if o.rivals else {}
    finally:
        torch.set_num_threads(threads)
    figures: dict[str, float] = {"heads": o.heads}
    for name, sights in seen.items():
        refused = [variant for place in meshes if place not in sights for variant in place[1:]]
        figures |= {f"{name}_{v}_refused": refused.count(v) for v in o.variants} | {f"{name}_refused": len(refused)}
        figures |= sight_figures(name, sights, people, fields)
        figures |= code_figures(name, {place: sight.code for place, sight in sights.items()}, people, stylist)
    return figures | shared_figures(seen, rivals, fields)


def _check(o: BenchEncoderOptions, encoders: Mapping[str, Encoder]) -> None:
    missing = needs.missing(NEEDS)
    if missing:
        what = " and ".join(need.partition(":")[2] for need in missing)
        raise LegoError(f"measuring encoders needs {what}", needs.remedy(missing[0]), ExitCode.MISSING)
    if o.seed < UNSEEN:
        raise LegoError(f"training may have seen the heads of seed {o.seed}", f"use {UNSEEN} or more", ExitCode.USAGE)
    unknown = set(o.variants) - set(MAKERS)
    if unknown:
        raise LegoError(f"no variant called '{min(unknown)}'", f"choose of {', '.join(VARIANTS)}", ExitCode.USAGE)
    if o.heads < 1 or o.rival_heads < 1 or not encoders:
        raise LegoError("there is nothing to measure", "give at least one head and one encoder", ExitCode.USAGE)


def _sights(
    name: str, encoder: Encoder, meshes: Mapping[Place, BenchMesh], fields: HeadFields, report: Report
) -> dict[Place, Sight]:
    """What the encoder made of each mesh. Those that it refused are left out; raises its error if that is all."""
    sights: dict[Place, Sight] = {}
    refused: LegoError | None = None
    for done, (place, bench) in enumerate(meshes.items()):
        report(name, done, len(meshes))
        start = time.process_time()
        try:
            encoded = encoder(bench.mesh)
        except LegoError as error:
            refused = error
            continue
        seconds = time.process_time() - start
        found = (fields.posed(encoded.code.shape, encoded.code.expression), encoded.registered.vertices)
        coded, registered = (measured(encoded.transform.apply(v), bench, fields) for v in found)
        sights[place] = Sight(encoded.code, coded, registered, seconds)
    report(name, len(meshes), len(meshes))
    if refused and not sights:
        raise refused
    return sights


def _rivals(
    meshes: Mapping[Place, BenchMesh], fields: HeadFields, o: BenchEncoderOptions, report: Report
) -> dict[str, dict[Place, tuple[Errors, float]]]:
    places = [(k, v) for k, v in meshes if k < o.rival_heads and v in RIVAL_VARIANTS]
    runs: dict[str, dict[Place, tuple[Errors, float]]] = {name: {} for name in RIVALS}
    for done, place in enumerate(places):
        for name, run in runs.items():
            report("rivals", done, len(places))
            run[place] = run_rival(name, meshes[place], fields)
    report("rivals", len(places), len(places))
    return runs


def sight_figures(
    name: str, sights: Mapping[Place, Sight], people: Sequence[Person], fields: HeadFields
) -> dict[str, float]:
    """``NAME_GROUP_SOURCE_...``: errors over each variant, each population, and all; median CPU seconds.

    SOURCE is ``registered`` or ``code``, the code alone; the rest is as :func:`error_figures` has it.
    """
    variants = dict.fromkeys(v for _, v in sights)
    groups = {v: [s for (_, w), s in sights.items() if w == v] for v in variants}
    groups |= {p: [s for (k, _), s in sights.items() if people[k].population == p] for p in ("adult", "wide")}
    groups["all"] = list(sights.values())
    figures: dict[str, float] = {}
    for group, members in groups.items():
        if members:
            figures |= error_figures(f"{name}_{group}_registered", [s.registered for s in members], fields.front)
            figures |= error_figures(f"{name}_{group}_code", [s.coded for s in members], fields.front)
            figures[f"{name}_{group}_seconds"] = statistics.median(s.seconds for s in members)
    return figures


def shared_figures(
    seen: Mapping[str, Mapping[Place, Sight]],
    rivals: Mapping[str, Mapping[Place, tuple[Errors, float]]],
    fields: HeadFields,
) -> dict[str, float]:
    """``NAME_shared_...`` of encoders and rivals, over the meshes that both had; ``ENCODER_to_RIVAL_...`` ratios."""
    runs = dict(rivals)
    for name, sights in seen.items():
        had = [place for run in rivals.values() for place in run if place in sights]
        runs[name] = {place: (sights[place].registered, sights[place].seconds) for place in dict.fromkeys(had)}
    figures: dict[str, float] = {}
    for name, run in runs.items():
        if run:
            figures |= error_figures(f"{name}_shared", [errors for errors, _ in run.values()], fields.front)
            figures[f"{name}_shared_seconds"] = statistics.median(seconds for _, seconds in run.values())
    for name in seen:
        for rival in rivals:
            for what in ("front_mean_mm", "front_mean_of_max_mm", "skin_mean_mm", "skin_mean_of_max_mm", "seconds"):
                ours, theirs = (figures.get(f"{n}_shared_{what}") for n in (name, rival))
                if ours is not None and theirs:
                    figures[f"{name}_to_{rival}_{what.removesuffix('_mm')}"] = ours / theirs
    return figures
