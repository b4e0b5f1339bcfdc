"""What a rig with a mesh of its own does, told at the head model's skin: motion carried over in the canonical frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.core.encoding.encode import encode
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.geometry.nearest_place import PlaceFinder, Places
from lego_cli.core.geometry.similarity import Similarity, best_similarities
from lego_cli.core.motion.action_metric import REGIONS, region_weights

if TYPE_CHECKING:
    from lego_cli.api import Floats, ShapeRig
    from lego_cli.core.stylist import Stylist

TURN = 0.015  # metres that a unit of difference between normals counts
NEAR, FAR = 0.003, 0.008  # metres between the skin and its place: believed, and not believed at all
STABLE = 0.0005  # metres: what no action moves further shows how the whole head moves
CHUNK = 64  # frames carried at a time
PART = 0.25  # of the way to its bound at which a control is looked at, where it bends least


@dataclass(frozen=True, eq=False)
class CarriedRig:
    """A rig's mesh understood as a head: ``S`` skin vertices of the head model have their places on it.

    ``actions (52, S, 3)`` are the ARKit actions of the person that the rig's mesh is, metres; ``weights (S,)`` sum to
    1 and say how far a place is believed; ``regions`` are the same weights in parts of the face.
    """

    rig: ShapeRig
    transform: Similarity  # canonical frame to the rig's mesh
    places: Places
    actions: Floats
    weights: Floats
    stable: Floats  # (S,)
    regions: dict[str, Floats]
    rest: Floats  # (S, 3) metres

    def motions(self, values: Floats) -> Iterator[Floats]:
        """Control values ``(T, C)`` to displacements ``(t, S, 3)``, some frames at a time; turns of the head undone."""
        for start in range(0, len(values), CHUNK):
            posed = self._at_places(self.rig.posed(values[start : start + CHUNK]))
            yield self._steady(posed) - self.rest

    def shapes(self) -> Floats:
        """``(C, S, 3)`` what each control does for each unit of its value, near rest."""
        steps = PART * np.where(self.rig.bounds[:, 1] > 0, self.rig.bounds[:, 1], self.rig.bounds[:, 0])
        return np.concatenate(list(self.motions(np.diag(steps)))) / steps[:, None, None]

    def _at_places(self, posed: Floats) -> Floats:
        corners = np.asarray(posed, np.float64)[:, self.places.corners]
        return self._canonical(np.einsum("nk,tnkc->tnc", self.places.weights, corners, optimize=True))

    def _canonical(self, points: Floats) -> Floats:
        return self.transform.inverse(points.reshape(-1, 3)).reshape(points.shape)

    def _steady(self, moved: Floats) -> Floats:
        weight = np.broadcast_to(self.stable, moved.shape[:2])
        scale, turn, shift = best_similarities(moved, np.broadcast_to(self.rest, moved.shape), weight)
        steady: Floats = scale[:, None, None] * np.einsum("tab,tnb->tna", turn, moved) + shift[:, None]
        return steady


def carried_rig(rig: ShapeRig, stylist: Stylist) -> CarriedRig:
    """Encode the rig's mesh once. Raises LegoError when it is no head."""
    encoded = encode(rig.mesh, stylist, EncodeOptions(neutral=True))
    fields, skin = head_fields(stylist), encoded.registered.vertices
    finder, places = _places(rig, encoded.transform, skin, fields.normals(skin))
    neutral = stylist.neutral(encoded.code.shape)
    posed = stylist.head.actions(neutral.astype(np.float32)).astype(np.float64)[:, stylist.skin]
    believed = encoded.registered.trust * np.interp(places.distance, [NEAR, FAR], [1, 0])
    believed = believed * np.interp(places.cosine, [0.3, 0.7], [0, 1])
    weights = believed / max(believed.sum(), 1e-9)
    reach = np.linalg.norm(posed, axis=2).max(0)
    stable = weights / (1 + (reach / STABLE) ** 2) ** 2
    regions = {name: weights * region_weights(stylist.head, name)[stylist.skin] for name in REGIONS}
    rest = np.einsum("nk,nkc->nc", places.weights, finder.vertices[places.corners])
    return CarriedRig(rig, encoded.transform, places, posed, weights, stable, regions, rest)


def _places(rig: ShapeRig, transform: Similarity, skin: Floats, normals: Floats) -> tuple[PlaceFinder, Places]:
    """Where the skin lies on the rig's mesh, whichever way round its faces are."""
    vertices, corners = transform.inverse(rig.mesh.vertices), rig.mesh.triangles()
    found: list[tuple[PlaceFinder, Places]] = []
    for winding in (corners, corners[:, ::-1]):
        finder = PlaceFinder(vertices, np.ascontiguousarray(winding), TURN)
        found.append((finder, finder(skin, normals)))
    return max(found, key=lambda pair: float(np.median(pair[1].cosine)))


def products(motion: Floats, fields: Floats, weights: Floats) -> Floats:
    """``(T, C)`` of motions ``(T, S, 3)`` and fields ``(C, S, 3)``, weighted by place."""
    flat = (fields * weights[:, None]).reshape(len(fields), -1)
    product: Floats = np.asarray(motion, np.float64).reshape(len(motion), -1) @ flat.T
    return product


def squares(motion: Floats, weights: Floats) -> Floats:
    """``(T,)`` of motions ``(T, S, 3)``."""
    total: Any = np.einsum("tsc,tsc,s->t", motion, motion, weights, optimize=True)
    return np.asarray(total)
