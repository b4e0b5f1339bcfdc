"""The node tree of a glTF scene (sections 3.5 and 3.7.3): where each mesh stands, skins in their stored pose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_container import GltfContainer, is_count

if TYPE_CHECKING:
    from lego_cli.api import Floats

MOST_NODES = 250_000
_DAMAGED = "the file is damaged: export the scene again"
_REST = {"rotation": [0.0, 0.0, 0.0, 1.0], "scale": [1.0, 1.0, 1.0], "translation": [0.0, 0.0, 0.0]}


@dataclass(frozen=True, eq=False)
class PlacedMesh:
    """A mesh of the scene: its index, its node and the name of that, and where the node stands."""

    mesh: int
    node: int  # -1 in a file without nodes
    name: str  # ours say the group; the node of a part has a longer name
    matrix: Floats  # (4, 4) node to scene
    skin: int | None


def node_matrices(container: GltfContainer) -> list[Floats]:
    """``(4, 4)`` transform to the scene of every node, reached from the roots."""
    nodes = container.items("nodes")
    if len(nodes) > MOST_NODES:
        raise LegoError(f"{container.name} has {len(nodes)} nodes", "export only the head, without the rest")
    matrices: list[Floats | None] = [None] * len(nodes)
    local = local_matrices(container.name, nodes)
    children = {child for node in nodes for child in children_of(node)}
    waiting: list[tuple[Any, Floats]] = [(root, np.eye(4)) for root in range(len(nodes)) if root not in children]
    while waiting:
        index, parent = waiting.pop()
        node = container.item("nodes", index)
        if matrices[index] is not None:
            raise LegoError(f"{container.name}: node {index} hangs in the tree twice", _DAMAGED)
        matrix = parent @ local[index]
        matrices[index] = matrix
        waiting.extend((child, matrix) for child in children_of(node))
    if any(matrix is None for matrix in matrices):
        raise LegoError(f"{container.name}: its nodes form a circle", _DAMAGED)
    return [matrix for matrix in matrices if matrix is not None]


def placed_meshes(container: GltfContainer, matrices: list[Floats]) -> list[PlacedMesh]:
    """The meshes of the scene that the file shows first, in node order; all meshes where it has no nodes."""
    nodes = container.items("nodes")
    if not nodes:
        return [PlacedMesh(index, -1, "", np.eye(4), None) for index in range(len(container.items("meshes")))]
    placed = []
    for index in _shown(container):
        node = nodes[index]
        if "mesh" in node:
            container.item("meshes", node["mesh"])
            placed.append(PlacedMesh(node["mesh"], index, _group(node), matrices[index], node.get("skin")))
    return placed


def own_note(item: dict[str, Any]) -> Any:
    """What we wrote into the extras of an object; None where that is nothing."""
    extras = item.get("extras")
    return extras.get("lego") if isinstance(extras, dict) else None


def _group(node: dict[str, Any]) -> str:
    note = own_note(node)
    return str(note.get("group", "")) if isinstance(note, dict) else str(node.get("name", ""))


def _shown(container: GltfContainer) -> list[int]:
    """Nodes of the default scene, parents before children; all nodes where there is no scene."""
    scenes = container.items("scenes")
    if not scenes:
        return list(range(len(container.items("nodes"))))
    waiting = list(reversed(container.item("scenes", container.tree.get("scene", 0)).get("nodes", [])))
    shown: list[int] = []
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        node = container.item("nodes", index)
        if index in seen:
            continue
        seen.add(index)
        shown.append(index)
        waiting.extend(reversed(children_of(node)))
    return shown


def children_of(node: dict[str, Any]) -> list[int]:
    children = node.get("children", [])
    return [child for child in children if is_count(child)] if isinstance(children, list) else []


def local_matrix(name: str, node: dict[str, Any]) -> Floats:
    """``(4, 4)`` of a node in its parent: translation, then rotation, then scale, or the column-major matrix there."""
    return local_matrices(name, [node])[0]


def local_matrices(name: str, nodes: list[dict[str, Any]]) -> Floats:
    """``(N, 4, 4)`` of many nodes, each as :func:`local_matrix` says."""
    made = np.tile(np.eye(4), (len(nodes), 1, 1))
    if not nodes:
        return made
    placed = [node for node in nodes if "matrix" not in node]
    turned = np.array(["matrix" not in node for node in nodes])
    if placed:
        rotation, scale, shift = (_numbers(name, placed, key, rest) for key, rest in _REST.items())
        linear = quaternion_matrices(rotation) * scale[:, None, :]
        made[turned, :3, :3], made[turned, :3, 3] = linear, shift
    if len(placed) < len(nodes):
        given = [node for node in nodes if "matrix" in node]
        made[~turned] = _numbers(name, given, "matrix", [0.0] * 16).reshape(-1, 4, 4).swapaxes(1, 2)
    return made


def quaternion_matrices(quaternions: Floats) -> Floats:
    """``(T, 4)`` quaternions x y z w of any length to rotations ``(T, 3, 3)``; zeros turn nothing."""
    length = np.linalg.norm(quaternions, axis=1, keepdims=True)
    still = np.array([0.0, 0.0, 0.0, 1.0])
    x, y, z, w = np.where(length > 0, quaternions / np.where(length > 0, length, 1.0), still).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def _numbers(name: str, nodes: list[dict[str, Any]], key: str, rest: list[float]) -> Floats:
    """``(N, k)`` of the lists at ``key``, ``rest`` where there is none."""
    values = [node.get(key, rest) for node in nodes]
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = np.zeros(0)
    if numbers.shape != (len(nodes), len(rest)) or not (np.abs(numbers) <= 1e9).all():
        raise LegoError(f"{name}: a node's transform is not made of {len(rest)} numbers", _DAMAGED)
    return numbers
