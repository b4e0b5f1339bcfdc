"""The z-buffer sees exactly what a slow rasteriser in whole numbers sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_renderers.zbuffer import SUBPIXEL, visibility

H, W = 24, 37


def slow_visibility(clip: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Face and depth of every pixel, by testing every pixel against every face in Python integers."""
    face, depth = np.full((H, W), -1), np.full((H, W), np.inf)
    w = clip[:, 3]
    safe = np.where(w > 0, w, 1)
    x = np.round((clip[:, 0] / safe + 1) * np.float32(W * SUBPIXEL / 2)).astype(np.int64)
    y = np.round((clip[:, 1] / safe + 1) * np.float32(H * SUBPIXEL / 2)).astype(np.int64)
    z = ((clip[:, 2] / safe + 1) / 2).astype(np.float64)
    for index, corners in enumerate(faces):
        if (w[corners] <= 0).any():
            continue
        (xa, xb, xc), (ya, yb, yc) = x[corners], y[corners]
        area = int(xb - xa) * int(yc - ya) - int(xc - xa) * int(yb - ya)
        if area == 0:
            continue
        for row in range(H):
            for column in range(W):
                px, py = column * SUBPIXEL + SUBPIXEL // 2, row * SUBPIXEL + SUBPIXEL // 2
                a = int(xb - px) * int(yc - py) - int(xc - px) * int(yb - py)
                b = int(xc - px) * int(ya - py) - int(xa - px) * int(yc - py)
                c = area - a - b
                if min(a * area, b * area, c * area) < 0:
                    continue
                here = (a * z[corners[0]] + b * z[corners[1]] + c * z[corners[2]]) / area
                if here < depth[row, column]:
                    face[row, column], depth[row, column] = index, here
    return face, depth


def soup(seed: int, count: int, spread: float, grid: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Random triangles that share corners; on a grid, corners and edges fall exactly on pixel centres."""
    generator = torch.Generator().manual_seed(seed)
    clip = torch.rand(count, 4, generator=generator) * 2 - 1
    clip[:, :2] *= spread
    clip[:, 2] *= 0.9
    if grid:
        clip[:, 0] = (torch.round((clip[:, 0] + 1) * W / 2) + 0.5) * 2 / W - 1
        clip[:, 1] = (torch.round((clip[:, 1] + 1) * H / 2) + 0.5) * 2 / H - 1
    clip[:, 3] = 1
    return clip, torch.randint(0, count, (2 * count, 3), generator=generator)


@pytest.mark.parametrize(("count", "spread", "grid"), [(12, 0.9, False), (30, 0.9, True), (10, 3.0, False)])
def test_matches_slow_rasteriser(count: int, spread: float, grid: bool) -> None:
    clip, faces = soup(count, count, spread, grid)
    face, z = visibility(clip[None], faces, (H, W))
    slow_face, slow_depth = slow_visibility(clip.numpy(), faces.numpy())
    assert torch.equal(face[0] >= 0, torch.from_numpy(slow_face >= 0))
    covered = slow_face >= 0
    np.testing.assert_allclose((z[0].numpy()[covered] + 1) / 2, slow_depth[covered], atol=1e-5)
    differ = face[0].numpy() != slow_face  # only where two faces are equally deep to single precision
    if differ.any():
        assert differ.mean() < 0.02
        chosen = np.stack([face[0].numpy()[differ], slow_face[differ]], axis=1)
        for one, other in chosen:
            alone = visibility(clip[None], faces[[one, other]], (H, W))[0]
            assert {0, 1} & set(alone.unique().tolist())


def test_no_cracks_between_neighbours() -> None:
    """A finely split rectangle covers each pixel of it, whatever the split: a crack would show as a hole."""
    generator = torch.Generator().manual_seed(3)
    side = 20
    line = torch.linspace(-0.9, 0.9, side)
    y, x = torch.meshgrid(line, line, indexing="ij")
    jitter = (torch.rand(2, side, side, generator=generator) - 0.5) * 0.06
    jitter[:, [0, -1]] = 0
    jitter[:, :, [0, -1]] = 0
    clip = torch.stack([x + jitter[0], y + jitter[1], torch.zeros_like(x), torch.ones_like(x)], dim=-1).reshape(
        1, -1, 4
    )
    corner = (torch.arange(side - 1)[:, None] * side + torch.arange(side - 1)).reshape(-1)
    lower = torch.stack([corner, corner + 1, corner + side], dim=1)
    upper = torch.stack([corner + 1, corner + side + 1, corner + side], dim=1)
    faces = torch.cat([lower, upper])
    face, _ = visibility(clip, faces, (200, 200))
    centre = (torch.arange(200) + 0.5) / 100 - 1
    inside = centre.abs() < 0.9
    assert (face[0][inside][:, inside] >= 0).all()
    assert (face[0][~inside] < 0).all()


def test_faces_behind_the_camera_are_dropped() -> None:
    clip, faces = soup(5, 12, 0.9, False)
    clip[::3, 3] = -1
    face, _ = visibility(clip[None], faces, (H, W))
    np.testing.assert_array_equal(face[0].numpy(), slow_visibility(clip.numpy(), faces.numpy())[0])
    behind = (clip[faces][..., 3] <= 0).any(1)
    assert not behind[face[face >= 0]].any()


def test_batch_and_small_memory_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clips = torch.stack([soup(seed, 12, 0.9, False)[0] for seed in range(4)])
    faces = soup(0, 12, 0.9, False)[1]
    together = visibility(clips, faces, (H, W))
    for name, few in (("_FACES", 30), ("_PIXELS", 50)):
        monkeypatch.setattr(f"lego_renderers.zbuffer.{name}", few)
    for part, whole in zip(visibility(clips, faces, (H, W)), together, strict=True):
        assert torch.equal(part, whole)
    for index in range(4):
        assert torch.equal(visibility(clips[index : index + 1], faces, (H, W))[0][0], together[0][index])
