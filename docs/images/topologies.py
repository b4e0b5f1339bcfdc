"""Draws ``topologies.jpg``: the six topologies of lego side by side.

python docs/images/topologies.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

from lego_cli.api import Mesh, Topology
from lego_cli.plugins import load_plugins
from lego_cli.preview import Finish, Frame, contact_sheet, render_views

ROWS = ("head", "mask", "simplified"), ("dense", "looped", "points")
SIZE = 500
DOT = 0.00042  # metres
PALE, DARK = (0.90, 0.74, 0.63), (0.24, 0.17, 0.14)  # sRGB
SUNK = 0.0006  # how far below its points the body of the cloud is drawn


def main() -> None:
    """Draw the picture beside this file."""
    registry = load_plugins().registry
    renderer = registry.get("renderers", "torch")
    shelf: dict[str, Topology] = {name: registry.get("topologies", name) for row in ROWS for name in row}
    frame = Frame.of(shelf["looped"].mesh.vertices, margin=1.05)
    page: list[list[tuple[str, Image.Image]]] = []
    for row in ROWS:
        page.append([])
        for name in row:
            mesh = shelf[name].mesh
            finish = Finish(wire=bool(len(mesh.face_sizes)))
            drawn = mesh if finish.wire else dotted(mesh.vertices, skin_of(shelf["looped"].mesh))
            picture = render_views(drawn, renderer, views=("three_quarter",), size=SIZE, finish=finish, frame=frame)[0]
            page[-1].append((caption(name, mesh), picture))
    contact_sheet(page, text=17).save(Path(__file__).with_suffix(".jpg"), quality=88)


def caption(name: str, mesh: Mesh) -> str:
    """A name and what it counts."""
    sizes = np.bincount(mesh.face_sizes, minlength=5)
    counts = [f"{len(mesh.vertices):,} points" if not sizes.any() else f"{len(mesh.vertices):,} vertices"]
    counts += [f"{sizes[k]:,} {word}" for k, word in ((4, "quads"), (3, "triangles")) if sizes[k]]
    return f"{name}   {', '.join(counts)}"


def dotted(points: np.ndarray, body: Mesh) -> Mesh:
    """A dark hexagon for each point, over a pale body."""
    normals = vertex_normals(body)
    across = normals[cKDTree(body.vertices).query(points)[1]]
    side = np.cross(across, [0.3, 0.9, 0.2])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(across, side)
    angles = np.arange(6) * np.pi / 3
    rims = [points + DOT * (np.cos(a) * side + np.sin(a) * up) for a in angles]
    dots = np.stack(rims, axis=1).reshape(-1, 3)
    count = len(body.vertices)
    colours = np.concatenate([np.full((count, 3), PALE), np.full((len(dots), 3), DARK)])
    return Mesh(
        np.concatenate([body.vertices - SUNK * normals, dots]),
        np.concatenate([body.face_sizes, np.full(len(points), 6)]),
        np.concatenate([body.corner_vertex, count + np.arange(len(dots))]),
        colours=colours,
    )


def skin_of(mesh: Mesh) -> Mesh:
    """The skin alone."""
    keep = mesh.face_group == mesh.groups.index("skin")
    used, corner = np.unique(mesh.corner_vertex[np.repeat(keep, mesh.face_sizes)], return_inverse=True)
    return Mesh(mesh.vertices[used], mesh.face_sizes[keep], corner)


def vertex_normals(mesh: Mesh) -> np.ndarray:
    """``(V, 3)`` unit normals."""
    total = np.zeros_like(mesh.vertices)
    np.add.at(total, mesh.corner_vertex, np.repeat(mesh.area_vectors(), mesh.face_sizes, axis=0))
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)


if __name__ == "__main__":
    main()
