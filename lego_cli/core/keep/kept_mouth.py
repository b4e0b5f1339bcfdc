"""Gums and tongue of the user's own mesh: between the two jaws, and out with the head model's tongue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.geometry.smooth_field import SmoothField
from lego_cli.core.keep.head_motion import STILL, Motion
from lego_cli.core.keep.part_roles import LOWER, MOUTH, UPPER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lego_cli.api import Floats, Ints
    from lego_cli.core.keep.own_topology import OwnPlaces

SEED = 0.003  # metres to a tooth or to the tongue: surely goes with it
BEND = 0.004  # metres: finer than this nothing bends
TONGUE = "tongue"


class KeptMouth:
    """What is neither skin nor tooth in the user's mouth."""

    def __init__(self, places: OwnPlaces, parts: Mapping[str, Ints]) -> None:
        """``parts`` are the head model's."""
        self.parts = parts
        self.chosen = np.flatnonzero(places.role == MOUTH)
        if not len(self.chosen):
            return
        self.points = places.own.positions[self.chosen]
        away = np.stack([self._away(places, name) for name in (UPPER, LOWER, TONGUE)])
        nearest, surely = away.argmin(0), np.exp(-((away.min(0) / SEED) ** 2))
        place = np.full(len(places.role), -1)
        place[self.chosen] = np.arange(len(self.chosen))
        corners = place[places.own.corners]
        corners = corners[(corners >= 0).all(1)]
        length, known = np.full(len(self.chosen), BEND), np.zeros(len(self.chosen))
        self._field = SmoothField(self.points, corners, surely + 1e-4, length, known)
        self._upper = np.clip(self._field((nearest == 0).astype(np.float64)[:, None]), 0, 1)
        self._tongue = nearest == 2
        self._corners, self._weights = places.corners[self.chosen], places.weights[self.chosen]

    def __call__(self, motion: Motion) -> Floats:
        """Displacements ``(n, 3)`` of the ``chosen`` vertices."""
        jaws = [motion.of_part(self.parts[name]) for name in (UPPER, LOWER)]
        moved = np.zeros((len(self.chosen), 3))
        if not len(self.chosen):
            return moved
        if any(jaw is not STILL for jaw in jaws):
            upper, lower = (jaw.apply(self.points) - self.points for jaw in jaws)
            moved += self._upper * upper + (1 - self._upper) * lower
        return moved + self._stuck_out(motion)

    def _stuck_out(self, motion: Motion) -> Floats:
        """``(n, 3)`` how the tongue moves in the lower jaw."""
        tongue, jaw = self.parts[TONGUE], motion.of_part(self.parts[LOWER])
        alone = np.zeros_like(motion.before)
        alone[tongue] = motion.after[tongue] - jaw.apply(motion.before[tongue])
        if np.abs(alone).max() < 1e-9:
            return np.zeros((len(self.chosen), 3))
        carried = np.einsum("nk,nkc->nc", self._weights, alone[self._corners])
        return self._field(np.where(self._tongue[:, None], carried, 0.0))

    def _away(self, places: OwnPlaces, name: str) -> Floats:
        """``(n,)`` metres to teeth of the user's own where there are any, else to the head model's part."""
        own = places.own.positions[places.role == name] if name != TONGUE else ()
        return np.asarray(cKDTree(own if len(own) else places.laid.vertices[self.parts[name]]).query(self.points)[0])
