"""Ten cameras round a face: the views of LeGO's image losses, anchored on each head's own landmarks.

LeGO (Yoon et al. 2024, section 3.3) aims its close-ups at fixed points of a normalised head and so has the tip of
the nose in its crop in 55 % of all draws. Here every camera stands as far off as the things that it is to show are
large, for any head and any topology.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lego_cli.api import Cameras

WHOLE, CLOSE, FEATURE = range(3)
FOV = (72.0, 45.0, 18.0)
"""Vertical field of view of each level, degrees."""
MARGIN = (1.1, 1.15, 1.45)
"""Air round what a level shows, as a factor on its radius; close-ups keep the skin round the feature."""

_ALL, _RIGHT_EYE, _LEFT_EYE = range(68), range(36, 42), range(42, 48)
_NOSE, _MOUTH = range(27, 36), range(48, 68)


@dataclass(frozen=True)
class View:
    """One camera of the rig: level, degrees round the head towards the subject's left, landmarks that it shows."""

    level: int
    azimuth: float
    shows: range = _ALL  # of the 68 iBUG landmarks; level WHOLE shows the vertices


VIEWS: dict[str, View] = {
    "head_front": View(WHOLE, 0),
    "head_left": View(WHOLE, 90),
    "head_right": View(WHOLE, -90),
    "face_front": View(CLOSE, 0),
    "face_left": View(CLOSE, 90),
    "face_right": View(CLOSE, -90),
    "eye_right": View(FEATURE, 0, _RIGHT_EYE),
    "eye_left": View(FEATURE, 0, _LEFT_EYE),
    "nose": View(FEATURE, 0, _NOSE),
    "mouth": View(FEATURE, 0, _MOUTH),
}


@dataclass(frozen=True)
class FaceCameraOptions:
    """How far the cameras stray, in radians either way (LeGO's), and the views to take."""

    azimuth: float = 0.05
    elevation: float = 0.5
    views: tuple[str, ...] = tuple(VIEWS)


def face_cameras(
    landmarks: Tensor, vertices: Tensor, generator: torch.Generator, options: FaceCameraOptions | None = None
) -> Cameras:
    """Cameras for heads in the canonical frame, ``B`` times the views, all of the first head first.

    ``landmarks (B, 68, 3)`` are the iBUG ones, ``vertices (B, V, 3)`` what the whole-head views are to hold. The
    ``generator`` (on the CPU) draws the jitter, so that equal seeds give equal cameras on any device. Raises
    ``ValueError`` for other shapes.
    """
    options = options or FaceCameraOptions()
    if landmarks.ndim != 3 or landmarks.shape[1:] != (68, 3) or len(vertices) != len(landmarks):
        raise ValueError(f"expected (B, 68, 3) landmarks of (B, V, 3) heads, got {landmarks.shape}, {vertices.shape}")
    views = [VIEWS[name] for name in options.views]
    balls = [_ball(vertices if view.level == WHOLE else landmarks[:, list(view.shows)]) for view in views]
    target, radius = (torch.stack(part, dim=1) for part in zip(*balls, strict=True))
    fov = landmarks.new_tensor([FOV[view.level] for view in views])
    away = radius * landmarks.new_tensor([MARGIN[view.level] for view in views]) / torch.sin(torch.deg2rad(fov) / 2)
    eye = target + away[..., None] * _directions(views, len(landmarks), generator, options).to(landmarks)
    up = landmarks.new_tensor([0.0, 1.0, 0.0]).expand(eye.numel() // 3, 3)
    return Cameras(eye.reshape(-1, 3), target.reshape(-1, 3), up, fov.repeat(len(landmarks)))


def _directions(views: list[View], heads: int, generator: torch.Generator, options: FaceCameraOptions) -> Tensor:
    """``(B, N, 3)`` unit vectors from target to camera."""
    stray = 2 * torch.rand(heads, len(views), 2, generator=generator) - 1
    azimuth = torch.deg2rad(torch.tensor([view.azimuth for view in views])) + options.azimuth * stray[..., 0]
    elevation = options.elevation * stray[..., 1]
    level = elevation.cos()
    return torch.stack([level * azimuth.sin(), elevation.sin(), level * azimuth.cos()], dim=-1)


def _ball(points: Tensor) -> tuple[Tensor, Tensor]:
    """Centre ``(B, 3)`` and radius ``(B,)`` of balls that hold ``(B, n, 3)`` points; no gradient."""
    points = points.detach()
    centre = (points.amin(1) + points.amax(1)) / 2
    return centre, (points - centre[:, None]).norm(dim=2).amax(1)
