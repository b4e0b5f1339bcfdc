"""Light, vertex colours and textures, and several views of several heads."""

from __future__ import annotations

import pytest
import torch
from render_shapes import icosphere, ring_of_cameras

from lego_cli.api import Cameras, DirectionalLight, HarmonicLight, Shading
from lego_renderers.raster import RasterRenderer

EVEN = HarmonicLight(torch.eye(9)[None, :, :1] / 0.282095)


def picked(cameras, first: int, last: int):
    return Cameras(*(x[first:last] for x in (cameras.eye, cameras.target, cameras.up, cameras.fov)))


def plate() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A square towards +Z that fills a picture of ``ring_of_cameras(1)``, its UVs running right and up."""
    corners = torch.tensor([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    side = 2 * 5 * torch.tan(torch.deg2rad(torch.tensor(15.0)))
    vertices = torch.cat([(corners - 0.5) * side, torch.zeros(4, 1)], dim=1)[None]
    return vertices, faces, corners[faces]


def test_even_light_shows_the_vertex_colours(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(2)
    colour = vertices[None] * 0.5 + 0.5
    drawn = renderer.render(vertices[None], faces, ring_of_cameras(2), (48, 48), colour, Shading(EVEN, colour))
    torch.testing.assert_close(drawn["colour"], drawn["attributes"], atol=1e-4, rtol=0)
    white = renderer.render(vertices[None], faces, ring_of_cameras(2), (48, 48), shading=Shading(EVEN))["colour"]
    torch.testing.assert_close(white, drawn["mask"].expand_as(white), atol=1e-4, rtol=0)


def test_lamps_light_the_side_they_stand_on(renderer: RasterRenderer) -> None:
    """A lamp on the subject's left lights the right of a front view, in both kinds of light."""
    vertices, faces = icosphere(3)
    linear = torch.zeros(1, 9, 1)
    linear[0, 0], linear[0, 3] = 2.0, 1.0  # even, and more from +X
    for light in (HarmonicLight(linear), DirectionalLight(torch.tensor([[1.0, 0, 0]]), torch.ones(1, 1), 0.1)):
        colour = renderer.render(vertices[None], faces, ring_of_cameras(1), (64, 64), shading=Shading(light))["colour"]
        assert colour[..., 32:].sum() > 1.5 * colour[..., :32].sum()
        torch.testing.assert_close(colour, colour.flip(2), atol=0.02, rtol=0)


def test_harmonics_are_orthonormal() -> None:
    normals, faces = icosphere(5)
    area = torch.linalg.cross(normals[faces[:, 1]] - normals[faces[:, 0]], normals[faces[:, 2]] - normals[faces[:, 0]])
    middle = torch.nn.functional.normalize(normals[faces].mean(1), dim=1)
    terms = torch.cat([HarmonicLight(torch.eye(9)[None, :, k : k + 1]).falling_on(middle) for k in range(9)], dim=1)
    products = terms.T @ (terms * area.norm(dim=1, keepdim=True) / 2)
    torch.testing.assert_close(products, torch.eye(9), atol=0.01, rtol=0)


def test_texture_lands_where_the_uvs_say(renderer: RasterRenderer) -> None:
    """A picture on a plate that fills the view comes back as it is: not mirrored, not upside down."""
    vertices, faces, uv = plate()
    texture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    shading = Shading(EVEN, texture=texture, uv=uv)
    colour = renderer.render(vertices, faces, ring_of_cameras(1), (16, 16), shading=shading)["colour"]
    torch.testing.assert_close(colour[..., 1:-1, 1:-1], texture[..., 1:-1, 1:-1], atol=1e-3, rtol=0)


def test_every_view_may_have_its_own_light_and_texture(renderer: RasterRenderer) -> None:
    vertices, faces, uv = plate()
    cameras = ring_of_cameras(1)
    cameras = Cameras(*(x.repeat(2, *[1] * (x.ndim - 1)) for x in vars(cameras).values()))
    light = DirectionalLight(torch.tensor([[0.0, 0, 1]]), torch.tensor([[1.0, 0, 0], [0, 0.5, 0]]))
    texture = torch.stack([torch.full((3, 2, 2), 0.5), torch.full((3, 2, 2), 0.8)])
    shading = Shading(light, texture=texture, uv=uv)
    colour = renderer.render(vertices, faces, cameras, (8, 8), shading=shading)["colour"].mean((2, 3))
    torch.testing.assert_close(colour, torch.tensor([[0.5, 0, 0], [0, 0.4, 0]]), atol=1e-3, rtol=0)


def test_gradients_reach_light_colour_and_texture(renderer: RasterRenderer) -> None:
    vertices, faces, uv = plate()
    leaves = [torch.full(shape, 0.5).requires_grad_() for shape in ((1, 9, 3), (1, 4, 3), (1, 3, 4, 4), (2, 3, 2))]
    coefficients, colour, texture, places = leaves
    with torch.no_grad():
        places.copy_(uv)
        texture.copy_(torch.rand(texture.shape, generator=torch.Generator().manual_seed(1)))
    shading = Shading(HarmonicLight(coefficients), colour, texture, places)
    drawn = renderer.render(vertices, faces, ring_of_cameras(1), (24, 24), shading=shading)["colour"]
    (drawn * torch.linspace(0, 1, 24)).sum().backward()
    for leaf in leaves:
        assert leaf.grad is not None
        assert torch.isfinite(leaf.grad).all()
        assert leaf.grad.abs().sum() > 0


def test_views_of_several_heads_come_head_by_head(renderer: RasterRenderer) -> None:
    """Two heads with three cameras each are six pictures, and their gradients are those of six single pictures."""
    vertices, faces = icosphere(1)
    heads = torch.stack([vertices, vertices * torch.tensor([0.5, 0.8, 0.6])])
    cameras, weight = ring_of_cameras(6), torch.linspace(0, 1, 32)
    together, apart = heads.clone().requires_grad_(), heads.clone().requires_grad_()
    all_ = renderer.render(together, faces, cameras, (32, 32), together, Shading(EVEN, together))
    sum((all_[name] * weight).sum() for name in ("mask", "normal", "attributes", "colour", "depth")).backward()
    for view in range(6):
        head = apart[view // 3][None]
        one = renderer.render(head, faces, picked(cameras, view, view + 1), (32, 32), head, Shading(EVEN, head))
        for name, picture in one.items():
            torch.testing.assert_close(all_[name][view : view + 1], picture, atol=1e-5, rtol=0)
        sum((one[name] * weight).sum() for name in ("mask", "normal", "attributes", "colour", "depth")).backward()
    assert together.grad is not None
    torch.testing.assert_close(together.grad, apart.grad, atol=1e-3, rtol=1e-3)


def test_attributes_may_differ_between_views_of_one_head(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(1)
    values = torch.tensor([0.2, 0.9])[:, None, None].expand(2, len(vertices), 1)
    drawn = renderer.render(vertices[None], faces, ring_of_cameras(2), (24, 24), values)
    torch.testing.assert_close(drawn["attributes"], drawn["mask"] * torch.tensor([0.2, 0.9])[:, None, None, None])


def test_cameras_that_fit_no_heads_are_refused(renderer: RasterRenderer) -> None:
    vertices, faces = icosphere(1)
    with pytest.raises(ValueError, match="cameras"):
        renderer.render(vertices.expand(2, -1, -1), faces, ring_of_cameras(3), (8, 8))
