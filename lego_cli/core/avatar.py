"""One person in one style, on any topology, in any expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from lego_cli.api import Floats, Topology
    from lego_cli.core.ds.surface_net import Prepared
    from lego_cli.core.dt.style_file import Style
    from lego_cli.core.stylist import Code, Layout, Stylist

EYES = ("eye_left", "eye_right")
LEAST = 0.6  # of the length of its edges that a place keeps when a style is exaggerated
ROUNDS = 8  # of sharing that length with neighbours


class Avatar:
    """A styled person. Neutral shapes are made once; poses are cheap."""

    def __init__(self, stylist: Stylist, code: Code, styles: Sequence[tuple[Style, float]], detail: float) -> None:
        self.stylist, self.code = stylist, code
        self.styles = [(style, weight) for style, weight in styles if weight]
        self.identity = stylist.neutral(code.shape)
        self._turns = stylist.turns(self.identity)
        self._eyes: dict[str, tuple[Floats, float, Floats]] = {}
        self._rest: dict[str, tuple[Layout, Floats]] = {}
        moved = self.identity + self._displacement(stylist.points, self._turns)
        for part in EYES:
            index = stylist.head.parts[part]
            self._eyes[part] = scale_and_shift(self.identity[index], moved[index])
            moved[index] = _apply(self._eyes[part], self.identity[index])
        held = self._restrained(moved)
        self._change = stylist.turns(held) @ np.linalg.inv(self._turns)
        self._detail = self._carried_detail(detail) + self._contacts(held) + held - moved
        self.neutral = moved + self._detail
        """(V, 3) styled neutral at the head model's vertices."""

    @property
    def growth(self) -> Floats:
        """(V, 3, 3) how the styles change the local frames, less 1: exactly 0 without a style."""
        return self._change - np.eye(3) if self.styles else np.zeros_like(self._change)

    def pose(self, topology: Topology, expression: Floats | None = None) -> Floats:
        """Vertices ``(Q, 3)`` of the avatar on a topology; ``expression (52,)``, the person's own when omitted."""
        wanted = self.code.expression if expression is None else np.asarray(expression)
        if not np.any(wanted):
            return self._neutral_on(self.stylist.layout(topology))
        return self.poses(topology, wanted[None])[0]

    def poses(self, topology: Topology, expressions: Floats) -> Floats:
        """Vertices ``(B, Q, 3)`` with expressions ``(B, 52)``; much quicker than as many calls of :meth:`pose`."""
        layout = self.stylist.layout(topology)
        wanted, change = np.asarray(expressions, np.float64), self._change
        heads = np.broadcast_to(self.neutral, (len(wanted), *self.neutral.shape))
        smooth_head = turned(change, self._motions(self.stylist.prepared, wanted))
        smooth = turned(layout.carried(change), self._motions(layout.prepared, wanted))
        rest = self.stylist.head.posed(heads, wanted) - self.neutral - smooth_head
        carried = layout.carried(rest.transpose(1, 0, 2)).transpose(1, 0, 2)
        posed: Floats = self._neutral_on(layout) + smooth + carried
        return posed

    def _neutral_on(self, layout: Layout) -> Floats:
        """The styled neutral on a topology, made once."""
        kept = self._rest.get(layout.topology.name)
        if kept is None or kept[0] is not layout:
            kept = self._rest[layout.topology.name] = (layout, self._made_on(layout))
        return kept[1].copy()

    def _made_on(self, layout: Layout) -> Floats:
        identity = self.stylist.decode(layout.prepared, self.code.shape, np.zeros(self.stylist.net.expression_size))
        moved = identity + self._displacement(layout.points, layout.carried(self._turns))
        for part, similarity in self._eyes.items():
            if part in layout.topology.parts:
                index = layout.topology.parts[part]
                moved[index] = _apply(similarity, identity[index])
        offsets = layout.topology.offsets
        if offsets is not None:
            moved += turned(self._eye_scales(layout, layout.carried(self._change @ self._turns)), offsets)
        return moved + layout.carried(self._detail)

    def _eye_scales(self, layout: Layout, turns: Floats) -> Floats:
        """Frames in which eyeballs, which stay balls, are only scaled."""
        for part, (_, scale, _) in self._eyes.items():
            if part in layout.topology.parts:
                size = np.cbrt(np.linalg.det(layout.carried(self._turns)[layout.topology.parts[part]]).mean())
                turns[layout.topology.parts[part]] = scale * size * np.eye(3)
        return turns

    def _displacement(self, points: torch.Tensor, turns: Floats) -> Floats:
        """What the styles do to this person in the mean head's frames, turned and stretched as this face is."""
        total = np.zeros((len(points), 3))
        with torch.inference_mode():
            shape = torch.from_numpy(np.asarray(self.code.shape, np.float32))
            for style, weight in self.styles:
                total += weight * style.displacement(points, shape).double().numpy()
        return turned(turns, total)

    def _restrained(self, moved: Floats) -> Floats:
        """``(V, 3)`` over full strength, what shrinks already shrinks no further than to ``LEAST``, or it would turn
        inside out."""
        total = sum(abs(weight) for _, weight in self.styles)
        if total <= 1:
            return moved
        asked = moved - self.identity
        shrunk = np.maximum(1 - self._edge_growth(self.identity + asked / total), 1e-6)
        share = np.clip((1 - LEAST) / shrunk / total, 1 / total, 1.0)[self.stylist.over]
        for part in EYES:
            share[self.stylist.head.parts[part]] = 1.0
        return self.identity + share[:, None] * asked

    def _edge_growth(self, moved: Floats) -> Floats:
        """``(V,)`` how long edges are against the identity's: means over a small neighbourhood of each vertex."""
        triangles = self.stylist.triangles
        start, end = triangles.reshape(-1), np.roll(triangles, -1, axis=1).reshape(-1)
        before, after = (np.linalg.norm(x[start] - x[end], axis=1) for x in (self.identity, moved))
        count = len(moved)
        growth = np.bincount(start, after, count) / np.maximum(np.bincount(start, before, count), 1e-9)
        growth[np.bincount(start, minlength=count) == 0] = 1.0
        ends = np.maximum(np.bincount(start, minlength=count), 1)
        for _ in range(ROUNDS):
            growth = 0.5 * (growth + np.bincount(start, growth[end], count) / ends)
        return growth

    def _contacts(self, moved: Floats) -> Floats:
        """``(V, 3)`` what puts lids back on grown eyeballs and closes the lips."""
        if not self.styles:
            return np.zeros_like(moved)
        return self.stylist.head.seated(self.identity[None], moved[None])[0].astype(np.float64) - moved

    def _motions(self, prepared: Prepared, expressions: Floats) -> Floats:
        """``(B, Q, 3)`` what DS says that the person moves."""
        still = np.zeros(self.stylist.net.expression_size)
        moved: Floats = self.stylist.decode_all(prepared, self.code.shape, expressions)
        return moved - self.stylist.decode(prepared, self.code.shape, still)

    def _carried_detail(self, amount: float) -> Floats:
        if self.code.detail is None or not amount:
            return np.zeros_like(self.identity)
        return amount * turned(self._change, self.code.detail)


def rest_displacement(stylist: Stylist, identity: Floats, styled: Floats) -> Floats:
    """An exemplar's displacement ``(V, 3)`` brought into the mean head's frames, as a style file keeps it."""
    return turned(np.linalg.inv(stylist.turns(identity)), styled - identity)


def turned(frames: Floats, vectors: Floats) -> Floats:
    """Vectors ``(..., V, 3)`` in frames ``(V, 3, 3)``."""
    return np.asarray((frames @ vectors[..., None])[..., 0])


def scale_and_shift(source: Floats, target: Floats) -> tuple[Floats, float, Floats]:
    """Eyeballs stay balls: centre, scale and new centre of the best fit without rotation."""
    centre, goal = source.mean(0), target.mean(0)
    a, b = source - centre, target - goal
    return centre, float((a * b).sum() / (a * a).sum()), goal


def _apply(similarity: tuple[Floats, float, Floats], points: Floats) -> Floats:
    centre, scale, goal = similarity
    return goal + scale * (points - centre)
