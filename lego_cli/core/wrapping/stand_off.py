"""How far the vertices of a mesh stand off their places on the head model: lashes, teeth, lips' insides, a cornea.

A place on the head model's flat triangles says where a vertex belongs, not what it looks like there. What is missing
is kept as a displacement on the mean head, and turned and stretched with the face as a style's displacement is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.core.geometry.oriented import Triangles
from lego_cli.core.keep.part_roles import EYES, SKIN, sphere_of

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.keep.own_topology import OwnPlaces
    from lego_cli.core.stylist import Stylist

FLAT = 0.15  # how much of what stands out of an eyeball is left: the head model's lids close over a ball
BULGE = 0.75  # share of the way to the curved surface (Boubekeur and Alexa 2008, section 3)


def stand_offs(places: OwnPlaces, stylist: Stylist) -> Floats:
    """(V, 3) metres on the mean head, for each vertex of the file.

    Skin lies on the head model's skin, rounded between its vertices; eyeballs keep their shape in the size of the
    mean head's; everything else keeps its shape beside its place.
    """
    own, mean = places.own, np.asarray(stylist.head.vertices, np.float64)
    flat = _carried(places, mean)
    frames = _carried(places, stylist.turns(places.laid.vertices).reshape(-1, 9)).reshape(-1, 3, 3)
    beside = np.linalg.solve(frames, (own.positions - _carried(places, places.laid.vertices))[..., None])[..., 0]
    skin = (places.match * (places.role == SKIN))[:, None]
    off = skin * _bulge(places, mean, flat, stylist) + (1 - skin) * beside
    for eye in EYES:
        chosen = np.flatnonzero(places.role == eye)
        if len(chosen):
            off[chosen] = _in_socket(places, chosen, mean[stylist.head.parts[eye]]) - flat[chosen]
    spread: Floats = off[own.index]
    return spread


def _in_socket(places: OwnPlaces, chosen: Ints, ball: Floats) -> Floats:
    """An eyeball in the size and place of the mean head's, its cornea pressed flat so that lids can pass over it."""
    points, component = places.own.positions[chosen], places.own.component[chosen]
    sizes = {k: float(np.ptp(points[component == k], axis=0).max()) for k in np.unique(component)}
    middle, radius = sphere_of(points[component == max(sizes, key=lambda k: sizes[k])])
    centre = ball.mean(0)
    size = float(np.linalg.norm(ball - centre, axis=1).mean())
    arms = (points - middle) * size / max(radius, 1e-6)
    length = np.linalg.norm(arms, axis=1, keepdims=True)
    wanted = np.where(length > size, size + FLAT * (length - size), length)
    pressed: Any = centre + arms * wanted / np.maximum(length, 1e-9)
    return pressed


def _carried(places: OwnPlaces, values: Floats) -> Floats:
    carried: Any = np.einsum("nk,nkc->nc", places.weights, np.asarray(values, np.float64)[places.corners])
    return carried


def _bulge(places: OwnPlaces, mean: Floats, flat: Floats, stylist: Stylist) -> Floats:
    """From the flat triangle to a surface that is tangent to the head model's at its vertices (Phong tessellation)."""
    inside = np.zeros(len(mean), dtype=bool)
    inside[stylist.skin] = True
    triangles = stylist.head.mesh.triangles()
    triangles = triangles[inside[triangles].all(1)]
    normals = Triangles(mean, triangles, np.zeros(len(triangles), np.int64)).vertex_normals()
    corner, normal = mean[places.corners], normals[places.corners]
    height = ((flat[:, None] - corner) * normal).sum(2)  # above each corner's tangent plane
    bulge: Any = -BULGE * np.einsum("nk,nk,nkc->nc", places.weights, height, normal)
    return bulge
