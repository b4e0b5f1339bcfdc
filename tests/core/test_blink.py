"""Lids close over every style's eyes, on every topology that has eyes: no eyeball pixel is left at full blink."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli import assets
from lego_cli.api import ARKIT, Cameras, Topology
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.stylist import Code, Stylist
from lego_cli.plugins import load_plugins
from lego_heads.anny_head import load
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow

BLINK = np.isin(ARKIT, ["eyeBlinkLeft", "eyeBlinkRight"]).astype(float)


@pytest.fixture(scope="module")
def stylist() -> Stylist:
    return Stylist(load(), assets.surface_net())


def eyeball_pixels(topology: Topology, vertices: np.ndarray) -> int:
    """Pixels of both eyeballs seen from the front and from both sides."""
    triangles = topology.mesh.triangles()
    ball = np.isin(triangles, np.concatenate([topology.parts[f"eye_{side}"] for side in ("left", "right")])).all(1)
    eye = torch.tensor([[0.0, 0, 0.6], [0.3, 0, 0.52], [-0.3, 0, 0.52]])
    up = torch.tensor([[0.0, 1, 0]]).expand(3, -1)
    cameras = Cameras(eye, torch.zeros(3, 3), up, torch.full((3,), 18.0))
    heads = torch.from_numpy(vertices).float().expand(3, -1, -1)
    face = TorchRenderer().render(heads, torch.from_numpy(triangles), cameras, (384, 384))["face"]
    return int((torch.from_numpy(ball)[face.clamp(min=0)] & (face >= 0)).sum())


@pytest.mark.parametrize("style", ["pixar", "elf", "ogre", "caricature"])
def test_a_blink_closes(stylist, style):
    registry = load_plugins(third_party=False).registry
    people = stylist.head.neutral(stylist.head.sample(3, "plausible", 900_300)).astype(np.float64)
    for shape in ShapeSolver(stylist.head, stylist.net)(people):
        avatar = stylist.avatar(Code(shape, np.zeros(52)), [(assets.style(registry, style), 1.0)])
        for name in ("head", "looped", "dense"):
            topology = registry.get("topologies", name)
            assert eyeball_pixels(topology, avatar.pose(topology)) > 300, "open eyes are seen"
            assert eyeball_pixels(topology, avatar.pose(topology, BLINK)) == 0
