"""Triangles that cut each other are found, and only these."""

from __future__ import annotations

import numpy as np

from lego_cli.core.geometry.intersections import crossing_triangles


def test_two_crossing_triangles():
    vertices = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0], [0.5, 0.5, -1], [0.6, 0.5, 1], [0.5, 0.7, 1]], float)
    assert crossing_triangles(vertices, np.array([[0, 1, 2], [3, 4, 5]])).tolist() == [0, 1]
    apart = vertices + np.array([[0, 0, 0]] * 3 + [[0, 0, 3]] * 3)
    assert not len(crossing_triangles(apart, np.array([[0, 1, 2], [3, 4, 5]])))


def test_neighbours_and_a_closed_surface_do_not_count():
    angles = np.linspace(0, np.pi, 12)[1:-1]
    ring = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    grid = np.array([[np.sin(a) * np.cos(b), np.sin(a) * np.sin(b), np.cos(a)] for a in angles for b in ring])
    faces = []
    for i in range(len(angles) - 1):
        for j in range(20):
            a, b, c, d = i * 20 + j, i * 20 + (j + 1) % 20, (i + 1) * 20 + j, (i + 1) * 20 + (j + 1) % 20
            faces += [[a, b, c], [b, d, c]]
    faces = np.array(faces)
    assert not len(crossing_triangles(grid, faces))
    both = np.concatenate([grid, grid + np.array([0.7, 0, 0])])
    cut = crossing_triangles(both, np.concatenate([faces, faces + len(grid)]))
    assert 20 < len(cut) < 200
    assert (cut < len(faces)).any()
    assert (cut >= len(faces)).any()
