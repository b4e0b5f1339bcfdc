"""What ``lego inspect`` says about a mesh must be true: artists repair their heads by it."""

from __future__ import annotations

from dataclasses import replace

import mesh_samples as samples
import numpy as np
import pytest
import trimesh

from lego_cli.api import Mesh
from lego_cli.mesh import components
from lego_cli.mesh.components import boundary_loops, face_components, guessed_unit, mesh_report, vertex_components


def without_faces(mesh: Mesh, gone: list[int]) -> Mesh:
    keep = ~np.isin(np.arange(len(mesh.face_sizes)), gone)
    corners = np.repeat(keep, mesh.face_sizes)
    return Mesh(mesh.vertices, mesh.face_sizes[keep], mesh.corner_vertex[corners])


def two_cubes() -> Mesh:
    cube = samples.cube()
    corner = np.concatenate([cube.corner_vertex, cube.corner_vertex[:12] + 8])
    return Mesh(np.concatenate([cube.vertices, cube.vertices + 5]), np.full(9, 4), corner)


def test_closed_cube():
    report = mesh_report(samples.cube())
    assert (report.vertices, report.faces, report.quads, report.triangles, report.ngons) == (8, 6, 6, 0, 0)
    assert report.closed
    assert report.manifold
    assert (report.components, report.boundary_loops) == (1, 0)
    assert report.size == (1, 1, 1)
    assert (report.lower, report.upper) == ((0, 0, 0), (1, 1, 1))
    assert report.unit is None


def test_parts_are_numbered_by_size():
    mesh = two_cubes()
    assert face_components(mesh).tolist() == [0] * 6 + [1] * 3
    assert vertex_components(mesh).tolist() == [0] * 8 + [1] * 8
    report = mesh_report(mesh)
    assert (report.components, report.largest_component) == (2, 6)


def test_holes_are_loops_with_the_surface_on_the_left():
    mesh = without_faces(samples.cube(), [1, 0])
    loops = boundary_loops(mesh)
    assert sorted(sorted(loop.tolist()) for loop in loops) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    edges = set(zip(mesh.corner_vertex.tolist(), mesh.corner_vertex[mesh.next_corners()].tolist(), strict=True))
    for loop in loops:
        assert all((a, b) in edges for a, b in zip(loop.tolist(), np.roll(loop, -1).tolist(), strict=True))
    report = mesh_report(mesh)
    assert report.manifold
    assert not report.closed
    assert report.boundary_loops == 2


def test_loops_that_touch_are_told_apart():
    """Two holes that share a vertex, as at the corner of a mouth, are two loops."""
    grid = np.array([[x, y, 0] for y in range(5) for x in range(5)], dtype=float)
    quads = np.array([[y * 5 + x, y * 5 + x + 1, y * 5 + x + 6, y * 5 + x + 5] for y in range(4) for x in range(4)])
    mesh = Mesh.from_faces(grid, np.delete(quads, [5, 10], axis=0))  # the holes meet at the middle vertex
    assert sorted(len(loop) for loop in boundary_loops(mesh)) == [4, 4, 16]


def test_faults_are_counted():
    cube = samples.cube()
    flipped = cube.corner_vertex.copy()
    flipped[:4] = flipped[3::-1]
    assert mesh_report(replace(cube, corner_vertex=flipped)).inconsistent_edges == 4
    fin = Mesh(
        np.concatenate([cube.vertices, [[0.5, 2, 2], [9, 9, 9], [0, 0, 0]]]),
        np.append(cube.face_sizes, [3, 3]),
        np.append(cube.corner_vertex, [0, 1, 8, 0, 1, 1]),
    )
    report = mesh_report(fin)
    assert report.non_manifold_edges == 1
    assert report.degenerate_faces == 1
    assert report.unreferenced_vertices == 2
    assert report.duplicated_vertices == 1
    assert not report.manifold


def test_point_cloud():
    report = mesh_report(Mesh.from_faces(np.eye(3), np.zeros((0, 3), np.int64)))
    assert (report.faces, report.components, report.boundary_loops, report.unreferenced_vertices) == (0, 0, 0, 3)
    assert not report.closed


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_trimesh_on_torn_spheres(seed):
    rng = np.random.default_rng(seed)
    sphere = trimesh.creation.icosphere(subdivisions=3)
    faces = sphere.faces[rng.random(len(sphere.faces)) > 0.02 * seed]
    mesh = Mesh.from_faces(sphere.vertices, faces)
    other = trimesh.Trimesh(sphere.vertices, faces, process=False)
    report = mesh_report(mesh)
    used = np.unique(faces)
    linked = trimesh.graph.connected_components(other.edges, nodes=used, min_len=1)
    assert report.components == len(linked)
    assert report.closed == other.is_watertight
    assert report.unreferenced_vertices == len(sphere.vertices) - len(used)
    rim = sum(map(len, boundary_loops(mesh)))
    assert rim == (np.bincount(other.edges_unique_inverse) == 1).sum()


@pytest.mark.parametrize(
    ("extent", "unit"), [(0.24, "m"), (23.0, "cm"), (35.0, "cm"), (230.0, "mm"), (9.5, "in"), (1.0, None), (0.0, None)]
)
def test_unit_is_guessed_from_the_size(extent, unit):
    assert guessed_unit(extent) == unit


def test_faces_without_area_are_found_wherever_they_stand(monkeypatch):
    """Large meshes are looked at a part at a time."""
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0], [1, 1, 0]])
    faces = [(0, 1, 2), (0, 1, 3), (1, 4, 2, 0), (0, 0, 2), (0, 1, 4, 1), (2, 1, 0)]  # fmt: skip
    sizes, corners = np.array([len(face) for face in faces]), np.array([v for face in faces for v in face])
    mesh = Mesh(vertices, sizes, corners)
    for together in (1, 2, 5, 100):
        monkeypatch.setattr(components, "_TOGETHER", together)
        assert components._degenerate(mesh).tolist() == [False, True, False, True, True, False]
