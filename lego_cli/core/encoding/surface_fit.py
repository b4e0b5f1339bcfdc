"""One fit of the head model to one outer surface, coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT
from lego_cli.core.encoding.face_landmarks import NAMES, Midline, MidlineSearch
from lego_cli.core.encoding.face_relief import relief_agreement
from lego_cli.core.encoding.fit_step import Anchors, Priors, State, step
from lego_cli.core.encoding.matching import Matcher, pairs_both_ways

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.geometry.similarity import Similarity
    from lego_cli.core.geometry.visible import OuterSurface

HEAD_MM = 230.0  # chin to crown of the head on which distances are reported
NORMAL_METRES = 0.012  # what a unit of difference between normals counts in the search for matches
COARSE_MODES = 12
LOST_MARK_MM = 4.0  # how far a landmark that was not found counts in the comparison of two fits
FAR_MARK = 0.015  # metres: a landmark this far off counts half
UNSEEN = ("eyeLook", "tongueOut", "mouthClose", "mouthRoll", "mouthPress", "mouthShrug", "jawForward", "cheekPuff")
ACTIONS = np.array([k for k, name in enumerate(ARKIT) if not name.startswith(UNSEEN)])
"""What a surface can tell of an expression; the rest is either hidden or hardly different from a shape."""
STILL = np.zeros(0, np.int64)
FAINT = 0.1  # guessed actions below this are noise


def clear_expression(expression: Floats) -> Floats:
    """A guessed expression ``(52,)`` without what a surface cannot tell, and without traces."""
    clear = np.zeros_like(expression)
    clear[ACTIONS] = np.where(expression[ACTIONS] < FAINT, 0.0, expression[ACTIONS])
    return clear


@dataclass(frozen=True)
class FitOptions:
    """How hard the fit tries, and how far it strays from the people it knows."""

    steps: int = 14  # of the full fit, once with a neutral face and once with a moving one
    data: float = 1200.0  # what the surface weighs against the priors, in independent points of 1 mm
    shape_prior: float = 1.0  # per squared standard deviation of the shape code
    expression_prior: float = 3.0  # per squared unit of an action
    sparse: float = 8.0  # per unit of an action
    expression_gain: float = 0.17  # an expression is kept when it lowers the whole cost by this share
    landmarks: float = 6.0  # per squared mm of a profile landmark
    landmarks_at_the_end: float = 0.3  # of that, once the surface has found its place


class SurfaceFit:
    """A fit that starts from a guess; :attr:`state` is where it stands."""

    def __init__(
        self, surface: OuterSurface, fields: HeadFields, state: State, options: FitOptions | None = None
    ) -> None:
        self.surface, self.fields, self.options = surface, fields, options or FitOptions()
        self.state = state
        self.matcher = Matcher(surface, state.placed.scale, NORMAL_METRES)
        self._search = MidlineSearch(fields)
        self._moves = fields.actions(self.state.shape)

    @classmethod
    def at(
        cls, surface: OuterSurface, fields: HeadFields, placed: Similarity, options: FitOptions | None = None
    ) -> SurfaceFit:
        """A fit that starts from an alignment of the mean head."""
        net = fields.stylist.net
        return cls(surface, fields, State(placed, np.zeros(net.shape_size), np.zeros(net.expression_size)), options)

    @property
    def vertices(self) -> Floats:
        """(S, 3) the fitted skin, canonical frame."""
        return self.neutral + self._moves @ self.state.expression

    @property
    def neutral(self) -> Floats:
        """(S, 3) the fitted skin without its expression."""
        return self.fields.mean + self.fields.modes @ self.state.shape

    def coarse(self) -> None:
        """Pose, size and the dozen largest modes."""
        for k, reach in enumerate(np.linspace(0.03, 0.012, 8)):
            self._step(float(reach), COARSE_MODES if k > 2 else 2, 0.5, 0.0, STILL)

    def fine(self, neutral: bool) -> None:
        """All of the shape code with a neutral face, then, unless it is neutral, with one that may move if it pays.

        What moves is fitted from the coarse fit on: a shape that has learned to imitate a smile does not unlearn it.
        """
        begun = self.state
        self._refine((0, 0.2, 0.5, 0.6), (30, 80, 200), 0.012, 0.5, STILL)
        if neutral:
            return
        still, cost = self.state, self._cost()
        self.state = begun
        self._refine((0, 0.5, 0.7, 0.85), (COARSE_MODES, 20, 80), 0.014, 0.3, ACTIONS)
        if self._cost() > (1 - self.options.expression_gain) * cost:
            self.state = still

    def polish(self, neutral: bool, effort: int) -> None:
        """All of the code from a good guess on, with a neutral face and, unless it is one, with one that may move.

        ``effort`` 1 is what a guess needs, 2 what one may wait for.
        """
        guess = self.state
        self.state = replace(guess, expression=np.zeros_like(guess.expression))
        self._approach(8 * effort, STILL)
        if neutral:
            return
        still, cost = self.state, self._cost()
        self.state = guess
        self._approach(8 * effort, ACTIONS)
        if self._cost() > (1 - self.options.expression_gain) * cost:
            self.state = still

    def _approach(self, steps: int, actions: Ints) -> None:
        for k in range(steps):
            f = k / (steps - 1)
            self._step(0.012 - 0.006 * f, len(self.state.shape), 0.5 * (1 - f), 1 - 0.7 * f, actions)

    def promise(self) -> float:
        """Low for a fit that is near, and on a face."""
        return self.figures()["mean"] * (1.5 - self.relief())

    def relief(self) -> float:
        """Agreement of the face's relief, -1..1."""
        return relief_agreement(self.fields, self.vertices, *self._samples())

    def midline(self, vertices: Floats) -> Midline:
        """Profile landmarks of the input, against head ``vertices (S, 3)``."""
        return self._search(vertices, *self._samples())

    def figures(self) -> dict[str, float]:
        """Distance of the face front to the input, ``mean`` and ``p95`` in mm on a 230 mm head; share ``covered``."""
        vertices, front = self.vertices, np.flatnonzero(self.fields.front & (self.fields.trust > 0.3))
        normals = self.fields.normals(vertices)[front]
        _, point, normal = self.matcher.forth(vertices[front], normals, self.state.placed)
        gap = point - vertices[front]
        near = (np.linalg.norm(gap, axis=1) < 0.012) & ((normal * normals).sum(1) > 0.5)
        distance = np.abs((gap * normal).sum(1))[near] * HEAD_MM / self.height()
        if len(distance) < 50:
            return {"mean": HEAD_MM, "p95": HEAD_MM, "covered": 0.0}
        return {
            "mean": float(distance.mean()),
            "p95": float(np.percentile(distance, 95)),
            "covered": float(near.mean()),
        }

    def height(self) -> float:
        """Chin to crown in metres of the canonical frame."""
        marks, neutral = self.fields.landmarks, self.neutral
        return float(neutral[marks["crown"][0], 1] - neutral[marks["chin"][0], 1])

    def _refine(
        self, when: tuple[float, ...], modes: tuple[int, ...], reach: float, back: float, actions: Ints
    ) -> None:
        """Full fit: more and more modes until all of them move, with matches from nearer and nearer."""
        size, last = len(self.state.shape), max(self.options.steps - 1, 1)
        for k in range(self.options.steps):
            f = k / last
            count = min(size, int(np.interp(f, when, (*modes, size))))
            landmarks = float(np.interp(f, [0.5, 0.9], [1.0, self.options.landmarks_at_the_end]))
            self._step(float(np.interp(f, [0, 0.7], [reach, 0.006])), count, back * (1 - f), landmarks, actions)

    def _step(self, reach: float, modes: int, back: float, landmarks: float, actions: Ints) -> None:
        o, vertices = self.options, self.vertices
        pairs = pairs_both_ways(self.matcher, self.fields, vertices, self.state.placed, reach, back)
        anchors = self._anchors(vertices, landmarks * o.landmarks)
        priors = Priors(o.shape_prior, modes, o.data, actions, o.expression_prior, o.sparse)
        self.state = step(self.fields, self._moves, self.state, vertices, pairs, anchors, priors)
        if len(actions):
            self._moves = self.fields.actions(self.state.shape)

    def _anchors(self, vertices: Floats, weight: float) -> Anchors:
        if not weight:
            return Anchors(STILL, np.zeros((0, 3)), np.zeros((0, 3)))
        found = self.midline(vertices)
        robust = weight / (1 + (found.distance / FAR_MARK) ** 2)
        return Anchors(found.vertex, found.target, robust[:, None] * found.axes)

    def _samples(self) -> tuple[Floats, Floats]:
        placed = self.state.placed
        return placed.inverse(self.surface.points), placed.inverse_directions(self.surface.normals)

    def _cost(self) -> float:
        """What the steps minimise: distances of surface and landmarks, and how unlikely shape and expression are."""
        o, s, vertices = self.options, self.state, self.vertices
        pairs = pairs_both_ways(self.matcher, self.fields, vertices, s.placed, 0.012, 0.5)
        plane = 1000 * ((pairs.point - vertices[pairs.vertex]) * pairs.normal).sum(1)
        surface = (pairs.weight * plane**2).sum() / max(pairs.weight.sum(), 1e-9)
        far = self.midline(vertices).distance
        marks = ((1000 * far) ** 2 / (1 + (far / FAR_MARK) ** 2)).sum()
        marks += LOST_MARK_MM**2 * (len(NAMES) - len(far))  # or a fit that has lost the mouth would seem the better one
        priors = o.shape_prior * (s.shape**2).sum() + o.sparse * s.expression.sum()
        return float(o.data * surface + o.landmarks * marks + priors)
