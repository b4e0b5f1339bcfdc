"""Turn a sphere into a head by looking at pictures: what gradients at silhouettes are good for.

    python examples/fit_outline.py -o fit_outline.png

Ten pictures of a head (outline and normals) are all that the sphere's vertices are moved by, once with gradients at
silhouettes and once without. The picture shows both results with the head's outline over them in red.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
import trimesh
from PIL import Image
from scipy.ndimage import binary_erosion, distance_transform_edt
from scipy.sparse import csc_matrix, diags, identity
from scipy.sparse.linalg import splu
from torch import Tensor

from lego_cli import assets
from lego_cli.api import Cameras, DirectionalLight, Renderer, Shading
from lego_cli.plugins import load_plugins
from lego_cli.preview.framing import Frame
from lego_cli.renderer_choice import choose_renderer

Shape = tuple[Tensor, Tensor]  # vertices (V, 3), triangles (F, 3)

SIZE, SMOOTH, RATE = 128, 8.0, 0.002  # pixels; how far a step reaches over the mesh; metres a step
LIGHT = Shading(DirectionalLight(torch.tensor([[-0.5, 0.6, 0.9]]), torch.ones(1, 1), 0.15))


class Smoothed(torch.autograd.Function):
    """``(I + SMOOTH L)^-1``: steps move regions instead of single vertices (Nicolet et al. 2021)."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, solver: Any) -> Tensor:
        ctx.solver = solver
        return torch.from_numpy(solver.solve(values.detach().double().numpy())).float()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        return torch.from_numpy(ctx.solver.solve(grad.double().numpy())).float(), None


def person() -> tuple[Tensor, Tensor, float]:
    """Vertices and triangles of the skin of somebody, chin to crown 230 mm."""
    head = assets.head_model(load_plugins().registry)
    vertices = head.neutral(head.sample(1, "adult", 7))[0]
    triangles = head.mesh.triangles()
    triangles = triangles[np.isin(triangles, head.parts["skin"]).all(1)]
    chin, crown = (vertices[np.atleast_1d(head.landmarks[name])[0]] for name in ("chin", "crown"))
    mesh = trimesh.Trimesh(vertices * (0.23 / np.linalg.norm(crown - chin)), triangles, process=False)
    mesh.remove_unreferenced_vertices()
    return torch.tensor(np.asarray(mesh.vertices), dtype=torch.float32), torch.tensor(np.asarray(mesh.faces))


def sphere(around: Tensor) -> tuple[Tensor, Tensor]:
    """A ball of the head's size, 5,120 faces."""
    ball = trimesh.creation.icosphere(subdivisions=4)
    low, high = around.amin(0), around.amax(0)
    vertices = torch.tensor(np.asarray(ball.vertices), dtype=torch.float32) * (high - low).amin() / 2
    return vertices + (low + high) / 2, torch.tensor(np.asarray(ball.faces))


def fit(renderer: Renderer, target: dict[str, Tensor], cameras: Cameras, ball: Shape, steps: int) -> Tensor:
    """Vertices ``(V, 3)`` whose pictures come near the target's."""
    start, faces = ball
    edges = trimesh.Trimesh(start.numpy(), faces.numpy(), process=False).edges_unique
    weights = csc_matrix((np.ones(2 * len(edges)), np.concatenate([edges, edges[:, ::-1]]).T), shape=[len(start)] * 2)
    system = identity(len(start)) + SMOOTH * (diags(np.asarray(weights.sum(1))[:, 0]) - weights)
    solver = splu(csc_matrix(system))
    values = torch.from_numpy(system @ start.double().numpy()).float().requires_grad_()
    optimiser = torch.optim.Adam([values], lr=RATE, betas=(0.9, 0.95))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - 0.95 * step / steps)
        optimiser.zero_grad()
        drawn = renderer.render(Smoothed.apply(values, solver)[None], faces, cameras, (SIZE, SIZE))
        outline = (drawn["mask"] - target["mask"]).square().mean()
        (outline + (drawn["normal"] - target["normal"]).square().mean()).backward()
        optimiser.step()
    with torch.no_grad():
        return Smoothed.apply(values, solver)


def outline_mm(renderer: Renderer, ours: Shape, theirs: Shape, cameras: Cameras) -> float:
    """Mean distance between the outlines of both in all views, both ways, at the depth of the cameras' target."""
    size = 4 * SIZE
    distance = (cameras.eye - cameras.target).norm(dim=1)
    pixel = 1000 * 2 * distance * torch.tan(torch.deg2rad(cameras.fov) / 2) / size
    masks = [(renderer.render(v[None], f, cameras, (size, size))["face"] >= 0).numpy() for v, f in (ours, theirs)]
    found = []
    for view, millimetres in enumerate(pixel.tolist()):
        a, b = (mask[view] & ~binary_erosion(mask[view]) for mask in masks)
        both = np.concatenate([distance_transform_edt(~b)[a], distance_transform_edt(~a)[b]])
        found.append(both.mean() * millimetres)
    return float(np.mean(found))


def without_silhouettes(renderer: Renderer) -> Renderer:
    """The same renderer, with outlines that are drawn as smoothly but give no gradient."""

    class Blind(type(renderer)):
        def paint(self, distance: Tensor, *rest: Any) -> tuple[Tensor, ...]:
            return super().paint(distance.detach(), *rest)

    return Blind()


def picture(renderer: Renderer, shape: Shape, theirs: Shape, cameras: Cameras) -> np.ndarray:
    """Shaded views, one under the other, with the outline of ``theirs`` in red."""
    size = 224
    drawn = renderer.render(shape[0][None], shape[1], cameras, (size, size), shading=LIGHT)
    colour = (drawn["colour"] + (1 - drawn["mask"])).clamp(0, 1) ** (1 / 2.2)
    mask = renderer.render(theirs[0][None], theirs[1], cameras, (size, size))["face"] >= 0
    views = []
    for view, image in enumerate(colour.permute(0, 2, 3, 1).numpy().copy()):
        image[mask[view].numpy() & ~binary_erosion(mask[view].numpy())] = (0.9, 0.15, 0.1)
        views.append(image)
    return np.concatenate(views)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("fit_outline.png"))
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    renderer = choose_renderer(load_plugins().registry)
    theirs = person()
    frame = Frame.of(theirs[0].double().numpy())
    cameras = frame.cameras([(36 * k, 15 * (-1) ** k) for k in range(10)])
    with torch.no_grad():
        target = renderer.render(theirs[0][None], theirs[1], cameras, (SIZE, SIZE))
    ball = sphere(theirs[0])
    shapes = {"target": theirs, "start": ball}
    for name, each in (("silhouettes", renderer), ("no silhouettes", without_silhouettes(renderer))):
        shapes[name] = (fit(each, target, cameras, ball, options.steps), ball[1])
    with torch.no_grad():
        for name, shape in shapes.items():
            print(f"{name}: outline {outline_mm(renderer, shape, theirs, cameras):.2f} mm from the head's")
        shown = frame.cameras([(0, 0), (60, 5)])
        columns = [picture(renderer, shape, theirs, shown) for shape in shapes.values()]
    Image.fromarray((np.concatenate(columns, axis=1) * 255).astype(np.uint8)).save(options.output, optimize=True)


if __name__ == "__main__":
    main()
