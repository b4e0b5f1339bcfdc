"""Pictures of a rigged head that plays a clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from lego_cli.api import Cameras, Clip, Renderer, RiggedHead
from lego_cli.preview.framing import Frame, view_angles
from lego_cli.preview.moving import MovingStage, key_poses
from lego_cli.preview.studio import Finish, photograph

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Floats
    from lego_cli.preview.makeup import Landmarks

CHUNK = 32  # frames posed at a time
KEYS = 12  # poses whose shade is worked out


@dataclass(frozen=True)
class Film:
    """How a clip is filmed."""

    view: str = "portrait"
    size: int = 480
    finish: Finish = field(default_factory=Finish)


def play(
    head: RiggedHead, clip: Clip, renderer: Renderer, film: Film = Film(), landmarks: Landmarks | None = None
) -> Iterator[Image.Image]:
    """One picture for each time of ``clip``. Raises ``LegoError`` for an unknown view.

    A head that turns is seen by a camera that turns the other way: light and camera go together, so it looks the same.
    """
    angles = view_angles([film.view])
    frame = Frame.of(head.mesh.vertices)
    chosen = key_poses(clip.values, KEYS if film.finish.shade else 1)
    keys = clip.values[chosen], head.posed(clip.values[chosen])
    stage_of = MovingStage(head.mesh, renderer, film.finish, keys, landmarks)
    for first in range(0, len(clip.times), CHUNK):
        values, turns = clip.values[first : first + CHUNK], turns_of(clip, first, first + CHUNK)
        for value, vertices, turn in zip(values, head.posed(values), turns, strict=True):
            stage = stage_of(value, vertices)
            cameras = turned_camera(stage.frame(frame).cameras(angles), turn, stage.placed(head.pivot))
            yield from photograph(stage, renderer, cameras, film.size, film.finish)


def resampled(clip: Clip, fps: float) -> Clip:
    """The clip at even times; between its own it goes straight."""
    count = int(np.floor(float(clip.times[-1]) * fps + 1e-6)) + 1
    times = np.arange(count) / fps

    def at(values: Floats) -> Floats:
        return np.stack([np.interp(times, clip.times, column) for column in np.asarray(values).T], axis=1)

    return Clip(clip.name, times, at(clip.values), None if clip.head is None else at(clip.head))


def turns_of(clip: Clip, first: int, last: int) -> Floats:
    """``(n, 3, 3)`` how the head is turned: ``R = Ry(yaw) Rx(pitch) Rz(roll)``."""
    if clip.head is None:
        return np.tile(np.eye(3), (len(clip.times[first:last]), 1, 1))
    turns: Floats = Rotation.from_euler("YXZ", clip.head[first:last]).as_matrix()
    return turns


def turned_camera(cameras: Cameras, turn: Floats, pivot: torch.Tensor) -> Cameras:
    """Cameras carried about ``pivot`` by the inverse of ``turn (3, 3)``."""
    back = cameras.eye.new_tensor(turn.T)
    about = pivot.to(cameras.eye)
    eye, target = ((place - about) @ back.T + about for place in (cameras.eye, cameras.target))
    return Cameras(eye, target, cameras.up @ back.T, cameras.fov)
