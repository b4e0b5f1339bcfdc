"""Pictures of the raster renderers: conventions, exactness inside, antialiasing and gradients at outlines."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from render_shapes import icosphere, ring_of_cameras
from torch.nn.functional import avg_pool2d

from lego_cli.api import DirectionalLight, LegoError, Shading
from lego_cli.plugins import load_plugins
from lego_renderers.raster import RasterRenderer
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow


def triangle(corners: list[list[float]]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor([corners]), torch.tensor([[0, 1, 2]])


def test_is_registered() -> None:
    assert isinstance(load_plugins().registry.get("renderers", "torch"), RasterRenderer)


def test_left_and_up_of_the_subject(renderer: RasterRenderer) -> None:
    """Seen from the front, the subject's left (+X) is at the right of the picture and up is on top."""
    left, faces = triangle([[0.2, -0.1, 0.0], [0.6, -0.1, 0.0], [0.4, 0.1, 0.0]])
    mask = renderer.render(left, faces, ring_of_cameras(1), (64, 64))["mask"][0, 0]
    assert mask[:, :32].sum() == 0
    assert mask[:, 32:].sum() > 10
    top, faces = triangle([[-0.1, 0.3, 0.0], [0.1, 0.3, 0.0], [0.0, 0.6, 0.0]])
    mask = renderer.render(top, faces, ring_of_cameras(1), (64, 64))["mask"][0, 0]
    assert mask[32:].sum() == 0
    assert mask[:32].sum() > 10


def test_attributes_and_depth_are_perspective_correct(renderer: RasterRenderer) -> None:
    """Positions carried as attributes, seen through wide-angle cameras, land where each pixel's ray hits."""
    vertices, faces = triangle([[-2.0, -1.0, 2.5], [2.0, -1.0, 1.0], [0.0, 1.0, -4.0]])
    cameras = ring_of_cameras(1, fov=60.0)
    drawn = renderer.render(vertices, faces, cameras, (60, 80), vertices)
    inside = drawn["face"][0] >= 0
    row, column = inside.nonzero().unbind(1)
    eroded = (drawn["mask"][0, 0] == 1) & inside
    row, column = eroded.nonzero().unbind(1)
    depth = drawn["depth"][0, 0][row, column]
    slope = torch.tan(torch.deg2rad(torch.tensor(30.0)))
    x = ((column + 0.5) / 80 * 2 - 1) * slope * 80 / 60 * depth
    y = -((row + 0.5) / 60 * 2 - 1) * slope * depth
    expected = torch.stack([x, y, 5 - depth], dim=1)
    assert len(row) > 300
    torch.testing.assert_close(drawn["attributes"][0][:, row, column].T, expected, atol=1e-4, rtol=0)


def test_normals_point_outwards_in_the_world(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(3)
    drawn = renderer.render(vertices.expand(4, -1, -1), faces, ring_of_cameras(4), (96, 96), vertices.expand(4, -1, -1))
    whole = drawn["mask"] == 1
    error = ((drawn["normal"] - drawn["attributes"]).norm(dim=1, keepdim=True))[whole]
    assert float(error.max()) < 0.02


def test_batch_equals_single_and_repeats_exactly(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(2)
    cameras = ring_of_cameras(3)
    batch = torch.stack([vertices, 0.7 * vertices, vertices * torch.tensor([1.0, 0.5, 1.0])])
    first, again = (renderer.render(batch, faces, cameras, (48, 48), batch) for _ in range(2))
    for index in range(3):
        here = slice(index, index + 1)
        one = replace(cameras, **{k: getattr(cameras, k)[here] for k in ("eye", "target", "up", "fov")})
        single = renderer.render(batch[here], faces, one, (48, 48), batch[here])
        for name, picture in single.items():
            torch.testing.assert_close(first[name][here], picture, atol=1e-5, rtol=0)
    for name, picture in first.items():
        assert torch.equal(again[name], picture)


def test_antialiasing_matches_supersampling(renderer: RasterRenderer) -> None:
    """One sample a pixel comes near the average of 64, for the mask of a dense mesh and for what it carries."""
    vertices, faces = icosphere(4)
    vertices = vertices * torch.tensor([1.0, 0.6, 0.8]) + 0.1 * torch.sin(5 * vertices.flip(1))
    colour = (0.5 + 0.5 * torch.sin(3 * vertices)).expand(2, -1, -1)
    batch, cameras = vertices.expand(2, -1, -1), ring_of_cameras(2)
    drawn = renderer.render(batch, faces, cameras, (64, 64), colour)
    fine = renderer.render(batch, faces, cameras, (512, 512), colour)
    outline = (avg_pool2d(fine["mask"], 8) - avg_pool2d(fine["mask"], 8).round()).abs() > 0.02
    truth = avg_pool2d((fine["face"] >= 0).float()[:, None], 8)
    hard = ((drawn["face"] >= 0).float()[:, None] - truth).abs()[outline].mean()
    soft = (drawn["mask"] - truth).abs()[outline].mean()
    assert soft < 0.02
    assert soft < hard / 10
    painted = (drawn["attributes"] - avg_pool2d(fine["attributes"], 8)).abs().amax(1, keepdim=True)
    assert painted[outline].mean() < 0.03


def test_antialiases_outlines_inside_the_picture(renderer: RasterRenderer) -> None:
    """A white plate before a black one: the edge between them is blended too, and nothing else."""
    plate = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    tilt = torch.tensor([[0.96, 0.28], [-0.28, 0.96]])
    back = torch.cat([3 * plate, torch.full((4, 1), -1.0)], dim=1)
    front = torch.cat([0.5 * plate @ tilt, torch.full((4, 1), 1.0)], dim=1)
    faces = torch.tensor([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    white = torch.tensor([0.0] * 4 + [1.0] * 4)[None, :, None]
    cameras = ring_of_cameras(1)
    drawn = renderer.render(torch.cat([back, front])[None], faces, cameras, (40, 40), white)["attributes"]
    fine = renderer.render(torch.cat([back, front])[None], faces, cameras, (640, 640), white)["attributes"]
    assert (drawn - avg_pool2d(fine, 16)).abs().mean() < 0.002


def deformations(vertices: torch.Tensor) -> list[torch.Tensor]:
    """Ten smooth ways to change a shape: shifts, scale, yaw, a bend and waves along the normal."""
    zero = torch.zeros(len(vertices))
    turn = torch.stack([vertices[:, 2], zero, -vertices[:, 0]], dim=1)
    bend = torch.stack([vertices[:, 1] ** 2, zero, zero], dim=1)
    waves = [torch.sin(k * vertices[:, (k % 3)] + k)[:, None] * vertices for k in range(1, 5)]
    return [*(torch.eye(3)[k].expand_as(vertices) for k in range(3)), vertices, turn, bend, *waves]


LAYERS = {"mask": (0.02, 0.05), "attributes": (0.06, 0.15), "colour": (0.06, 0.15)}
"""Mean and largest error of a derivative, as a share of the largest derivative: what is allowed."""


def photograph(renderer: RasterRenderer, shape: torch.Tensor, fine: int) -> dict[str, torch.Tensor]:
    """Pictures of 96 pixels, each the mean of ``fine * fine`` samples; colours stay with the vertices."""
    rest, faces = icosphere(2)
    colour = 0.5 + 0.5 * torch.sin(2 * rest + torch.tensor([0.0, 1.0, 2.0]))[None]
    shading = Shading(DirectionalLight(torch.tensor([[1.0, 2.0, 3.0]]), torch.ones(1, 1), 0.3), colour)
    drawn = renderer.render(shape[None], faces, ring_of_cameras(1), (96 * fine, 96 * fine), colour, shading)
    return {name: avg_pool2d(drawn[name], fine).double() for name in LAYERS}


@pytest.fixture(scope="session")
def slopes() -> tuple[torch.Tensor, list[dict[str, torch.Tensor]]]:
    """A flattened sphere, and how its supersampled pictures change with each deformation, by central differences."""
    vertices, step = icosphere(2)[0] * torch.tensor([1.0, 0.75, 0.9]), 0.012
    found = []
    for change in deformations(vertices):
        after, before = (photograph(TorchRenderer(), vertices + s * change, 10) for s in (step, -step))
        found.append({name: (after[name] - before[name]) / (2 * step) for name in LAYERS})
    return vertices, found


@pytest.mark.parametrize("layer", LAYERS)
def test_gradient_against_finite_differences(renderer: RasterRenderer, slopes: tuple, layer: str) -> None:
    """Derivatives of a weighted picture by autograd against differences of supersampled ones."""
    vertices, truth = slopes
    coarse = torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    weight = torch.nn.functional.interpolate(coarse, size=(96, 96), mode="bicubic")
    weight = weight[:, :1] if layer == "mask" else weight
    leaf = vertices.clone().requires_grad_()
    (photograph(renderer, leaf, 1)[layer] * weight).sum().backward()
    assert leaf.grad is not None
    ours = torch.stack([(leaf.grad * change).sum() for change in deformations(vertices)])
    wanted = torch.stack([(each[layer] * weight).sum() for each in truth])
    error = (ours - wanted).abs() / wanted.abs().max()
    mean, worst = LAYERS[layer]
    assert error.mean() < mean
    assert error.max() < worst


def test_mask_gradient_can_move_an_outline(renderer: RasterRenderer) -> None:
    """Descending on the mask alone makes a small sphere fill the outline of a larger, flatter one."""
    vertices, faces = icosphere(2)
    cameras = ring_of_cameras(4)
    target = renderer.render((vertices * torch.tensor([1.0, 0.7, 1.0])).expand(4, -1, -1), faces, cameras, (48, 48))[
        "mask"
    ]
    scale = torch.full((3,), 0.5, requires_grad=True)
    optimiser = torch.optim.Adam([scale], lr=0.03)
    for _ in range(60):
        optimiser.zero_grad()
        mask = renderer.render((vertices * scale).expand(4, -1, -1), faces, cameras, (48, 48))["mask"]
        (mask - target).square().mean().backward()
        optimiser.step()
    torch.testing.assert_close(scale.detach(), torch.tensor([1.0, 0.7, 1.0]), atol=0.01, rtol=0)


def test_attribute_gradient_counts_pixels(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(1)
    values = torch.zeros(1, len(vertices), 1, requires_grad=True)
    drawn = renderer.render(vertices[None], faces, ring_of_cameras(1), (40, 40), values)
    drawn["attributes"].sum().backward()
    assert values.grad is not None
    torch.testing.assert_close(values.grad.sum(), drawn["mask"].sum(), rtol=1e-4, atol=0)


def test_edge_table_follows_the_topology() -> None:
    """The table is kept per topology: faces changed in place are noticed."""
    vertices, faces = icosphere(2)
    renderer = TorchRenderer()
    half = faces[vertices[faces][:, :, 0].mean(1) > 0]
    padded = torch.cat([half, half])[: len(faces)].clone()
    renderer.render(vertices[None], padded, ring_of_cameras(1), (48, 48))
    padded[:] = faces[: len(padded)]
    changed = renderer.render(vertices[None], padded, ring_of_cameras(1), (48, 48))["mask"]
    fresh = TorchRenderer().render(vertices[None], padded, ring_of_cameras(1), (48, 48))["mask"]
    assert torch.equal(changed, fresh)


def test_gradients_after_inference() -> None:
    """A renderer that drew in inference mode can be used for training afterwards."""
    vertices, faces = icosphere(1)
    renderer = TorchRenderer()
    with torch.inference_mode():
        renderer.render(vertices[None], faces, ring_of_cameras(1), (24, 24))
    leaf = vertices[None].clone().requires_grad_()
    renderer.render(leaf, faces, ring_of_cameras(1), (24, 24))["mask"].sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.abs().sum() > 0


def test_camera_along_its_up_vector_is_explained(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(1)
    above = replace(ring_of_cameras(1), eye=torch.tensor([[0.0, 5.0, 0.0]]))
    with pytest.raises(LegoError, match="up vector"):
        renderer.render(vertices[None], faces, above, (16, 16))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_draws_the_same(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(3)
    cameras = ring_of_cameras(2)
    batch = vertices.expand(2, -1, -1)
    there = replace(cameras, **{k: getattr(cameras, k).cuda() for k in ("eye", "target", "up", "fov")})
    here = renderer.render(batch, faces, cameras, (96, 96), batch)
    gpu = renderer.render(batch.cuda(), faces.cuda(), there, (96, 96), batch.cuda())
    assert (here["face"] == gpu["face"].cpu()).float().mean() > 0.999
    assert (here["mask"] - gpu["mask"].cpu()).abs().mean() < 1e-4
