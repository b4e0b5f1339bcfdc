"""Lashes are modelled as cards; here they get UVs of their own, and a picture whose alpha thins them out into strands.

The picture is a map of all lashes round an eyeball: across it the angle from its centre, up it the way from root to
tip, lower lashes in its lower half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.api import Surface
from lego_cli.core.colours.painted import srgb_bytes
from lego_cli.core.colours.part_paint import PLAIN
from lego_cli.mesh.texture import png_texture
from lego_cli.preview.eyes import Eyeballs
from lego_cli.preview.lashes import strand_cover
from lego_cli.preview.shape import shape_of

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh

WIDE, HIGH = 2048, 128  # texels
EDGE = 0.03  # of the height that the halves keep apart
ROUGHNESS = 0.6


def lash_uvs(mesh: Mesh) -> tuple[Ints, Floats] | None:
    """Corners ``(n,)`` of a mesh's lash cards and their places ``(n, 2)`` in the picture; None without lashes."""
    vertices = torch.from_numpy(np.asarray(mesh.vertices, np.float32))
    shape, eyeballs, _ = shape_of(mesh, vertices, {})
    hair = shape.hair
    if not len(hair.faces) or not len(eyeballs.radius):
        return None
    corner = mesh.triangle_corners()[hair.origin.numpy()]
    first = mesh.face_starts[mesh.triangle_face()[hair.origin.numpy()]]
    centre = eyeballs.centre[hair.eye].double().numpy()
    points = np.asarray(mesh.vertices, np.float64)
    start = _angle(points[mesh.corner_vertex[first]] - centre)
    turn = _angle(points[mesh.corner_vertex[corner]] - centre[:, None])
    turn = (
        start[:, None] + (turn - start[:, None] + np.pi) % (2 * np.pi) - np.pi
    )  # a card that crosses the seam stays whole
    share = shape.lashes.share.double().numpy()[mesh.corner_vertex[corner]]
    low = np.where(shape.lashes.lower.numpy(), 0.0, 0.5)[:, None]
    up = low + EDGE + (0.5 - 2 * EDGE) * share
    corners, place = np.unique(corner.reshape(-1), return_index=True)
    return corners, np.stack([turn / (2 * np.pi) + 0.5, up], axis=2).reshape(-1, 2)[place]


def lash_surface() -> Surface:
    """What the cards wear."""
    column, row = np.meshgrid((np.arange(WIDE) + 0.5) / WIDE, 1 - (np.arange(HIGH) + 0.5) / HIGH)
    lower = torch.from_numpy(row.reshape(-1) < 0.5)
    up = np.where(row < 0.5, row, row - 0.5)
    share = torch.from_numpy(np.clip((up - EDGE) / (0.5 - 2 * EDGE), 0, 1).reshape(-1)).float()
    turn = torch.from_numpy(((column - 0.5) * 2 * np.pi).reshape(-1)).float()
    ball = Eyeballs(torch.zeros(1, 3), torch.ones(1), torch.tensor([[0.0, 0.0, 1.0]]))
    around = torch.stack([turn.cos(), turn.sin(), torch.zeros_like(turn)], dim=1)
    cover = strand_cover(ball, torch.zeros(len(turn), dtype=torch.int64), lower, share, around)
    cover = cover / torch.where(lower, 0.47, 0.92)  # as dense as they are where an edge must be all or nothing
    picture = np.empty((HIGH, WIDE, 4), np.uint8)
    picture[..., :3] = srgb_bytes(np.array(PLAIN["lashes"]))
    picture[..., 3] = np.round(255 * cover.clamp(0, 1).numpy()).reshape(HIGH, WIDE)
    return Surface((1.0, 1.0, 1.0), ROUGHNESS, png_texture(picture), cutout=True)


def _angle(away: Floats) -> Floats:
    return np.arctan2(away[..., 1], away[..., 0])
