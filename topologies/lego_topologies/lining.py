"""Sews the mouth bag and the eye sockets to the borders of a remeshed skin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_topologies.edges import boundary_loops
from lego_topologies.sheet import NONE, Sheet, joined
from lego_topologies.sides import ON_MIDLINE
from lego_topologies.uv_transfer import closest_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


def lined(skin: Sheet, head: Sheet, inner: Sheet, names: Sequence[str], rest: Floats) -> Sheet:
    """A triangulated ``skin`` with the mouth bag and the sockets of ``inner``, joined by strips of triangles.

    UVs of the strips are those of the faces of ``head`` (quads) that join the same parts. The strips have no vertices
    of their own, so none lies between two parts. ``rest (V, 3)`` is the mean head.
    """
    bridge = head.bridges()
    result = skin
    for name in ("mouth_bag", "socket_left", "socket_right"):
        part = names.index(name)
        lining = inner.with_faces(inner.group == part)
        sewn = _sewn(skin, lining, rest)
        both = joined(result, lining)
        strip = np.where(sewn < len(skin.part), sewn, sewn + len(result.part) - len(skin.part))
        uv = _strip_uv(both, strip, head, np.flatnonzero(bridge & (head.group == part)))
        result = _with_strip(both, strip, uv, part)
    return result


def _with_strip(sheet: Sheet, strip: Ints, uv: Floats, part: int) -> Sheet:
    faces = np.pad(strip, ((0, 0), (0, 1)), constant_values=NONE)
    return replace(
        sheet,
        faces=np.concatenate([sheet.faces, faces]),
        uv=np.concatenate([sheet.uv, uv[..., :2]]),
        twin_uv=np.concatenate([sheet.twin_uv, uv[..., 2:]]),
        group=np.concatenate([sheet.group, np.full(len(strip), part)]),
    )


def _sewn(skin: Sheet, lining: Sheet, rest: Floats) -> Ints:
    """Triangles between the border of ``lining`` and the nearest border of ``skin``, as if joined in that order."""
    outer, inner = skin.positions(rest), lining.positions(rest)
    ring = boundary_loops(lining.faces)[0]
    rims = boundary_loops(skin.faces)
    gaps = [np.linalg.norm(outer[r].mean(0) - inner[ring].mean(0)) for r in rims]
    rim = rims[int(np.argmin(gaps))][::-1]
    if abs(inner[ring, 0].mean()) > 1e-3:
        return _sewn_round(rim, ring, outer, inner)
    left = [_left_half(loop, p) for loop, p in ((rim, outer), (ring, inner))]
    right = [_left_half(loop[::-1], p * [-1, 1, 1])[::-1] for loop, p in ((rim, outer), (ring, inner))]
    half = _zipped(left[0], left[1], outer, inner)
    image = _images(left[0], right[0][::-1], len(skin.part) + len(lining.part))
    count = len(skin.part)
    image[count + left[1]] = count + right[1][::-1]
    return np.concatenate([half, image[half][:, ::-1]])


def _sewn_round(rim: Ints, ring: Ints, outer: Floats, inner: Floats) -> Ints:
    """Closed strip round an eye, from its inner corner on; the right eye's is the mirror image of the left one's."""
    if inner[ring, 0].mean() < 0:
        turned = _sewn_round(rim[::-1], ring[::-1], outer * [-1, 1, 1], inner * [-1, 1, 1])
        return turned[:, ::-1]
    first, second = (_closed_from(loop, int(np.argmin(p[loop, 0]))) for loop, p in ((rim, outer), (ring, inner)))
    return _zipped(first, second, outer, inner)


def _images(left: Ints, right: Ints, count: int) -> Ints:
    image = np.arange(count)
    image[left] = right
    return image


def _closed_from(loop: Ints, start: int) -> Ints:
    turned = np.roll(loop, -start)
    return np.append(turned, turned[0])


def _left_half(loop: Ints, positions: Floats) -> Ints:
    """The run of a loop on the left side, both ends on the midline."""
    onto = np.flatnonzero(np.abs(positions[loop, 0]) < ON_MIDLINE)
    runs = [np.roll(loop, -int(k))[: (b - k) % len(loop) + 1] for k, b in (onto, onto[::-1])]
    return runs[0] if positions[runs[0], 0].mean() > positions[runs[1], 0].mean() else runs[1]


def _zipped(rim: Ints, ring: Ints, outer: Floats, inner: Floats) -> Ints:
    """Triangles between two runs; ring vertices are numbered after all of ``outer``."""
    along = [_share(outer[rim]), _share(inner[ring])]
    i = j = 0
    strip = []
    while i < len(rim) - 1 or j < len(ring) - 1:
        rim_next = along[0][i + 1] if i < len(rim) - 1 else np.inf
        ring_next = along[1][j + 1] if j < len(ring) - 1 else np.inf
        if rim_next <= ring_next:
            strip.append((rim[i], rim[i + 1], len(outer) + ring[j]))
            i += 1
        else:
            strip.append((rim[i], len(outer) + ring[j + 1], len(outer) + ring[j]))
            j += 1
    return np.array(strip)


def _share(run: Floats) -> Floats:
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(run, axis=0), axis=1))])
    return np.asarray(length / length[-1])


def _strip_uv(sheet: Sheet, strip: Ints, head: Sheet, band: Ints) -> Floats:
    """``(F, 4, 4)`` UV and twin UV: what the head's own faces along the joint have at the same place."""
    known: dict[int, list[Floats]] = {}
    for f in band:
        for c, v in enumerate(head.faces[f].tolist()):
            known.setdefault(v, []).append(np.concatenate([head.uv[f, c], head.twin_uv[f, c]]))
    result = np.zeros((len(strip), 4, 4))
    for f, face in enumerate(strip.tolist()):
        options = []
        for v in face:
            row = sheet.place[v]
            of = [known[int(k)] for k in row.indices]
            count = max(map(len, of))
            options.append(sum(w * np.array((o * count)[:count]) for w, o in zip(row.data, of, strict=True)))
        result[f, :3] = closest_choice(options)
    return result
