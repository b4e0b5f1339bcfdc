"""What stands off the head model's flat triangles: outwards where the head is round, and as the head is large."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.keep.part_roles import LASHES, SKIN
from lego_cli.core.wrapping.stand_off import stand_offs


@pytest.fixture(scope="module")
def middles(stylist):
    """The middles of the skin's triangles on the mean head: places ``(T, 3)``, positions and normals."""
    fields, mean = head_fields(stylist), np.asarray(stylist.head.vertices, np.float64)
    corners = stylist.skin[fields.corners]
    normal = fields.normals(mean[stylist.skin])[fields.corners].mean(1)
    return corners, mean[corners].mean(1), normal / np.linalg.norm(normal, axis=1, keepdims=True)


def placed(stylist, corners, positions, role, size):
    """Vertices at the middles of triangles, on a head ``size`` times as large as the mean head."""
    count = len(corners)
    own = SimpleNamespace(positions=positions, index=np.arange(count), component=np.zeros(count, np.int64))
    laid = SimpleNamespace(vertices=size * np.asarray(stylist.head.vertices, np.float64))
    weights, match = np.full((count, 3), 1 / 3), np.full(count, float(role == SKIN))
    return SimpleNamespace(
        own=own, laid=laid, corners=corners, weights=weights, match=match, role=np.full(count, role, dtype=object)
    )


def test_skin_between_vertices_is_round_as_the_head_is(stylist, middles):
    """A finer mesh would else show the head model's facets, or dents in their place."""
    corners, flat, normal = middles
    off = (stand_offs(placed(stylist, corners, flat, SKIN, 1.0), stylist) * normal).sum(1)
    skull = flat[:, 1] > 0.06
    assert (off[skull] > 0).mean() > 0.95
    assert np.abs(off).max() < 0.003


def test_lashes_are_as_long_as_the_head_is_large(stylist, middles):
    corners, flat, normal = middles
    length = 0.006 * normal
    off = stand_offs(placed(stylist, corners, 2 * (flat + length), LASHES, 2.0), stylist)
    assert np.linalg.norm(off - length, axis=1).max() < 0.0006
