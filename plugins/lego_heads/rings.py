"""Boundary loops of a quad mesh, and the concentric rings of vertices around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def half_edges(faces: Ints) -> Ints:
    """(4F, 2) directed edges of quads, in face order."""
    return np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2)


def boundary_loops(faces: Ints) -> list[Ints]:
    """Closed loops of vertices whose edges belong to one face only, in the faces' own direction."""
    edges = half_edges(faces)
    _, index, count = np.unique(np.sort(edges, axis=1), axis=0, return_index=True, return_counts=True)
    follow = {int(a): int(b) for a, b in edges[index[count == 1]]}
    loops = []
    while follow:
        start = min(follow)
        loop, following = [start], follow.pop(start)
        while following != start:
            loop.append(following)
            following = follow.pop(following)
        loops.append(np.array(loop))
    return loops


def next_ring(faces: Ints, ring: Ints, inner: Ints) -> Ints:
    """The ring one quad further out than ``ring`` (same length and phase); ``inner`` holds vertices already passed.

    Raises ValueError where the quads around the ring do not form one closed strip.
    """
    passed = {*map(int, inner), *map(int, ring)}
    corners: dict[frozenset[int], list[Ints]] = {}
    for quad in faces[np.isin(faces, ring).sum(1) == 2]:
        for a, b in ((0, 1), (1, 2), (2, 3), (3, 0)):
            corners.setdefault(frozenset((int(quad[a]), int(quad[b]))), []).append(np.roll(quad, -a))
    found: dict[int, int] = {}
    for a, b in zip(ring.tolist(), np.roll(ring, -1).tolist(), strict=True):
        quads = [q for q in corners.get(frozenset((a, b)), []) if not {int(q[2]), int(q[3])} & passed]
        if len(quads) != 1:
            raise ValueError(f"no single outer quad at edge {a}-{b}")
        first, second, third, fourth = map(int, quads[0])
        beyond = {first: fourth, second: third}
        for vertex in (a, b):
            if found.setdefault(vertex, beyond[vertex]) != beyond[vertex]:
                raise ValueError(f"the quad strip splits at vertex {vertex}")
    return np.array([found[int(v)] for v in ring])


def rings_around(faces: Ints, loop: Ints, count: int) -> list[Ints]:
    """``count + 1`` rings, the loop itself first, all of the loop's length and phase."""
    rings = [loop]
    for _ in range(count):
        passed = np.concatenate(rings[:-1]) if len(rings) > 1 else np.zeros(0, np.int64)
        rings.append(next_ring(faces, rings[-1], passed))
    return rings
