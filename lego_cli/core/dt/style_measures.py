"""What a style does to people, in figures: identity kept, style gained, expressions kept, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.geometry.intersections import crossing_triangles
from lego_cli.core.geometry.oriented import Triangles

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.stylist import Stylist

HEAD_MM = 230.0
"""Chin to crown, the size that errors are told at."""
STILL = 0.0005  # metres: vertices that an action moves less say nothing of its direction


@dataclass(frozen=True, eq=False)
class StyleMeasures:
    """Measures of heads ``(N, V, 3)`` of one head model, canonical metres."""

    stylist: Stylist

    @cached_property
    def corners(self) -> Ints:
        """``(T, 3)`` triangles of the skin, numbered within it."""
        return head_fields(self.stylist).corners

    def skin(self, heads: Floats) -> Floats:
        """``(N, S, 3)``."""
        return np.asarray(heads, np.float64)[:, self.stylist.skin]

    def millimetres(self, people: Floats) -> Floats:
        """``(N,)`` what a metre is on each person, in mm on a head of 230 mm."""
        head = self.stylist.head
        chin, crown = (np.atleast_1d(head.landmarks[name])[0] for name in ("chin", "crown"))
        height: Floats = np.linalg.norm(people[:, crown] - people[:, chin], axis=1)
        return HEAD_MM / height

    def distances(self, people: Floats, found: Floats, truth: Floats) -> Floats:
        """``(N, S)`` mm between two versions of the same people's skin."""
        apart: Floats = np.linalg.norm(self.skin(found) - self.skin(truth), axis=2)
        return apart * self.millimetres(people)[:, None]

    def diversity(self, people: Floats, styled: Floats) -> float:
        """How much styled people differ from each other, as a share of how much they did: traces of covariances."""
        return float(self._variance(styled) / self._variance(people))

    def _variance(self, heads: Floats) -> float:
        skin = self.skin(heads)
        return float(((skin - skin.mean(0)) ** 2).sum())

    def found_again(self, people: Floats, styled: Floats) -> float:
        """Share of styled people whose own unstyled head is nearest, once the mean of each set is taken out."""
        before, after = (self._centred(heads) for heads in (people, styled))
        alike = after @ before.T / np.linalg.norm(before, axis=1)
        return float((alike.argmax(1) == np.arange(len(people))).mean())

    def _centred(self, heads: Floats) -> Floats:
        skin = self.skin(heads)
        return (skin - skin.mean(0)).reshape(len(skin), -1)

    def normal_gain(self, exemplar: tuple[Floats, Floats], people: Floats, styled: Floats) -> float:
        """How far surface normals turn the way the exemplar's do: 1 for as far, 0 for not at all."""
        return self._gain(exemplar, people, styled, self._normals)

    def curvature_gain(self, exemplar: tuple[Floats, Floats], people: Floats, styled: Floats) -> float:
        """The same for mean curvature."""
        return self._gain(exemplar, people, styled, self._curvature)

    def _gain(
        self, exemplar: tuple[Floats, Floats], people: Floats, styled: Floats, of: Callable[[Floats], Floats]
    ) -> float:
        wanted = of(exemplar[1]) - of(exemplar[0])
        size = max(float((wanted**2).sum()), 1e-12)
        gains = [((of(b) - of(a)) * wanted).sum() / size for a, b in zip(people, styled, strict=True)]
        return float(np.mean(gains))

    def _normals(self, head: Floats) -> Floats:
        return self._surface(head).vertex_normals()

    def _surface(self, head: Floats) -> Triangles:
        return Triangles(self.skin(head[None])[0], self.corners, np.zeros(len(self.corners), np.int64))

    def _curvature(self, head: Floats) -> Floats:
        """``(S,)`` height over the mean of the neighbours, along the normal, in edge lengths: a discrete curvature."""
        skin, fields = self.skin(head[None])[0], head_fields(self.stylist)
        edge = np.linalg.norm(skin[self.corners[:, 0]] - skin[self.corners[:, 1]], axis=1).mean()
        bend = ((skin - fields.neighbours @ skin) * self._normals(head)).sum(1) / edge
        smooth: Floats = fields.neighbours @ (fields.neighbours @ bend)
        return smooth

    def expressions_kept(self, people: Floats, styled: Floats) -> tuple[float, float, float]:
        """Cosine and size of each of the 52 actions against the unstyled head's: means, and the smallest cosine."""
        head, cosines, sizes = self.stylist.head, [], []
        for person, moved in zip(people, styled, strict=True):
            before, after = (np.asarray(head.actions(x), np.float64) for x in (person, moved))
            turns = self.stylist.turns(moved) @ np.linalg.inv(self.stylist.turns(person))
            for action in range(len(ARKIT)):
                a, b = before[action], after[action]
                moving = np.linalg.norm(a, axis=1) > STILL
                a, b = np.einsum("vij,vj->vi", turns[moving], a[moving]), b[moving]
                one, other = max(float(np.linalg.norm(a)), 1e-12), max(float(np.linalg.norm(b)), 1e-12)
                cosines.append(float((a * b).sum()) / (one * other))
                sizes.append(other / one)
        return float(np.mean(cosines)), float(np.mean(sizes)), float(np.min(cosines))

    def turned_faces(self, person: Floats, styled: Floats) -> int:
        """Triangles of the skin whose normal turns by more than a right angle."""
        before, after = (self._surface(x).area_vectors for x in (person, styled))
        return int(((before * after).sum(1) < 0).sum())

    def intersections(self, head: Floats) -> int:
        """Triangles of the skin that cut through others that they are no neighbours of."""
        return len(crossing_triangles(self.skin(head[None])[0], self.corners))

    def lip_gaps(self, heads: Floats) -> Floats:
        """``(N,)`` mm of the widest gap between the lips where they should meet: at rest, and in ``mouthClose``."""
        head = self.stylist.head
        closed = np.zeros((len(heads), len(ARKIT)))
        closed[:, [ARKIT.index("jawOpen"), ARKIT.index("mouthClose")]] = 0.5
        upper, lower = (np.asarray(head.landmarks[f"lip_{lip}"]) for lip in ("upper", "lower"))
        shut = [heads, head.posed(heads, closed)]
        gaps = [(x[:, upper, 1] - x[:, lower, 1])[:, 1:-1].max(1) for x in shut]
        return 1000 * np.max(gaps, axis=0)
