"""Topology ``keep``: the user's own mesh in a style, every vertex of it moved as the head model moves at its place."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.api import ARKIT, Topology
from lego_cli.core.geometry.smooth_field import SmoothField
from lego_cli.core.keep.head_motion import STILL, Motion, Worn
from lego_cli.core.keep.kept_mouth import KeptMouth
from lego_cli.core.keep.lid_clearance import lifted_lids
from lego_cli.core.keep.own_surface import distinct_edges
from lego_cli.core.keep.own_topology import OwnPlaces, head_topology, own_places, template_points
from lego_cli.core.keep.part_roles import EYES, LASHES, LOWER, MOUTH, REST, SKIN, UPPER
from lego_cli.core.keep.teeth_clearance import depth_lost

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh
    from lego_cli.core.avatar import Avatar
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.core.stylist import Stylist

FINE = 0.6  # of the head model's local edge length: finer bends of the displacement are its facets
LINED = 0.02  # how much the head model's own mouth bag and sockets count against a smooth run from the lips and lids
ROOT = 0.0006  # metres further from the skin than the nearest vertex: still a root of the lashes
LIPS = 0.010  # metres from the mouth's opening
LID = (0.003, 0.010)  # metres from the edge of a lid: moves wholly, not at all, with its closing


class KeptMesh:
    """One encoded mesh, prepared once and then carried into any style and expression."""

    def __init__(self, mesh: Mesh, encoded: Encoded, stylist: Stylist) -> None:
        self.mesh, self.encoded, self.stylist = mesh, encoded, stylist
        self.places: OwnPlaces = own_places(mesh, encoded, stylist)
        self.head = head_topology(stylist.head)
        self.topology = _welded_topology(self.places, stylist)
        self.code = replace(encoded.code, detail=None)  # the mesh itself is the detail
        self.person = stylist.avatar(self.code)
        self._plain: Avatar | None = None
        self._depth_lost: float | None = None

    @property
    def roles(self) -> dict[str, int]:
        """How many vertices of the file play which role."""
        names, count = np.unique(self.places.role[self.places.own.index].astype(str), return_counts=True)
        return dict(zip(names.tolist(), count.tolist(), strict=True))

    def styled(self, avatar: Avatar, expression: Floats | None = None, detail: float = 1.0) -> Mesh:
        """The mesh as ``avatar``, the same person in a style, has it; in the input's own frame and unit.

        ``detail`` scales what the code cannot hold of the skin. Without style, expression and change of detail every
        vertex comes back bit for bit.
        """
        moved = self.displacement(self.in_style(avatar), expression, detail)[self.places.own.index]
        placed = self.encoded.transform
        return self.mesh.with_vertices(self.mesh.vertices + placed.scale * placed.apply_directions(moved))

    def in_style(self, avatar: Avatar) -> Avatar:
        """The same person and styles without the detail, which the mesh itself is; the last one is kept."""
        if self._plain is None or self._plain.styles != avatar.styles:
            self._plain = self.stylist.avatar(self.code, avatar.styles)
            self._depth_lost = None
        return self._plain

    def displacement(self, styled: Avatar, expression: Floats | None, detail: float = 1.0) -> Floats:
        """``(U, 3)`` metres, canonical frame, of the welded vertices."""
        own, role = self.places.own, self.places.role
        motion = self._motion(styled, expression)
        moved = self._near_skin(motion)
        local = self._local(styled, expression, motion)
        chosen = np.flatnonzero((role == SKIN) | (role == REST))
        moved[chosen] = self._smoothed(local[chosen])
        self._rigid(moved, motion)
        moved[self._mouth.chosen] = self._mouth(motion)
        moved[np.isin(role, (UPPER, LOWER, MOUTH)), 2] -= self._set_back(styled)
        self._lashes(moved)
        if np.any(moved):
            lifted_lids(moved, own, role, self._touched)
        return moved + (detail - 1) * self._roughness(motion) if detail != 1 else moved

    def _motion(self, styled: Avatar, expression: Floats | None) -> Motion:
        return Motion(self._before, styled.pose(self.head, expression), styled.growth)

    @cached_property
    def _before(self) -> Floats:
        """(V, 3) the head model as the input is posed."""
        return self.person.pose(self.head)

    @cached_property
    def _own_before(self) -> Floats:
        """(U, 3) what the head model says of the input's vertices."""
        return self.person.pose(self.topology)

    def _set_back(self, styled: Avatar) -> float:
        """Metres by which the style brings the teeth forward against the lips; no expression pushes teeth about."""
        if styled is not self._plain or self._depth_lost is None:
            motion = self._motion(styled, None)
            if motion.none:
                return 0.0
            moved = self._local(styled, None, motion)
            self._rigid(moved, motion)
            teeth = np.flatnonzero(np.isin(self.places.role, (UPPER, LOWER)))
            self._depth_lost = depth_lost(moved, self.places.own.positions, teeth, self._lips)
        return self._depth_lost

    def _local(self, styled: Avatar, expression: Floats | None, motion: Motion) -> Floats:
        """What DS and DT say at each vertex's own place, and what the change of frames does to the rest."""
        before = self._own_before
        after = styled.pose(self.topology, expression)
        rest = self.places.own.positions - before
        closed = self._closed(expression)[:, None] * self.places.match[:, None]
        return after - before + self._turned(motion, rest) * (1 - closed) - closed * rest

    def _closed(self, expression: Floats | None) -> Floats:
        """(U,) 0..1: how far a blink shuts the lids here. Shut lids meet as the head model's do, not as they differ."""
        shut = np.zeros(len(self.stylist.head.vertices))
        if expression is not None:
            for side, near in self._lids.items():
                blink = ARKIT.index(f"eyeBlink{side.title()}")
                own = min(float(self.code.expression[blink]), 0.99)
                shut = np.maximum(shut, near * np.clip((expression[blink] - own) / (1 - own), 0, 1))
        carried: Floats = np.einsum("nk,nk->n", self.places.weights, shut[self.places.corners])
        return carried

    @cached_property
    def _lids(self) -> dict[str, Floats]:
        """(V,) for each side, 1 at the edges of the lids and 0 away from them."""
        mean, marks = np.asarray(self.stylist.head.vertices), self.stylist.head.landmarks
        return {
            side: np.interp(cKDTree(mean[marks[f"eye_{side}"]]).query(mean)[0], LID, [1, 0])
            for side in ("left", "right")
        }

    def _turned(self, motion: Motion, rest: Floats) -> Floats:
        frames = np.einsum("nk,nkab->nab", self.places.weights, motion.growth[self.places.corners])
        turned: Floats = np.einsum("nab,nb->na", frames, rest)
        return turned

    def _roughness(self, motion: Motion) -> Floats:
        """The skin's distance from the person of the code, as the style turns it."""
        rest = self.places.own.positions - self._own_before
        return self.places.match[:, None] * (rest + self._turned(motion, rest))

    def _smoothed(self, value: Floats) -> Floats:
        """The skin's displacement without the head model's facets, run on into mouth, sockets and shoulders."""
        return self._skin_field(value) if np.any(value) else value

    @cached_property
    def _skin_field(self) -> SmoothField:
        chosen = np.flatnonzero((self.places.role == SKIN) | (self.places.role == REST))
        place = np.full(len(self.places.match), -1)
        place[chosen] = np.arange(len(chosen))
        corners = place[self.places.own.corners]
        corners = corners[(corners >= 0).all(1)]
        match = self.places.match[chosen]
        weight = match + LINED * (1 - match)
        length = np.einsum("nk,nk->n", self.places.weights, self._edge_length[self.places.corners])[chosen]
        return SmoothField(self.places.own.positions[chosen], corners, weight, FINE * length, match)

    @cached_property
    def _edge_length(self) -> Floats:
        """(V,) mean length of the head model's edges at each of its vertices."""
        laid = self.places.laid
        edges = distinct_edges(laid.triangles)
        length = np.linalg.norm(laid.vertices[edges[:, 0]] - laid.vertices[edges[:, 1]], axis=1)
        total = np.bincount(edges.reshape(-1), np.repeat(length, 2), len(laid.vertices))
        return total / np.maximum(np.bincount(edges.reshape(-1), minlength=len(laid.vertices)), 1)

    @cached_property
    def _mouth(self) -> KeptMouth:
        return KeptMouth(self.places, self.stylist.head.parts)

    @cached_property
    def _lips(self) -> Ints:
        """The skin and its lining round the mouth's opening."""
        edge = self.places.laid.vertices[self.stylist.head.landmarks["lips_inner"]]
        near = cKDTree(edge).query(self.places.own.positions)[0] < LIPS
        return np.flatnonzero(near & np.isin(self.places.role, (SKIN, REST)))

    @cached_property
    def _touched(self) -> Ints:
        """Edges of the skin, mouth, sockets and lashes."""
        role = self.places.role
        soft = (role == SKIN) | (role == REST) | (role == LASHES)
        edges = self.places.own.edges()
        return edges[soft[edges].all(1)]

    def _near_skin(self, motion: Motion) -> Floats:
        """What is worn follows the skin it is near."""
        moved = np.zeros_like(self.places.own.positions)
        worn = np.flatnonzero(~np.isin(self.places.role, (SKIN, REST)))
        if len(worn) and not motion.none:
            moved[worn] = self._worn(motion)
        return moved

    @cached_property
    def _worn(self) -> Worn:
        worn = np.flatnonzero(~np.isin(self.places.role, (SKIN, REST)))
        return Worn(self.places.own.positions[worn], self.places.laid.vertices, self.stylist.skin)

    def _rigid(self, moved: Floats, motion: Motion) -> None:
        """Eyeballs and teeth, as the head model's."""
        points = self.places.own.positions
        for name in (*EYES, UPPER, LOWER):
            chosen = self.places.role == name
            similarity = motion.of_part(self.stylist.head.parts[name])
            if similarity is not STILL:
                moved[chosen] = similarity.apply(points[chosen]) - points[chosen]
            else:
                moved[chosen] = 0

    def _lashes(self, moved: Floats) -> None:
        """Lashes go where their roots go: with the lid they grow from."""
        places = self.places
        chosen = np.flatnonzero(places.role == LASHES)
        skin = np.flatnonzero(places.role == SKIN)
        if not len(chosen) or not len(skin):
            return
        points, tree = places.own.positions, cKDTree(places.own.positions[skin])
        distance, near = tree.query(points[chosen])
        component = places.own.component[chosen]
        for number in np.unique(component):
            one = np.flatnonzero(component == number)
            roots = one[distance[one] <= distance[one].min() + ROOT]
            root = cKDTree(points[chosen[roots]]).query(points[chosen[one]])[1]
            moved[chosen[one]] = moved[skin[near[roots[root]]]]


def _welded_topology(places: OwnPlaces, stylist: Stylist) -> Topology:
    """The welded vertices as a topology without faces."""
    anchors = np.concatenate([places.corners, places.corners[:, :1]], axis=1)
    weights = np.concatenate([places.weights, np.zeros((len(places.weights), 1))], axis=1)
    points = template_points(stylist.head, anchors, weights)
    return Topology("keep", "", "", stylist.head.mesh, points, anchors, weights)
