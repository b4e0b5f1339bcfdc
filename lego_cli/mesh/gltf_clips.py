"""Animations of glTF files as clips: weights of shapes by name, and turns of the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Clip
from lego_cli.mesh.gltf_container import GltfContainer
from lego_cli.mesh.gltf_nodes import quaternion_matrices
from lego_cli.mesh.gltf_sampler import Keys, read_keys
from lego_cli.mesh.limits import ReadLimits

if TYPE_CHECKING:
    from lego_cli.api import Floats


@dataclass(frozen=True, eq=False)
class HeadNode:
    """The node that turns the head."""

    index: int
    parent: Floats  # (4, 4) of its parent, at rest
    rest: Floats  # (4, 4) of the node itself


def read_clips(
    container: GltfContainer,
    controls: tuple[str, ...],
    targets: dict[int, tuple[str, ...]],
    head: HeadNode | None,
    limits: ReadLimits,
    before: int = 0,
) -> tuple[Clip, ...]:
    """The animations that move ``controls`` or turn the head; others are left out.

    ``targets`` are the names of the shapes of each node, ``before`` the numbers that shapes take already. Keys of all
    channels of an animation are put together; where several meshes have a shape of one name, the first channel that
    moves it counts. Raises :class:`LegoError`.
    """
    places = {name: place for place, name in enumerate(controls)}
    clips: list[Clip] = []
    numbers = before
    for number, animation in enumerate(container.items("animations")):
        shapes, turns = _channels(container, animation, targets, head, limits)
        found = [keys for _, keys in shapes] + ([turns] if turns else [])
        if not found:
            continue
        times = np.unique(np.concatenate([keys.times for keys in found]))
        numbers += len(times) * (4 + len(controls))  # with times and turns
        limits.require_shapes(container.name, numbers)
        values = _values(shapes, times, places)
        angles = None if turns is None or head is None else _head_angles(turns.at(times, turning=True), head)
        clips.append(Clip(str(animation.get("name") or f"clip_{number}"), times, values, angles))
    return tuple(clips)


def _values(shapes: list[tuple[tuple[str, ...], Keys]], times: Floats, places: dict[str, int]) -> Floats:
    """``(T, C)`` weights of controls, whose ``places`` are known by name; of several channels the first counts."""
    values = np.zeros((len(times), len(places)))
    free = set(places)
    for names, keys in shapes:
        columns = [column for column, name in enumerate(names) if name in free]
        if columns:
            values[:, [places[names[column]] for column in columns]] = keys.columns(columns).at(times)
            free.difference_update(names)
    return values


def _channels(
    container: GltfContainer,
    animation: dict[str, Any],
    targets: dict[int, tuple[str, ...]],
    head: HeadNode | None,
    limits: ReadLimits,
) -> tuple[list[tuple[tuple[str, ...], Keys]], Keys | None]:
    """Names and keys of the channels that move shapes, the first of each node; and of the one that turns the head."""
    shapes: dict[int, tuple[tuple[str, ...], Keys]] = {}
    turns = None
    for channel in animation.get("channels", []):
        target = channel["target"]
        node, path = target.get("node"), target.get("path")
        sampler = animation["samplers"][channel["sampler"]]
        if path == "weights" and targets.get(node):
            if node not in shapes:
                shapes[node] = targets[node], read_keys(container, sampler, len(targets[node]), limits)
        elif path == "rotation" and head is not None and node == head.index and turns is None:
            turns = read_keys(container, sampler, 4, limits)
    return list(shapes.values()), turns


def _head_angles(quaternions: Floats, head: HeadNode) -> Floats:
    """``(T, 3)`` yaw, pitch and roll of the turn from rest, seen in the scene; ``R = Ry(yaw) Rx(pitch) Rz(roll)``."""
    parent, rest = _rotation(head.parent), _rotation(head.rest)
    turn = parent @ quaternion_matrices(quaternions) @ rest.T @ parent.T
    pitch = np.arcsin(np.clip(-turn[:, 1, 2], -1.0, 1.0))
    yaw = np.arctan2(turn[:, 0, 2], turn[:, 2, 2])
    roll = np.arctan2(turn[:, 1, 0], turn[:, 1, 1])
    return np.unwrap(np.stack([yaw, pitch, roll], axis=1), axis=0)


def _rotation(matrix: Floats) -> Floats:
    """The nearest rotation to the linear part of a ``(4, 4)`` matrix."""
    left, _, right = np.linalg.svd(matrix[:3, :3])
    return left @ np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right)) or 1.0]) @ right
