"""Normals decide how a head is lit and where it is pushed to: they must not depend on how faces are cut."""

from __future__ import annotations

import mesh_samples as samples
import numpy as np
import pytest
import trimesh

from lego_cli.api import Mesh
from lego_cli.mesh.normals import corner_angles, face_normals, vertex_normals


def test_faces_of_a_cube_look_outwards():
    expected = [[0, 0, -1], [0, 0, 1], [0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0]]
    np.testing.assert_allclose(face_normals(samples.cube()), expected, atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(samples.cube().area_vectors(), axis=1), 1)


def test_angle_weighting_does_not_see_how_quads_are_cut():
    cube = samples.cube()
    diagonal = (cube.vertices - 0.5) / np.linalg.norm(cube.vertices - 0.5, axis=1, keepdims=True)
    triangles = Mesh.from_faces(cube.vertices, cube.triangles())
    np.testing.assert_allclose(vertex_normals(cube), diagonal, atol=1e-12)
    np.testing.assert_allclose(vertex_normals(triangles), diagonal, atol=1e-12)
    assert np.abs(vertex_normals(triangles, "area") - diagonal).max() > 0.1


def test_agrees_with_trimesh():
    rng = np.random.default_rng(0)
    ball = trimesh.creation.icosphere(subdivisions=2)
    ball.vertices = ball.vertices * rng.uniform(0.7, 1.3, (len(ball.vertices), 1))
    mesh = Mesh.from_faces(ball.vertices, ball.faces)
    np.testing.assert_allclose(face_normals(mesh), ball.face_normals, atol=1e-12)
    np.testing.assert_allclose(corner_angles(mesh), ball.face_angles.reshape(-1), atol=1e-12)
    np.testing.assert_allclose(vertex_normals(mesh), ball.vertex_normals, atol=1e-9)


@pytest.mark.parametrize("weighting", ["angle", "area"])
def test_turning_the_head_turns_its_normals(weighting):
    turn = trimesh.transformations.random_rotation_matrix(np.array([0.3, 0.6, 0.9]))[:3, :3]
    mesh = samples.painted_cube()
    far = mesh.with_vertices(mesh.vertices @ turn.T + 1e6)  # far from the origin no digits may get lost
    np.testing.assert_allclose(vertex_normals(far, weighting), vertex_normals(mesh, weighting) @ turn.T, atol=1e-8)


def test_what_has_no_area_has_no_normal():
    mesh = Mesh.from_faces(np.zeros((4, 3)), np.array([[0, 1, 2]]))
    assert not face_normals(mesh).any()
    assert not vertex_normals(mesh).any()
    cloud = Mesh.from_faces(np.eye(3), np.zeros((0, 3), np.int64))
    assert vertex_normals(cloud).tolist() == [[0, 0, 0]] * 3
