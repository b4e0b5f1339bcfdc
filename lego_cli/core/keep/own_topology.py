"""The user's own mesh as a topology: every vertex of it gets its place on the head model, and a part to belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Topology
from lego_cli.core.geometry.nearest_place import PlaceFinder
from lego_cli.core.keep.own_surface import OwnSurface, own_surface
from lego_cli.core.keep.part_roles import (
    EYES,
    LOWER,
    MOUTH,
    REST,
    SKIN,
    UPPER,
    WORN,
    LaidHead,
    component_roles,
    on_skin,
    sphere_of,
)
from lego_cli.core.stylist import Code

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Ints, Mesh
    from lego_cli.core.stylist import Stylist

SUMMARY = "the input's own vertices and faces"
LINED = ("skin", "mouth_bag", "socket_left", "socket_right")
BEYOND = (0.0005, 0.0015)  # metres past an open edge of the head model's skin: still on it, no more
STRETCH, JUMP = 4.0, 0.004  # an edge whose ends' places lie this much further apart, and that many metres, is wrong


@dataclass(frozen=True, eq=False)
class OwnPlaces:
    """Where the welded vertices of a mesh belong on a head model laid onto it."""

    own: OwnSurface
    laid: LaidHead
    corners: Ints  # (U, 3) head-model vertices
    weights: Floats  # (U, 3)
    match: Floats  # (U,) 0..1: how surely a vertex lies on the skin
    role: np.ndarray  # (U,) names


def own_topology(mesh: Mesh, encoded: Any, stylist: Stylist, name: str = "keep") -> Topology:
    """The layout of ``mesh`` as a topology, by way of the head it was encoded to; ``parts`` says what is what."""
    return as_topology(mesh, own_places(mesh, encoded, stylist), stylist, name)


def as_topology(mesh: Mesh, places: OwnPlaces, stylist: Stylist, name: str = "keep") -> Topology:
    """Places of welded vertices as a topology of ``mesh``."""
    index = places.own.index
    corners, weights = places.corners[index], places.weights[index]
    anchors = np.concatenate([corners, corners[:, :1]], axis=1)
    weights = np.concatenate([weights, np.zeros((len(weights), 1))], axis=1).astype(np.float32)

    def at(values: Floats) -> Floats:
        return np.einsum("qk,qkc->qc", weights.astype(np.float64), np.asarray(values, np.float64)[anchors])

    rest = mesh.with_vertices(at(stylist.head.vertices))
    points = template_points(stylist.head, anchors, weights)
    role = places.role[index]
    parts = {str(part): np.flatnonzero(role == part) for part in np.unique(role)}
    return Topology(name, SUMMARY, "as the input", rest, points, anchors, weights, parts)


def template_points(head: HeadModel, anchors: Ints, weights: Floats) -> Floats:
    """``(Q, 3)`` float32 template points of places; one between two parts lies in the part that is nearer."""
    apart = _apart(head)
    main = anchors[np.arange(len(anchors)), weights.argmax(1)]
    together = np.asarray(head.template, np.float64) - apart
    points: Floats = np.einsum("qk,qkc->qc", weights.astype(np.float64), together[anchors]) + apart[main]
    return points.astype(np.float32)


def _apart(head: HeadModel) -> Floats:
    """(V, 3) how far the template moves each vertex away with its part: a point between two parts must be in one."""
    apart = np.zeros((len(head.vertices), 3))
    for part, moved in head.template_offsets.items():
        apart[head.parts[part]] = moved
    return apart


def head_topology(head: HeadModel) -> Topology:
    """The head model's own vertices as a topology, all parts of it."""
    count = len(head.vertices)
    anchors = np.repeat(np.arange(count)[:, None], 4, axis=1)
    weights = np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1))
    return Topology(f"{head.name} itself", "", head.licence, head.mesh, head.template, anchors, weights, head.parts)


def laid_head(encoded: Any, stylist: Stylist) -> LaidHead:
    """The head model on the input: decoded, and the skin where it was registered."""
    head, code = stylist.head, encoded.code
    vertices = stylist.avatar(Code(code.shape, code.expression)).pose(head_topology(head)).copy()
    vertices[stylist.skin] = encoded.registered.vertices
    return LaidHead(vertices, {name: np.asarray(index) for name, index in head.parts.items()}, head.mesh.triangles())


def own_places(mesh: Mesh, encoded: Any, stylist: Stylist) -> OwnPlaces:
    """Roles and places of every welded vertex of ``mesh``."""
    own, laid = own_surface(mesh, encoded.transform), laid_head(encoded, stylist)
    finder = laid.finder((SKIN,))
    found = finder(own.positions, own.normals * _outward(own, finder)[own.component][:, None])
    match = on_skin(found.distance, found.cosine) * np.interp(found.beyond, BEYOND, [1, 0])
    roles = np.array(component_roles(own, laid, match), dtype=object)[own.component]
    places = OwnPlaces(own, laid, found.corners.copy(), found.weights.copy(), match * (roles == SKIN), roles)
    _mend(places, stylist)
    places.role[(roles == SKIN) & (places.match < 0.05)] = REST
    _place_parts(places)
    return places


def _outward(own: OwnSurface, finder: PlaceFinder) -> Floats:
    """(components,) 1 or -1: which way a component's normals face as the skin's do."""
    distance, facing = finder.facing(own.positions)
    agree = np.sign((facing * own.normals).sum(1)) * np.exp(-((distance / 0.004) ** 2))
    return np.where(np.bincount(own.component, agree, own.count) < 0, -1.0, 1.0)


def _mend(places: OwnPlaces, stylist: Stylist) -> None:
    """Take back places that tear the mesh apart: an upper lip that found the lower one."""
    points = np.asarray(stylist.head.template, np.float64)
    edges = places.own.edges()
    for _ in range(3):
        place = np.einsum("nk,nkc->nc", places.weights, points[places.corners])
        there = np.linalg.norm(place[edges[:, 0]] - place[edges[:, 1]], axis=1)
        here = np.linalg.norm(places.own.positions[edges[:, 0]] - places.own.positions[edges[:, 1]], axis=1)
        both = (places.match[edges] > 0).all(1)
        torn = both & (there > STRETCH * here) & (there - here > JUMP)
        if not torn.any():
            return
        number = np.bincount(edges[both].reshape(-1), minlength=len(place))
        bad = np.bincount(edges[torn].reshape(-1), minlength=len(place)) / np.maximum(number, 1)
        one, two = bad[edges[torn]].T
        wrong = edges[torn]
        places.match[wrong[one >= two, 0]] = 0
        places.match[wrong[two >= one, 1]] = 0


def _place_parts(places: OwnPlaces) -> None:
    """Places of all that is not on the skin, on the head model's part that it is most like."""
    own, laid = places.own, places.laid
    for role in np.unique(places.role):
        chosen = np.flatnonzero(places.role == role)
        points = own.positions[chosen]
        if role in EYES:
            centre, radius = laid.ball(role)
            mine, size = sphere_of(points)
            found = laid.finder((role,))(centre + (points - mine) * radius / max(size, 1e-6))
        elif role in (UPPER, LOWER):
            found = laid.finder((role,))(points)
        elif role == MOUTH:
            found = laid.finder((UPPER, LOWER, "tongue"))(points)
        elif role == REST:
            found = laid.finder(LINED)(points)
        else:
            continue
        places.corners[chosen], places.weights[chosen] = found.corners, found.weights


__all__ = [
    "REST",
    "WORN",
    "OwnPlaces",
    "as_topology",
    "head_topology",
    "laid_head",
    "own_places",
    "own_topology",
    "template_points",
]
