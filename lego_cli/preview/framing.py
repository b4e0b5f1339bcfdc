"""Where the camera stands: named views, and a distance from which the head fills the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lego_cli.api import Cameras
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

VIEWS: dict[str, tuple[float, float]] = {
    "front": (0, 0),
    "portrait": (20, 3),
    "three_quarter": (38, 4),
    "side": (90, 0),
    "left": (90, 0),
    "right": (-90, 0),
    "three_quarter_left": (38, 4),
    "three_quarter_right": (-38, 4),
    "back": (180, 0),
    "top": (0, 85),
    "below": (0, -40),
}
"""Named camera places: degrees round the head towards the subject's left, and degrees above the horizon."""

FOV = 25.0
"""Vertical field of view in degrees: a portrait lens."""


@dataclass(frozen=True)
class Frame:
    """A stage that several heads can share, so that their sizes compare: a centre and a camera distance."""

    centre: tuple[float, float, float]
    distance: float

    @staticmethod
    def of(vertices: Floats, margin: float = 1.1) -> Frame:
        """The frame that shows all of ``(V, 3)`` in every level view, with some air round it."""
        centre = (vertices.min(0) + vertices.max(0)) / 2
        x, y, z = (vertices - centre).T
        slope = math.tan(math.radians(FOV / 2)) / margin
        needed = []
        for angle in np.radians(np.arange(0, 360, 30)):
            across = np.abs(x * np.cos(angle) - z * np.sin(angle))
            towards = x * np.sin(angle) + z * np.cos(angle)
            needed.append(np.max(np.maximum(across, np.abs(y)) / slope + towards))
        distance = max(float(np.max(needed)), 1e-6)
        return Frame((float(centre[0]), float(centre[1]), float(centre[2])), distance)

    def cameras(self, angles: Sequence[tuple[float, float]], device: str | torch.device = "cpu") -> Cameras:
        """One camera for each ``(azimuth, elevation)`` in degrees."""
        turn = torch.tensor([[math.radians(a), math.radians(e)] for a, e in angles], dtype=torch.float32, device=device)
        azimuth, elevation = turn.unbind(1)
        level = elevation.cos()
        away = torch.stack([level * azimuth.sin(), elevation.sin(), level * azimuth.cos()], dim=1)
        target = turn.new_tensor(self.centre).expand(len(angles), 3)
        up = turn.new_tensor([0.0, 1.0, 0.0]).expand(len(angles), 3)
        return Cameras(target + self.distance * away, target, up, turn.new_full((len(angles),), FOV))


def view_angles(names: Sequence[str]) -> list[tuple[float, float]]:
    """Angles of named views; raises ``LegoError`` for a name that is not in ``VIEWS``."""
    for name in names:
        if name not in VIEWS:
            known = ", ".join(VIEWS)
            raise LegoError(f"no view called {name!r}", f"choose from {known}", ExitCode.USAGE)
    return [VIEWS[name] for name in names]


def axes(cameras: Cameras) -> torch.Tensor:
    """``(B, 3, 3)`` rows: right, up and forward of each camera in the world."""
    forward = torch.nn.functional.normalize(cameras.target - cameras.eye, dim=1)
    right = torch.nn.functional.normalize(torch.linalg.cross(forward, cameras.up), dim=1)
    return torch.stack([right, torch.linalg.cross(right, forward), forward], dim=1)
