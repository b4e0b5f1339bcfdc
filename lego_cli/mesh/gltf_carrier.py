"""What brings the vertices of a glTF primitive to where they stand in the scene: its node, or joints of a skin."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_accessor import read_accessor
from lego_cli.mesh.gltf_container import GltfContainer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import Floats

MOST_JOINTS = 1 << 16  # of a skin: vertices have 16 bits to name them
_KEPT = 8  # skins whose joints are kept
_AT_ONCE = 1 << 16  # vertices


@dataclass(frozen=True, eq=False)
class Carrier:
    """One matrix for all vertices, or a mix of four joints' for each."""

    matrices: Floats  # (4, 4) to the scene, or (J, 4, 4) of joints
    joints: NDArray[np.int32] | None = None  # (n, 4)
    weights: Floats | None = None  # (n, 4), of any sum

    @property
    def still(self) -> bool:
        """Whether nothing moves."""
        return self.joints is None and np.array_equal(self.matrices, _IDENTITY)

    def batches(self, count: int) -> Iterator[tuple[slice, Floats]]:
        """Some of ``count`` vertices at a time, and ``(4, 4)`` or ``(k, 4, 4)`` for them: memory stays bounded."""
        if self.joints is None or self.weights is None:
            yield slice(0, count), self.matrices
            return
        for start in range(0, count, _AT_ONCE):
            chosen = slice(start, min(start + _AT_ONCE, count))
            yield chosen, self._mixed(self.joints[chosen], self.weights[chosen])

    def _mixed(self, joints: NDArray[np.int32], weights: Floats) -> Floats:
        weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
        mixed = np.zeros((len(weights), 4, 4))
        for influence in range(4):
            mixed += weights[:, influence, None, None] * self.matrices[joints[:, influence]]
        return mixed

    def moved(self, vectors: Floats) -> Floats:
        """``(n, 3)`` displacements, turned and scaled as the vertices are."""
        result = np.empty((len(vectors), 3))
        for chosen, matrix in self.batches(len(vectors)):
            result[chosen] = (matrix[..., :3, :3] @ vectors[chosen][..., None])[..., 0]
        return result

    def placed(self, positions: Floats, normals: Floats | None) -> tuple[Floats, Floats | None, bool]:
        """Positions ``(n, 3)`` and normals in the scene's frame, and whether the transform mirrors."""
        if self.still:
            return positions, normals, False
        if self.joints is None:
            return (*_moved(self.matrices, positions, normals), bool(np.linalg.det(self.matrices[:3, :3]) < 0))
        moved = np.empty_like(positions)
        turned = None if normals is None else np.empty_like(normals)
        determinants = np.empty(len(positions))
        for chosen, matrix in self.batches(len(positions)):
            found = _moved(matrix, positions[chosen], None if normals is None else normals[chosen])
            moved[chosen], determinants[chosen] = found[0], np.linalg.det(matrix[:, :3, :3])
            if turned is not None:
                turned[chosen] = found[1]
        return moved, turned, bool(len(positions) and np.median(determinants) < 0)


_IDENTITY = np.eye(4)


def _moved(matrix: Floats, positions: Floats, normals: Floats | None) -> tuple[Floats, Floats | None]:
    linear = matrix[..., :3, :3]
    moved: Floats = (linear @ positions[..., None])[..., 0] + matrix[..., :3, 3]
    if normals is None:
        return moved, None
    cofactor = np.linalg.pinv(linear).swapaxes(-1, -2)
    turned: Floats = (cofactor @ normals[..., None])[..., 0]
    return moved, turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-30)


class Skins:
    """The joints of the skins of a scene whose nodes stand at ``matrices``."""

    def __init__(self, container: GltfContainer, matrices: list[Floats]) -> None:
        self._container, self._matrices = container, matrices
        self._made: OrderedDict[int, Floats] = OrderedDict()

    def joints(self, index: int) -> Floats:
        """``(J, 4, 4)`` of one skin: from where its vertices are stored to the scene. Raises :class:`LegoError`."""
        skin = self._container.item("skins", index)
        if index not in self._made:
            self._made[index] = self._joints(skin["joints"], skin.get("inverseBindMatrices"))
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return self._made[index]

    def _joints(self, names: list[int], inverse: int | None) -> Floats:
        if len(names) > MOST_JOINTS:
            hint = "the file is damaged: export the scene again"
            raise LegoError(f"{self._container.name} has a skin of {len(names)} joints", hint)
        self._container.ask(16 * len(names))
        joints = np.stack([self._matrices[joint] for joint in names])
        if inverse is None:
            return joints
        bound = read_accessor(self._container, inverse, (16,), MOST_JOINTS)
        return joints @ bound[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
