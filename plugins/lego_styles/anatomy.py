"""Where things are on the head model: rings round eyes and mouth, ears, and the operators that carry moves along."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, proxy

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from lego_styles.biharmonic import BiharmonicSheet, triangulated
from lego_styles.containment import Containment
from lego_styles.lip_contact import LipContact
from lego_styles.proportions import SHAPES, Proportions
from lego_styles.ramp import ramp
from lego_styles.smoothing import SkinSmoothing
from lego_styles.spread import VolumeSpread, spread_points

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from lego_styles.slider_head import SliderHead

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

INNER = ("mouth_bag", "teeth_upper", "teeth_lower", "tongue")
SIDES = ("left", "right")
BROW_HALF = 0.003  # metres from the middle of a brow to its lower edge
EAR_BASE = 0.4  # share of the ear's farthest vertex at which a vertex counts as wholly on the ear


class Anatomy:
    """Facts about one head model that recipes need, worked out once on its mean head."""

    def __init__(self, head: SliderHead) -> None:
        self.head = proxy(head)
        self.mean = np.asarray(head.vertices, np.float64)
        self.skin, self.parts, self.landmarks, self.mirror = head.parts["skin"], head.parts, head.landmarks, head.mirror
        corners = head.mesh.corner_vertex.reshape(-1, 4)
        faces = corners[head.mesh.face_group == head.mesh.groups.index("skin")]
        self.triangles = triangulated(faces)
        self.edges = np.concatenate([np.stack([faces[:, k], faces[:, (k + 1) % 4]], 1) for k in range(4)])
        self._sheets: dict[bytes, BiharmonicSheet] = {}

    def steps_from(self, sources: Ints) -> Floats:
        """``(skin,)`` number of edges to the nearest of ``sources``."""
        n = len(self.skin)
        graph = coo_matrix((np.ones(len(self.edges)), self.edges.T), shape=(n, n)).tocsr()
        return np.asarray(dijkstra(graph, directed=False, indices=sources, unweighted=True, min_only=True))

    def distance_from(self, sources: Ints) -> Floats:
        """``(skin,)`` length along edges to the nearest of ``sources``, metres on the mean head."""
        n = len(self.skin)
        length = np.linalg.norm(self.mean[self.edges[:, 0]] - self.mean[self.edges[:, 1]], axis=1)
        graph = coo_matrix((length / 2, self.edges.T), shape=(n, n)).tocsr()  # every edge comes twice
        return np.asarray(dijkstra(graph.maximum(graph.T), directed=False, indices=sources, min_only=True))

    @cached_property
    def lid_steps(self) -> dict[str, Floats]:
        """Per side ``(skin,)``: edges away from the lid margin; the folds behind it count as 0."""
        result = {}
        for side in SIDES:
            margin = self.landmarks[f"eye_{side}"]
            steps = self.steps_from(margin)
            centre = self.mean[self.parts[f"eye_{side}"]].mean(0)
            rim = np.linalg.norm(self.mean[margin] - centre, axis=1).min()
            behind = np.linalg.norm(self.mean[self.skin] - centre, axis=1) < rim
            result[side] = np.where(behind & (steps <= 2), 0, steps)
        return result

    @cached_property
    def eye_distance(self) -> dict[str, Floats]:
        """Per side ``(skin,)``: length along the skin to the lid margin, metres."""
        return {side: self.distance_from(self.landmarks[f"eye_{side}"]) for side in SIDES}

    @cached_property
    def lips_distance(self) -> Floats:
        """``(skin,)`` length along the skin to the vermilion, metres."""
        return self.distance_from(np.union1d(self.landmarks["lips_inner"], self.landmarks["lips_outer"]))

    @cached_property
    def over_brows(self) -> NDArray[np.bool_]:
        """``(skin,)`` whether a vertex of the face lies on or over the ridge of the brows."""
        x, y, z = self.mean[self.skin].T
        ridge = self.mean[self.landmarks["brow_left"]]
        line = np.interp(np.abs(x), ridge[:, 0], ridge[:, 1] - BROW_HALF, right=ridge[-1, 1] - BROW_HALF)
        return np.asarray((y > line) & (z > -0.05))

    @cached_property
    def nostril_distance(self) -> Floats:
        """``(skin,)`` length along the skin to the base of the nose, metres."""
        return self.distance_from(self.landmarks["ibug68"][31:36])

    @cached_property
    def neck_distance(self) -> Floats:
        """``(skin,)`` length along the skin to the cut through the neck, metres."""
        return self.distance_from(self.landmarks["neck_loop"])

    @cached_property
    def ear_distance(self) -> Floats:
        """``(skin,)`` length along the skin to the ears, metres; 0 on them."""
        return self.distance_from(np.concatenate([self.ears[side] for side in SIDES]))

    @cached_property
    def ears(self) -> dict[str, Ints]:
        """Per side: skin vertices of the ear, out to where it grows from the head."""
        return {side: np.flatnonzero(self._ear_pull[side] > 0.02) for side in SIDES}

    @cached_property
    def ear_weight(self) -> dict[str, Floats]:
        """Per side, for :attr:`ears`: 1 on the ear, fading to 0 at its base."""
        return {side: ramp(self._ear_pull[side][self.ears[side]], 0.02, 1.0) for side in SIDES}

    @cached_property
    def ear_tips(self) -> dict[str, int]:
        """Per side: the vertex that lies highest and furthest back on the ear."""
        left = self.ears["left"]
        tip = int(left[np.argmax(self.mean[left] @ [0.1, 0.85, -0.5])])
        return {"left": tip, "right": int(self.mirror[tip])}

    @cached_property
    def _ear_pull(self) -> dict[str, Floats]:
        """Per side ``(skin,)``: how far a vertex stands off when the ear is spread; up to 1."""
        moved = np.linalg.norm(self.head.slider("l-ear-wing-incr")[self.skin], axis=1)
        share = np.minimum(moved / (EAR_BASE * moved.max()), 1.0)
        return {"left": share, "right": share[self.mirror[self.skin]]}

    @cached_property
    def mouth_loop(self) -> Ints:
        """Skin vertices of the rim shared with the mouth bag."""
        edges, count = np.unique(np.sort(self.edges, axis=1), axis=0, return_counts=True)
        rim = np.unique(edges[count == 1])
        middle = self.mean[self.landmarks["lips_inner"]].mean(0)
        return rim[np.linalg.norm(self.mean[rim] - middle, axis=1) < 0.04]

    @cached_property
    def inner(self) -> Ints:
        """Vertices of the mouth's inside."""
        return np.concatenate([self.parts[name] for name in INNER])

    @cached_property
    def inner_centres(self) -> Ints:
        """Skin vertices whose displacement decides that of the mouth's inside."""
        half = self.skin[self.mean[self.skin, 0] > -1e-6]
        chosen = half[spread_points(self.mean[half], 120)]
        chosen = np.union1d(chosen, self.mirror[chosen])
        return np.union1d(np.union1d(chosen, self.mouth_loop), self.landmarks["lips_inner"])

    @cached_property
    def inner_spread(self) -> VolumeSpread:
        """From :attr:`inner_centres` to :attr:`inner`."""
        return VolumeSpread(self.mean[self.inner_centres], self.mean[self.inner])

    @cached_property
    def smoothing(self) -> SkinSmoothing:
        """The smoother of this skin."""
        return SkinSmoothing(self)

    @cached_property
    def lip_contact(self) -> LipContact:
        """What keeps the lips of this head together."""
        return LipContact(self)

    @cached_property
    def containment(self) -> Containment:
        """What keeps the mouth bag of this head inside."""
        return Containment(self)

    @cached_property
    def proportions(self) -> Floats:
        """``(S, V, 3)`` fields of :data:`lego_styles.proportions.SHAPES`."""
        made = Proportions(self.head, self.skin)
        return np.stack([made.field(moves) for moves in SHAPES.values()])

    def sheet(self, free: Ints) -> BiharmonicSheet:
        """The skin with these vertices free; factorised once."""
        key = free.tobytes()
        if key not in self._sheets:
            self._sheets[key] = BiharmonicSheet(self.mean[self.skin], self.triangles, free)
        return self._sheets[key]


_KNOWN: WeakKeyDictionary[Any, Anatomy] = WeakKeyDictionary()


def anatomy_of(head: SliderHead) -> Anatomy:
    """The anatomy of a head model, worked out when first asked for."""
    if head not in _KNOWN:
        _KNOWN[head] = Anatomy(head)
    return _KNOWN[head]
