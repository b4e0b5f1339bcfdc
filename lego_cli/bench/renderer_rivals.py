"""Other differentiable renderers behind our protocol, as far as each goes, for ``lego bench renderer``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lego_cli.api import Cameras, Shading
from lego_cli.preview.framing import axes


class DeodrRival:
    """DEODR (de La Gorce et al. 2008): edge overdraw in double precision, one view after the other.

    Draws mask and attributes, which it interpolates without perspective when gradients are asked for.
    """

    name = "deodr"

    def render(
        self,
        vertices: Tensor,
        faces: Tensor,
        cameras: Cameras,
        size: tuple[int, int],
        attributes: Tensor | None = None,
        shading: Shading | None = None,
    ) -> dict[str, Tensor]:
        """Mask and attributes of one head ``(1, V, 3)``; faces must be seen from outside."""
        assert attributes is not None
        assert shading is None
        local = (vertices - cameras.eye[:, None]) @ axes(cameras).transpose(1, 2)
        focal = (size[0] / 2 / torch.tan(torch.deg2rad(cameras.fov) / 2))[:, None]
        x, y = (sign * local[..., k] / local[..., 2] * focal for k, sign in ((0, 1), (1, -1)))
        screen = torch.stack([x + size[1] / 2 - 0.5, y + size[0] / 2 - 0.5], dim=-1).double()
        mesh = _DeodrMesh(faces.numpy())
        carried = torch.cat([torch.ones_like(attributes[0, :, :1]), attributes[0]], dim=1).double()
        pictures = [
            _DeodrView.apply(screen[view], carried, local[view, :, 2].detach().double().numpy(), mesh, size)  # type: ignore[no-untyped-call]
            for view in range(len(screen))
        ]
        image = torch.stack(pictures).permute(0, 3, 1, 2).float()
        return {"mask": image[:, :1], "attributes": image[:, 1:]}


class _DeodrMesh:
    """Faces in DEODR's types, and which edges are whose."""

    def __init__(self, faces: np.ndarray) -> None:
        self.faces = faces.astype(np.uint32)
        ends = np.sort(np.stack([faces, np.roll(faces, -1, 1)], axis=2), axis=2).reshape(-1, 2)
        keys = ends[:, 0] * (int(faces.max()) + 1) + ends[:, 1]
        _, edge = np.unique(keys, return_inverse=True)
        self.edge = edge.reshape(-1, 3)

    def silhouettes(self, screen: np.ndarray) -> np.ndarray:
        """``(F, 3)`` whether just one of the faces at an edge is seen from outside."""
        corner = screen[self.faces]
        u, v = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
        seen = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0
        count = np.bincount(self.edge.reshape(-1), np.repeat(seen, 3))
        return count[self.edge] == 1


class _DeodrView(torch.autograd.Function):
    """One picture ``(H, W, C)`` of screen positions ``(V, 2)`` in pixels and vertex values ``(V, C)``."""

    @staticmethod
    def forward(
        ctx: Any, screen: Tensor, values: Tensor, depth: np.ndarray, mesh: _DeodrMesh, size: tuple[int, int]
    ) -> Tensor:
        from deodr.differentiable_renderer import Scene2D

        places, count = screen.detach().numpy(), len(mesh.faces)
        ctx.scene = Scene2D(
            faces=mesh.faces,
            faces_uv=mesh.faces,
            ij=places,
            depths=depth,
            textured=np.zeros(count, bool),
            uv=np.zeros((len(places), 2)),
            shade=np.zeros(len(places)),
            colors=values.detach().numpy(),
            shaded=np.zeros(count, bool),
            edgeflags=mesh.silhouettes(places),
            height=size[0],
            width=size[1],
            nb_colors=values.shape[1],
            texture=np.zeros((0, 0)),
            background_color=np.zeros(values.shape[1]),
            backface_culling=True,
        )
        return torch.from_numpy(ctx.scene.render(1.0)[0])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        ctx.scene.clear_gradients()
        ctx.scene.render_backward(grad.contiguous().numpy())
        return torch.from_numpy(ctx.scene.ij_b), torch.from_numpy(ctx.scene.colors_b), None, None, None
