"""How far apart two expressions look: the mesh distance on the head model, as one small matrix over ARKit actions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lego_cli.api import Floats, HeadModel

REACH = 0.03  # metres from the landmarks of a region
SEMANTIC = 1e-3  # of the mean action: what an action counts beyond what it moves, so that gaze is not lost in the mesh
REGIONS = {
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
    "jaw": slice(4, 13),
}


@dataclass(frozen=True, eq=False)
class ActionMetric:
    """``|d|`` of a difference ``d (52,)`` of expressions is ``sqrt(d M d)``: metres, rms over the vertices of the head.

    ``regions`` has the same for parts of the face; ``solving`` adds a little for every action that moves little.
    """

    mesh: Floats  # (52, 52)
    solving: Floats  # (52, 52)
    regions: Mapping[str, Floats]

    def lengths(self, differences: Floats, region: str = "") -> Floats:
        """Rows ``(T, 52)`` to metres ``(T,)``, of the whole head or a region."""
        matrix = self.regions[region] if region else self.mesh
        squares: Floats = np.einsum("ta,ab,tb->t", differences, matrix, differences, optimize=True)
        return np.sqrt(np.maximum(squares, 0))


def action_metric(head: HeadModel) -> ActionMetric:
    """The metric of a head model's mean head; made once."""
    known: Any = head  # the protocol does not say that heads can be looked up by
    return _action_metric(known)


@lru_cache(maxsize=2)
def _action_metric(head: Any) -> ActionMetric:
    neutral = np.asarray(head.vertices, np.float64)
    actions = np.asarray(head.actions(head.vertices), np.float64)
    mesh = _gram(actions, np.ones(len(neutral)))
    weights = {name: region_weights(head, name) for name in REGIONS}
    return ActionMetric(
        mesh=mesh,
        solving=mesh + SEMANTIC * np.trace(mesh) / len(mesh) * np.eye(len(mesh)),
        regions={name: _gram(actions, weight) for name, weight in weights.items()},
    )


def region_weights(head: HeadModel, region: str) -> Floats:
    """``(V,)`` 1 within reach of a region's landmarks on the mean head, for all parts; 0 elsewhere."""
    vertices = np.asarray(head.vertices, np.float64)
    landmarks = head.landmarks["ibug68"][REGIONS[region]]
    distance = cKDTree(vertices[landmarks]).query(vertices)[0]
    return (distance < REACH).astype(np.float64)


def _gram(actions: Floats, weights: Floats) -> Floats:
    flat = (actions * np.sqrt(weights / max(weights.sum(), 1.0))[:, None]).reshape(len(actions), -1)
    gram: Floats = flat @ flat.T
    return gram
