"""Animations of a scene: weights of every mesh that morphs, and turns of the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Clip, LegoError, RiggedHead
from lego_formats.glb_file import GlbFile

if TYPE_CHECKING:
    from lego_cli.api import Floats


@dataclass(frozen=True)
class MorphNode:
    """A node whose mesh morphs, and the numbers of the shapes that its targets are."""

    node: int
    shapes: tuple[int, ...]


def add_clip(file: GlbFile, head: RiggedHead, clip: Clip, nodes: list[MorphNode], head_node: int) -> None:
    """Add one animation. Raises :class:`LegoError` where its numbers are none, or its times do not rise."""
    keys = rising_keys(clip)
    if not len(keys):
        return
    times = file.add_array(np.asarray(clip.times, dtype=np.float32)[keys], bounds=True)
    weights = head.all_weights(np.asarray(clip.values)[keys]).astype(np.float32)
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []

    def animate(node: int, path: str, values: Floats) -> None:
        channels.append({"sampler": len(samplers), "target": {"node": node, "path": path}})
        samplers.append({"input": times, "interpolation": "LINEAR", "output": file.add_array(values)})

    for entry in nodes:
        animate(entry.node, "weights", np.ascontiguousarray(weights[:, list(entry.shapes)]).reshape(-1))
    if clip.head is not None:
        animate(head_node, "rotation", head_turns(np.asarray(clip.head)[keys]).astype(np.float32))
    if channels:
        file.add("animations", {"name": clip.name, "samplers": samplers, "channels": channels})


def head_turns(angles: Floats) -> Floats:
    """``(T, 3)`` yaw, pitch and roll in radians to quaternions ``(T, 4)`` x y z w of ``Ry Rx Rz``.

    Neighbours lie on one half of the sphere, so that what is between them takes the short way.
    """
    cosine, sine = np.cos(angles / 2).T, np.sin(angles / 2).T
    (cy, cx, cz), (sy, sx, sz) = cosine, sine
    turns = np.stack(
        [
            cy * sx * cz + sy * cx * sz,
            sy * cx * cz - cy * sx * sz,
            cy * cx * sz - sy * sx * cz,
            cy * cx * cz + sy * sx * sz,
        ],
        axis=1,
    )
    flips = np.cumsum((turns[1:] * turns[:-1]).sum(axis=1) < 0) % 2 == 1 if len(turns) > 1 else np.zeros(0, bool)
    turns[1:][flips] *= -1
    return turns


def rising_keys(clip: Clip) -> np.ndarray:
    """Numbers of the keys, without those that single precision makes equal to the one before."""
    times = np.asarray(clip.times, dtype=np.float32)
    numbers = [times, clip.values] + ([] if clip.head is None else [clip.head])
    if not all(np.isfinite(values).all() for values in numbers) or (np.diff(clip.times) < 0).any():
        raise LegoError(f"clip '{clip.name}' has times or values that make no sense", "mend the performance first")
    if len(times) and times[0] < 0:
        raise LegoError(f"clip '{clip.name}' starts before 0 seconds", "let its times start at 0")
    return np.flatnonzero(np.diff(times, prepend=np.float32(-1.0)) > 0)
