"""Whether one head has one code, whatever its file is like, and whether that code tells it from others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.bench.heads import HEAD_MM, Person
from lego_cli.bench.options import EXPRESSION, GIVEN

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.stylist import Code, Stylist

Codes = Mapping[tuple[int, str], "Code"]


def code_figures(name: str, codes: Codes, people: Sequence[Person], stylist: Stylist) -> dict[str, float]:
    """Figures of each variant against the same heads as ``given``; all are means over heads.

    ``NAME_VARIANT_shape_relative``: ``|z' - z| / |z|`` of shape codes; ``..._expression_relative`` the same of
    expression codes, over heads that have an expression. ``..._shape_weighted_mm``: the code with its modes weighted by
    their size, which is the mean distance between the skins that DS makes of both, on a head of 230 mm;
    ``..._shape_weighted_relative``: that, relative to the distance from the mean head. ``..._found``: for how many
    heads the nearest of all given shape codes (Euclidean) is their own, and ``..._asked``: of how many;
    a head that was refused is not found.
    """
    given = {k: code for (k, v), code in codes.items() if v == GIVEN}
    figures: dict[str, float] = {}
    for variant in dict.fromkeys(v for _, v in codes):
        pairs = {k: (given[k], codes[k, variant]) for k in given if (k, variant) in codes}
        if variant == GIVEN or not pairs:
            continue
        label = f"{name}_{variant}"
        figures |= _shape_figures(label, pairs, people, stylist)
        if variant != EXPRESSION:
            figures |= _expression_figures(label, pairs, people)
        gallery = np.stack([code.shape for code in given.values()])
        asked = np.stack([code.shape for _, code in pairs.values()])
        nearest = np.linalg.norm(asked[:, None] - gallery, axis=2).argmin(1)
        figures[f"{label}_found"] = float((np.array(list(given))[nearest] == list(pairs)).sum())
        figures[f"{label}_asked"] = float(len(given))
    return figures


def _shape_figures(
    label: str, pairs: Mapping[int, tuple[Code, Code]], people: Sequence[Person], stylist: Stylist
) -> dict[str, float]:
    mean = stylist.neutral(np.zeros(stylist.net.shape_size))[stylist.skin]
    relative, millimetres, weighted = [], [], []
    for k, codes in pairs.items():
        one, other = (stylist.neutral(code.shape)[stylist.skin] for code in codes)
        relative.append(_relative(codes[0].shape, codes[1].shape))
        millimetres.append(np.linalg.norm(other - one, axis=1).mean() * HEAD_MM / people[k].height)
        weighted.append(np.linalg.norm(other - one) / np.linalg.norm(one - mean))
    return {
        f"{label}_shape_relative": float(np.mean(relative)),
        f"{label}_shape_weighted_mm": float(np.mean(millimetres)),
        f"{label}_shape_weighted_relative": float(np.mean(weighted)),
    }


def _expression_figures(
    label: str, pairs: Mapping[int, tuple[Code, Code]], people: Sequence[Person]
) -> dict[str, float]:
    moved = [codes for k, codes in pairs.items() if people[k].expression.any() and codes[0].expression.any()]
    if not moved:
        return {}
    relative = [_relative(one.expression, other.expression) for one, other in moved]
    return {f"{label}_expression_relative": float(np.mean(relative))}


def _relative(one: Floats, other: Floats) -> float:
    return float(np.linalg.norm(other - one) / np.linalg.norm(one))
