"""The compiled renderer draws what the torch one draws."""

from __future__ import annotations

import pytest
import torch
from render_shapes import icosphere, ring_of_cameras
from test_zbuffer import soup

from lego_cli import assets
from lego_cli.api import Cameras
from lego_cli.mesh.read import read_mesh
from lego_renderers.raster import RasterRenderer
from lego_renderers.torch_renderer import TorchRenderer

TORCH = TorchRenderer()


@pytest.mark.parametrize(("count", "spread", "grid"), [(12, 0.9, False), (40, 0.9, True), (10, 3.0, False)])
def test_same_visibility_to_the_bit(compiled: RasterRenderer, count: int, spread: float, grid: bool) -> None:
    clips = torch.stack([soup(seed, count, spread, grid)[0] for seed in range(3)])
    clips[2, ::4, 3] = -1  # behind the camera
    faces = soup(0, count, spread, grid)[1]
    for ours, theirs in zip(
        compiled.visibility(clips, faces, (24, 37)), TORCH.visibility(clips, faces, (24, 37)), strict=True
    ):
        assert torch.equal(ours, theirs)


def test_same_pictures_and_gradients_of_a_head(compiled: RasterRenderer) -> None:
    mesh = read_mesh(assets.data_file("demo_head.obj"))
    vertices = torch.from_numpy(mesh.vertices).float()
    vertices = (vertices - vertices.mean(0)) / vertices.std() * 0.5
    faces = torch.from_numpy(mesh.triangles())
    found = []
    for renderer in (compiled, TORCH):
        leaf, colour = vertices[None].clone().requires_grad_(), vertices[None].clone().requires_grad_()
        drawn = renderer.render(leaf, faces, ring_of_cameras(2), (96, 96), colour)
        weight = torch.linspace(-1, 1, 96)
        sum((drawn[name] * weight).sum() for name in ("mask", "normal", "attributes", "depth")).backward()
        found.append((drawn, leaf.grad, colour.grad))
    (ours, *our_grads), (theirs, *their_grads) = found
    assert torch.equal(ours["face"], theirs["face"])
    assert (ours["face"] >= 0).float().mean() > 0.1
    for name in ("mask", "depth", "attributes"):
        torch.testing.assert_close(ours[name], theirs[name], atol=2e-4, rtol=0)
    for ours_, theirs_ in zip(our_grads, their_grads, strict=True):
        assert (ours_ - theirs_).norm() < 1e-3 * theirs_.norm()


def test_many_silhouettes_outgrow_the_first_table(compiled: RasterRenderer) -> None:
    """A crowd of small triangles has more crossings than room was made for at first."""
    generator = torch.Generator().manual_seed(0)
    middle = torch.rand(3000, 1, 3, generator=generator) * 2 - 1
    vertices = (middle + 0.05 * torch.randn(3000, 3, 3, generator=generator)).reshape(1, -1, 3)
    faces = torch.arange(9000).reshape(-1, 3)
    ours, theirs = (r.render(vertices, faces, ring_of_cameras(1), (128, 128))["mask"] for r in (compiled, TORCH))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_double_precision_works_too(compiled: RasterRenderer) -> None:
    vertices, faces = icosphere(2)
    cameras = ring_of_cameras(2)
    exact = Cameras(*(x.double() for x in (cameras.eye, cameras.target, cameras.up, cameras.fov)))
    single = compiled.render(vertices[None], faces, cameras, (48, 48))["mask"]
    double = compiled.render(vertices[None].double(), faces, exact, (48, 48))["mask"]
    assert double.dtype == torch.float64
    torch.testing.assert_close(double.float(), single, atol=1e-3, rtol=0)


def test_runs_where_nothing_can_be_written(compiled: RasterRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only install without a home folder compiles anew each time instead of failing."""
    from lego_renderers import numba_kernels

    njit = numba_kernels.njit

    def no_place(cache: bool = False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    monkeypatch.setattr(numba_kernels, "njit", no_place)
    assert numba_kernels.compiled(lambda x: x + 1)(1) == 2
