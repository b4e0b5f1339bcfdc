"""The nvdiffrast back-end: what it hands over and makes of the answer, on a stand-in; the real thing where it runs."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
import torch
from render_shapes import icosphere, ring_of_cameras

from lego_cli.errors import ExitCode, LegoError
from lego_cli.needs import cuda_there, module_there
from lego_cli.plugins import load_plugins
from lego_renderers.torch_renderer import TorchRenderer

REAL = cuda_there() and module_there("nvdiffrast")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module with nvdiffrast's interface, which answers as its manual says: u, v, z/w and face + 1, row 0 at -1."""

    class RasterizeCudaContext:
        def __init__(self, device: Any = None) -> None:
            made.append(device)

    def rasterize(context, pos, tri, resolution, ranges=None, grad_db=True):
        assert isinstance(context, RasterizeCudaContext)
        assert (pos.dtype, tri.dtype) == (torch.float32, torch.int32)
        assert pos.is_contiguous()
        assert tri.is_contiguous()
        face, z = TorchRenderer().visibility(pos.abs() if clipped else pos, tri.long(), tuple(resolution))
        empty = face < 0
        found = torch.stack([z * 0, z * 0, z.masked_fill(empty, 0), face.float() + 1], dim=-1)
        return found, torch.zeros(*face.shape, 0)

    made: list[Any] = []
    clipped: list[bool] = []
    package, inner = ModuleType("nvdiffrast"), ModuleType("nvdiffrast.torch")
    package.torch = inner
    inner.RasterizeCudaContext, inner.rasterize = RasterizeCudaContext, rasterize
    inner.made, inner.clipped = made, clipped
    monkeypatch.setitem(sys.modules, "nvdiffrast", package)
    monkeypatch.setitem(sys.modules, "nvdiffrast.torch", inner)
    monkeypatch.delitem(sys.modules, "lego_renderers.nvdiffrast_renderer", raising=False)
    return inner


def on_cpu() -> Any:
    from lego_renderers.nvdiffrast_renderer import NvdiffrastRenderer

    renderer = NvdiffrastRenderer()
    renderer.device = "cpu"
    return renderer


def test_glue_gives_the_pictures_of_torch(stand_in: ModuleType) -> None:
    vertices, faces = icosphere(2)
    renderer, cameras = on_cpu(), ring_of_cameras(3)
    leaf = vertices[None].clone().requires_grad_()
    ours = renderer.render(leaf, faces, cameras, (40, 56), vertices[None])
    theirs = TorchRenderer().render(vertices[None], faces, cameras, (40, 56), vertices[None])
    for name, picture in theirs.items():
        assert torch.equal(ours[name].detach(), picture)
    ours["mask"].square().sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.abs().sum() > 0
    renderer.render(vertices[None], faces, cameras, (24, 24))
    assert len(stand_in.made) == 1  # a context is dear, and kept
    del sys.modules["lego_renderers.nvdiffrast_renderer"]


def test_faces_that_reach_behind_the_camera_are_dropped(stand_in: ModuleType) -> None:
    stand_in.clipped.append(True)
    clip = torch.tensor([[[-0.5, -0.5, 0, 1.0], [0.5, -0.5, 0, 1], [0, 0.5, 0, -1]]])
    face, z = on_cpu().visibility(clip, torch.tensor([[0, 1, 2]]), (16, 16))
    assert (face == -1).all()
    assert (z == 1).all()
    del sys.modules["lego_renderers.nvdiffrast_renderer"]


@pytest.mark.skipif(REAL, reason="nvdiffrast and a CUDA device are here")
def test_says_how_to_get_it_and_what_its_licence_allows() -> None:
    with pytest.raises(LegoError) as caught:
        load_plugins().registry.get("renderers", "nvdiffrast")
    assert caught.value.code == ExitCode.MISSING
    assert "not on PyPI" in caught.value.hint
    assert "licence" in caught.value.hint


@pytest.mark.skipif(not REAL, reason="needs nvdiffrast and a CUDA device")
def test_draws_what_torch_draws_image_by_image() -> None:
    vertices, faces = (x.cuda() for x in icosphere(4))
    vertices = vertices * vertices.new_tensor([1.0, 0.6, 0.8])
    cameras, registry = ring_of_cameras(10), load_plugins().registry
    drawn, grads = [], []
    for name in ("nvdiffrast", "torch"):
        leaf = vertices[None].clone().requires_grad_()
        drawn.append(registry.get("renderers", name).render(leaf, faces, cameras, (224, 224), vertices[None]))
        (drawn[-1]["mask"] * torch.linspace(0, 1, 224).cuda()).sum().backward()
        grads.append(leaf.grad)
    ours, theirs = drawn
    for view in range(10):
        assert (ours["face"][view] == theirs["face"][view]).float().mean() > 0.99
        for layer in ("mask", "normal", "attributes"):
            assert (ours[layer][view] - theirs[layer][view]).abs().mean() < 2e-3
    assert (grads[0] - grads[1]).norm() < 0.05 * grads[1].norm()
