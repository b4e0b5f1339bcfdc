"""The search for which way a head is turned: what lies below the chin is no part of it."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from lego_cli.api import Mesh
from lego_cli.core.encoding.canonical import alignments
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.geometry.visible import outer_surface

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("turn", [0, 1])
def test_a_head_on_a_long_neck_is_found(head, stylist, turn):
    """In any unit and orientation; the neck must not draw the head down or make it larger."""
    fields, skin = head_fields(stylist), stylist.skin
    person = head.neutral(head.sample(1, "adult", 11))[0][skin].astype(np.float64)
    neck = trimesh.creation.cylinder(0.058, 0.16, sections=40).subdivide_to_size(0.02)
    neck.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, [1, 0, 0]))
    neck.apply_translation(person[fields.landmarks["neck_loop"]].mean(0) - [0, 0.075, 0])
    faces = np.concatenate([fields.corners, neck.faces + len(person)])
    where = Similarity(100.0, Rotation.random(random_state=turn).as_matrix(), np.array([5.0, -3.0, 2.0]))
    surface = outer_surface(Mesh.from_faces(where.apply(np.concatenate([person, neck.vertices])), faces))
    found = [where.inverse(placed.apply(fields.mean)) for _, placed in alignments(surface, fields, 4)]
    off = min(np.linalg.norm(points - person, axis=1)[fields.front].mean() for points in found)
    assert off < 0.004
