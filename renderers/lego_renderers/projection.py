"""Look-at cameras to clip coordinates."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lego_cli.api import Cameras, LegoError


def clip_positions(vertices: Tensor, cameras: Cameras, size: tuple[int, int]) -> Tensor:
    """``(H, V, 3)`` world positions to ``(B, V, 4)`` clip positions ``(x, y, z, w)`` for an image of ``(H, W)``.

    ``B`` is a multiple of ``H``: the cameras of the first head come first. ``x / w = -1`` is the left border,
    ``y / w = -1`` the *upper* one (row 0), and ``w`` is the distance along the view axis in metres. The depth range
    hugs the vertices, so ``z / w`` uses all of -1..1. Raises ``LegoError`` when a camera looks along its own up vector.
    """
    eye, target, up, fov = (x.to(vertices) for x in (cameras.eye, cameras.target, cameras.up, cameras.fov))
    forward = normalize(target - eye, dim=-1)
    right = torch.linalg.cross(forward, up)
    if bool((right.norm(dim=-1) < 1e-6).any()):
        raise LegoError("a camera looks along its own up vector", "give another up vector, such as (0, 0, 1)")
    right = normalize(right, dim=-1)
    basis = torch.stack([right, torch.linalg.cross(forward, right), forward], dim=1)  # rows: x, y (down), w
    views = vertices if len(vertices) == len(eye) else vertices.repeat_interleave(len(eye) // len(vertices), 0)
    local = (views - eye[:, None]) @ basis.transpose(1, 2)
    focal = 1 / torch.tan(torch.deg2rad(fov) / 2)[:, None]
    x = local[..., 0] * focal * (size[0] / size[1])
    y, w = local[..., 1] * focal, local[..., 2]
    near, far = _depth_range(w.detach())
    z = w.detach() * ((far + near) / (far - near)) - 2 * far * near / (far - near)  # only visibility looks at it
    return torch.stack([x, y, z, w], dim=-1)


def _depth_range(w: Tensor) -> tuple[Tensor, Tensor]:
    far = w.amax(1, keepdim=True).clamp_min(1e-6)
    near = torch.maximum(w.amin(1, keepdim=True), 1e-3 * far)
    margin = 0.01 * (far - near) + 1e-4 * far
    return (near - margin).clamp_min(5e-4 * far), far + margin
