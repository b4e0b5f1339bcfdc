"""Morph targets of glTF meshes (section 3.7.2.2), by name and in the scene's frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_accessor import read_accessor
from lego_cli.mesh.gltf_container import GltfContainer
from lego_cli.mesh.gltf_primitive import GltfPart
from lego_cli.mesh.limits import ReadLimits

if TYPE_CHECKING:
    from lego_cli.api import Floats

_DAMAGED = "the file is damaged or was cut short: export the scene again"
_NAME_LENGTH = 200


@dataclass(frozen=True, eq=False)
class PartShapes:
    """The shapes that move one part."""

    names: tuple[str, ...]
    moves: tuple[Floats, ...]  # (n, 3) float32 each
    start: tuple[float, ...]  # weights when the file is opened


def read_shapes(container: GltfContainer, parts: list[GltfPart], limits: ReadLimits) -> list[PartShapes]:
    """The shapes of every part. Raises :class:`LegoError` where they do not fit its vertices or are too many."""
    wanted = sum(3 * max(len(part.positions), 1) * len(_targets(part)) for part in parts)
    limits.require_shapes(container.name, wanted)
    return [_read(container, part, limits) for part in parts]


def target_names(container: GltfContainer, part: GltfPart) -> tuple[str, ...]:
    """Distinct names of a part's targets: ``extras.targetNames`` of its mesh, else made of its name and numbers."""
    count = len(_targets(part))
    mesh = container.item("meshes", part.placed.mesh)
    found: Any = None
    for holder in (mesh, part.primitive):  # old exporters wrote them into the primitive
        extras = holder.get("extras")
        found = found or (extras.get("targetNames") if isinstance(extras, dict) else None)
    given = [str(name)[:_NAME_LENGTH] for name in found] if isinstance(found, list) and len(found) == count else []
    taken: dict[str, int] = {}  # and how often a name was wanted
    for number in range(count):
        wanted = (given[number] if given else "") or f"{part.placed.name or part.mesh_name or 'mesh'}_{number}"
        taken[_free(wanted, taken)] = 1
    return tuple(taken)


def _free(name: str, taken: dict[str, int]) -> str:
    """``name`` itself, or with the first number from 2 that is free behind it."""
    if name not in taken:
        return name
    while True:
        taken[name] += 1
        other = f"{name}_{taken[name]}"
        if other not in taken:
            return other


def _targets(part: GltfPart) -> list[dict[str, Any]]:
    targets = part.primitive.get("targets", [])
    return targets if isinstance(targets, list) else []


def _read(container: GltfContainer, part: GltfPart, limits: ReadLimits) -> PartShapes:
    moves = []
    for target in _targets(part):
        if "POSITION" not in target:
            moves.append(np.zeros((len(part.positions), 3), np.float32))
            continue
        move = read_accessor(container, target["POSITION"], (3,), limits.max_vertices)
        if len(move) != len(part.positions):
            raise LegoError(f"{container.name}: a shape has another number of vertices than its mesh", _DAMAGED)
        moved = part.carrier.moved(move)
        if not (np.abs(moved) <= 1e15).all():
            raise LegoError(f"{container.name}: a shape has positions that are no numbers", _DAMAGED)
        moves.append(moved.astype(np.float32))
    return PartShapes(target_names(container, part), tuple(moves), _start(container, part, len(moves)))


def _start(container: GltfContainer, part: GltfPart, count: int) -> tuple[float, ...]:
    """Weights of the node, or else of its mesh, or else 0."""
    nodes = container.items("nodes")
    holders = [container.item("meshes", part.placed.mesh)]
    if part.placed.node >= 0:
        holders.insert(0, nodes[part.placed.node])
    for holder in holders:
        weights = holder.get("weights")
        if isinstance(weights, list) and len(weights) == count and np.isfinite(np.asarray(weights, np.float64)).all():
            return tuple(map(float, weights))
    return (0.0,) * count
