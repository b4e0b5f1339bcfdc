"""The tables of ``lego bench``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lego_cli.cli.console import console

Figures = dict[str, float]

LEGO = {"subdivided": ("10.7", "12.1", "15 of 16"), "decimated": ("20.9", "21.7", "10 of 16")}
"""Relative shape and expression error in per cent, and identities found, of the codes that the LeGO release ships."""
REGISTRATION = {
    "front mean": "front_mean_mm",
    "p95": "front_p95_mm",
    "mean of max": "front_mean_of_max_mm",
    "skin mean": "skin_mean_mm",
    "p95 ": "skin_p95_mm",
    "mean of max ": "skin_mean_of_max_mm",
    "to surface": "surface_mean_mm",
    "turned": "turned",
}


def ds_tables(figures: Figures, networks: Sequence[str]) -> None:
    """Errors by network and people, then times, then sizes."""
    columns = {"mean": "mean_mm", "p95": "p95_mm", "mean of max": "mean_of_max_mm", "max": "max_mm"}
    people = ("adult", "adult_expressions", "wide", "wide_expressions")
    errors = [
        [name, group.replace("_", " + "), *(f"{figures[f'{name}_{group}_{key}']:.2f}" for key in columns.values())]
        for name in networks
        for group in people
    ]
    console.table(["network", "unseen people", *(f"{c}, mm" for c in columns)], errors)
    console.line()
    times = [[n, *(f"{figures[f'{n}_decode_{size}_ms']:.2f}" for size in ("5k", "16k"))] for n in ("basis", "hypernet")]
    console.table(["network", "5k points, ms", "16k points, ms"], times)
    console.line()
    sizes = [[n, "", f"{figures[f'{n}_file_mb']:.2f}", ""] for n in networks]
    lego = [f"{figures[f'lego_{key}']:.0f}" for key in ("parameters_m", "file_mb", "style_mb")]
    console.table(
        ["network", "parameters, M", "file, MB", "a style as saved, MB"], [*sizes, ["LeGO's, full size", *lego]]
    )


def encoder_tables(figures: Figures, encoders: Sequence[str], variants: Sequence[str], rivals: Sequence[str]) -> None:
    """Correspondence, codes, and the rivals beside the encoders; what was not measured is left out."""
    console.line("Correspondence and distance, mm on heads of 230 mm; triangles turned over; CPU seconds")
    groups = ("adult", "wide", "all", *variants)
    rows = [[e, g, s] for e in encoders for g in groups for s in ("code", "registered")]
    _registrations(figures, ("encoder", "heads", "of", "s"), [(r, "_".join(r), f"{r[0]}_{r[1]}") for r in rows])
    refused = [
        f"{e}: {figures[key]:.0f} {v}" for e in encoders for v in variants if figures.get(key := f"{e}_{v}_refused")
    ]
    if refused:
        console.line(f"refused as no head: {', '.join(refused)}")
    columns = ("encoder", "heads", "shape, %", "expression, %", "weighted, %", "weighted, mm", "found")
    codes = _codes(figures, encoders, variants)
    if codes:
        console.line()
        console.line("Codes against the same heads as given")
        console.table(columns, [*_lego(variants), *codes])
    shared = [n for n in (*encoders, *rivals) if f"{n}_shared_seconds" in figures]
    if shared:
        console.line()
        console.line("The meshes that rivals were run on; these start from the true place and see the skin alone")
        _registrations(figures, ("method", "s"), [([n], f"{n}_shared", f"{n}_shared") for n in shared])


def _registrations(figures: Figures, columns: Sequence[str], rows: Iterable[tuple[Sequence[str], str, str]]) -> None:
    """Rows of (first cells, label of the errors, label of the time); the last of ``columns`` is the time's."""
    found = []
    for cells, errors, time in rows:
        if f"{errors}_turned" in figures:
            values = [f"{figures[f'{errors}_{key}']:.2f}" for key in REGISTRATION.values()]
            found.append([*cells, *values, _cell(figures, f"{time}_seconds")])
    console.table((*columns[:-1], *REGISTRATION, columns[-1]), found)


def _lego(variants: Sequence[str]) -> list[list[str]]:
    return [["LeGO", v, LEGO[v][0], LEGO[v][1], "", "", LEGO[v][2]] for v in variants if v in LEGO]


def _codes(figures: Figures, encoders: Sequence[str], variants: Sequence[str]) -> list[list[str]]:
    return [
        [
            encoder,
            variant,
            _cell(figures, f"{label}_shape_relative", 100),
            _cell(figures, f"{label}_expression_relative", 100),
            _cell(figures, f"{label}_shape_weighted_relative", 100),
            _cell(figures, f"{label}_shape_weighted_mm"),
            f"{figures[f'{label}_found']:.0f} of {figures[f'{label}_asked']:.0f}",
        ]
        for encoder in encoders
        for variant in variants
        for label in (f"{encoder}_{variant}",)
        if f"{label}_found" in figures
    ]


def _cell(figures: Figures, key: str, factor: float = 1.0) -> str:
    return f"{factor * figures[key]:.3g}" if key in figures else ""


def renderer_table(figures: dict[str, Any]) -> None:
    """A row for each head and renderer, and why others are not there."""
    results: dict[str, dict[str, Figures]] = figures["results"]
    console.line("Milliseconds of CPU an image (wall in brackets); errors against supersampling and finite differences")
    columns = (
        "faces",
        "renderer",
        "forward",
        "and backward",
        "MB",
        "mask",
        "colour",
        "mask gradient",
        "colour gradient",
    )
    rows = [
        [
            count,
            name,
            f"{found['forward_ms']:.1f} ({found['forward_wall_ms']:.1f})",
            f"{found['both_ms']:.1f} ({found['both_wall_ms']:.1f})",
            f"{found['memory_mb']:.0f}",
            *(f"{found[key]:.4f}" if key in found else "" for key in ("mask_error", "colour_error")),
            *(_percent(found, f"{key}_gradient_error") for key in ("mask", "colour")),
        ]
        for count in next(iter(results.values()), {})
        for name, sizes in results.items()
        if (found := sizes.get(count))
    ]
    console.table(columns, rows)
    for name, why in figures["left_out"].items():
        console.line(f"{name} is left out: {why}")


def _percent(figures: Figures, key: str) -> str:
    return f"{100 * figures[key]:.2g} %" if key in figures else ""


def face_encoder_table(figures: Figures) -> None:
    """A row for each embedding, the chances, and how fast the network is."""
    parts = ("identity", "expression", "style")
    columns = ("embedding", *parts, *(f"{part}, all views" for part in parts), "expression R²")
    keys = (*(f"{part}_{how}" for how in ("found", "together") for part in parts), "r2")
    names = ("whole", *parts, "untrained", "pixels", "chance")
    rows = [[name, *(_cell(figures, f"{name}_{key}") for key in keys)] for name in names]
    console.line("Right nearest neighbours among those that differ in both other respects; expression values read off")
    console.table(columns, rows)
    console.line()
    size, time = figures["parameters"] / 1e6, figures["both_ways_50_ms"]
    console.line(f"{size:.2f} M parameters; 50 pictures forward and back in {time:.0f} ms on one thread")


DISTANCES = {"mean": "mean_mm", "p95": "p95_mm"}
STYLE = {
    "own pair, %": ("exemplar_percent", "{:.3f}"),
    "diversity": ("diversity", "{:.0%}"),
    "found": ("found", "{:.0%}"),
    "normals": ("normal_gain", "{:.2f}"),
    "curvature": ("curvature_gain", "{:.2f}"),
    "judge": ("judged_gain", "{:.2f}"),
    "actions, cos": ("expression_direction", "{:.3f}"),
    "size": ("expression_size", "{:.2f}"),
    "turned": ("turned", "{:.1f}"),
    "new cuts": ("new_cuts", "{:.0f}"),
    "eye, px": ("blink_pixels", "{:.0f}"),
    "lip gap, mm": ("lip_gap_mm", "{:.1f}"),
    "s": ("seconds", "{:.0f}"),
    "MB": ("peak_mb", "{:.0f}"),
}


def style_tables(figures: dict[str, dict[str, Figures]]) -> None:
    """Distances to the truth, a column for each method; then everything else, a row for each style and method."""
    known = {name: found for name, found in figures.items() if all("mean_mm" in f for f in found.values())}
    if known:
        _distances(known)
        console.line()
    console.line("Identity, style and expressions kept; what went wrong")
    rows = [
        [name, method, *(form.format(f[key]) if key in f else "" for key, form in STYLE.values())]
        for name, found in figures.items()
        for method, f in found.items()
    ]
    console.table(["style", "method", *STYLE], rows)


def _distances(figures: dict[str, dict[str, Figures]]) -> None:
    methods = list(next(iter(figures.values()), {}))
    console.line("Distance to the truth on unseen people, half of it with expressions: mean / p95, mm on 230 mm heads")
    rows = [
        [name, *(" / ".join(f"{found[m][key]:.2f}" for key in DISTANCES.values()) for m in methods)]
        for name, found in figures.items()
    ]
    console.table(["style", *methods], rows)


RIG = {
    "eye at blink, px": ("blink_px", "{:.0f}"),
    "eye through lid, px": ("lids_px", "{:.0f}"),
    "teeth through lip, px": ("teeth_px", "{:.0f}"),
    "mouth seen, px": ("sealed_px", "{:.0f}"),
    "lip gap, mm": ("lip_gap_mm", "{:.1f}"),
    "expression lost": ("expression_error", "{:.0%}"),
    "s": ("seconds", "{:.2f}"),
}


def rig_tables(figures: dict[str, dict[str, Figures]]) -> None:
    """A row for each style and method: the worst of what goes wrong, and how much of the expressions is lost."""
    rows = [
        [name, method, *(form.format(found[key]) for key, form in RIG.values())]
        for name, methods in figures.items()
        for method, found in methods.items()
    ]
    console.table(["style", "method", *RIG], rows)
