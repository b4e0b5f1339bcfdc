"""People between people: weighted means of codes, for averages and morphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from lego_cli.core.encoding.code_file import SavedCode
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code

if TYPE_CHECKING:
    from lego_cli.api import Floats

MOST_SCALES, MOST_DEGREES = 2.0, 45.0  # between two heads that stand in one and the same frame


def one_frame(people: Sequence[SavedCode]) -> bool:
    """Whether the sources share unit and axes, as far as the heads tell, so that a place between them makes sense."""
    scales = [person.transform.scale for person in people]
    turns = Rotation.from_matrix(np.stack([person.transform.rotation for person in people]))
    apart = (turns * turns[0].inv()).magnitude()
    return max(scales) <= MOST_SCALES * min(scales) and float(np.degrees(apart.max())) <= MOST_DEGREES


def blended(people: Sequence[SavedCode], weights: Sequence[float] | Floats) -> SavedCode:
    """The weighted mean of people; weights are not negative, and count by their shares of the sum.

    Shape, expression and detail are mixed linearly. Where the sources share a frame (:func:`one_frame`), so are the
    places: scales as a geometric mean, rotations as a mean rotation, translations linearly; otherwise the result
    stands where the first one stood.
    """
    share = np.asarray(weights, np.float64) / np.sum(weights)
    details = [person.code.detail for person in people]
    code = Code(
        shape=share @ np.stack([person.code.shape for person in people]),
        expression=share @ np.stack([person.code.expression for person in people]),
        detail=_mixed_detail(details, share),
    )
    first = people[0]
    transform = _mean_place([p.transform for p in people], share) if one_frame(people) else first.transform
    sources = tuple(
        replace(source, weight=source.weight * float(part))
        for person, part in zip(people, share, strict=True)
        for source in person.sources
        if part
    )
    return SavedCode(code, transform, {}, first.unit, first.up, first.parts_left_out, sources)


def stations(people: int, steps: int) -> Floats:
    """Weights ``(steps, people)`` of a walk from the first person to the last that stops at every one of them.

    The people stand at steps as evenly apart as whole numbers allow; ``steps >= people >= 2``.
    """
    stops = np.round(np.linspace(0, steps - 1, people))
    along = np.interp(np.arange(steps), stops, np.arange(people))
    return np.maximum(0, 1 - np.abs(along[:, None] - np.arange(people)))


def _mixed_detail(details: Sequence[Floats | None], share: Floats) -> Floats | None:
    there = [(part, detail) for part, detail in zip(share, details, strict=True) if detail is not None]
    return np.sum([part * detail for part, detail in there], axis=0) if there else None


def _mean_place(places: Sequence[Similarity], share: Floats) -> Similarity:
    scale = float(np.exp(share @ np.log([place.scale for place in places])))
    turn = Rotation.from_matrix(np.stack([place.rotation for place in places])).mean(share).as_matrix()
    return Similarity(scale, turn, share @ np.stack([place.translation for place in places]))
