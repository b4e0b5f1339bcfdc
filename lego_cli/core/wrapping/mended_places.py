"""Second thoughts about places: lashes belong to lashes, and no patch moves with another side than what is round it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lego_cli.api import ARKIT
from lego_cli.core.keep.part_roles import LASHES, REST, SKIN

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Ints
    from lego_cli.core.keep.own_topology import OwnPlaces

LASH_PARTS = ("lashes_left", "lashes_right")
OPEN = np.array([1.0 if name == "jawOpen" else 0.0 for name in ARKIT])
TORN, JUMP = 2.5, 0.003  # an edge this many times, and metres, longer on the head with its mouth open is torn
ISLAND = 0.15  # of a component's vertices: what tears bound and is smaller than this is a mistake
LOOSE = 0.34  # of a vertex's edges: where more are torn, its place is a mistake too


def mended(places: OwnPlaces, head: HeadModel) -> OwnPlaces:
    """The places with lashes on the head model's lashes, and with islands joined to what surrounds them.

    An island is a patch that an opening mouth would tear out of its component, as the inside of an upper lip that lies
    next to the lower one. Its vertices take the place of the nearest vertex outside.
    """
    copies = {name: getattr(places, name).copy() for name in ("corners", "weights", "match", "role")}
    places = replace(places, **copies)
    lashes = np.flatnonzero(places.role == LASHES)
    if len(lashes) and all(name in places.laid.parts for name in LASH_PARTS):
        found = places.laid.finder(LASH_PARTS)(places.own.positions[lashes])
        places.corners[lashes], places.weights[lashes] = found.corners, found.weights
    edges = places.own.edges()
    opened = np.asarray(head.posed(np.asarray(head.vertices)[None], OPEN[None])[0], np.float64)
    for _ in range(6):
        islands = _islands(places, edges, opened)
        if not islands.any():
            break
        _join(places, edges, islands)
    return places


def _islands(places: OwnPlaces, edges: Ints, opened: Floats) -> np.ndarray:
    """(U,) bool, vertices whose places are not to be believed."""
    place = np.einsum("nk,nkc->nc", places.weights, opened[places.corners])
    here, there = (np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=1) for p in (places.own.positions, place))
    torn = (there > TORN * here) & (there - here > JUMP)
    whole = edges[~torn]
    count = len(place)
    graph = coo_array((np.ones(len(whole), np.int8), (whole[:, 0], whole[:, 1])), shape=(count, count))
    patch = connected_components(graph, directed=False)[1]
    size, full = np.bincount(patch)[patch], np.bincount(places.own.component)[places.own.component]
    ends, loose = (np.bincount(e.reshape(-1), minlength=count) for e in (edges, edges[torn]))
    islands: np.ndarray = (size < ISLAND * full) | (loose > LOOSE * ends)
    return islands & np.isin(places.role, [SKIN, REST, "tongue"])


def _join(places: OwnPlaces, edges: Ints, islands: np.ndarray) -> None:
    """Give island vertices, ring by ring from their shores, the place of a neighbour."""
    both = np.concatenate([edges, edges[:, ::-1]])
    waiting = islands.copy()
    while True:
        shore = both[waiting[both[:, 0]] & ~waiting[both[:, 1]]]
        if not len(shore):
            break
        vertex, first = np.unique(shore[:, 0], return_index=True)
        neighbour = shore[first, 1]
        places.corners[vertex], places.weights[vertex] = places.corners[neighbour], places.weights[neighbour]
        places.match[vertex] = 0
        waiting[vertex] = False
    places.role[islands & (places.role == SKIN)] = REST
