"""Small closed shapes and cameras for tests."""

from __future__ import annotations

import torch

from lego_cli.api import Cameras


def icosphere(rounds: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Unit sphere ``(V, 3)``, faces ``(20 * 4**rounds, 3)`` turned outwards."""
    import trimesh

    mesh = trimesh.creation.icosphere(subdivisions=rounds)
    return torch.tensor(mesh.vertices, dtype=torch.float32), torch.tensor(mesh.faces, dtype=torch.int64)


def ring_of_cameras(count: int, distance: float = 5.0, fov: float = 30.0) -> Cameras:
    """Cameras round the origin on the level of the origin, the first one on +Z, the next towards +X."""
    turn = torch.arange(count) * (2 * torch.pi / max(count, 1))
    eye = distance * torch.stack([turn.sin(), torch.zeros(count), turn.cos()], dim=1)
    return Cameras(
        eye, torch.zeros(count, 3), torch.tensor([[0.0, 1.0, 0.0]]).expand(count, 3), torch.full((count,), fov)
    )
