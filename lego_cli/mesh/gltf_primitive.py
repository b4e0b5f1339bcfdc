"""Primitives of glTF meshes: points, triangles, strips and fans, moved to where their node stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_accessor import read_accessor
from lego_cli.mesh.gltf_container import GltfContainer
from lego_cli.mesh.gltf_material import base_uvs, material_name
from lego_cli.mesh.gltf_nodes import PlacedMesh
from lego_cli.mesh.limits import ReadLimits

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

MOST_UV_SETS = 8
_POINTS, _TRIANGLES, _STRIP, _FAN = 0, 4, 5, 6
_COLUMNS = {
    "POSITION": (3,),
    "NORMAL": (3,),
    "COLOR_0": (3, 4),
    "JOINTS_0": (4,),
    "WEIGHTS_0": (4,),
}
_DAMAGED = "the file is damaged or was cut short: export the scene again"


@dataclass(frozen=True, eq=False)
class GltfPart:
    """One primitive, in the scene's frame. ``triangles (T, 3)`` is empty for a point cloud."""

    placed: PlacedMesh
    mesh_name: str
    primitive: dict[str, Any]
    matrix: Floats  # (4, 4), or (n, 4, 4) of each vertex: from the primitive's frame
    flipped: bool  # the matrix mirrors, so triangles run the other way round
    material: str
    positions: Floats  # (n, 3)
    triangles: Ints
    uvs: Floats | None  # (n, 2), origin at the lower left
    normals: Floats | None  # (n, 3)
    colours: Floats | None  # (n, 3) or (n, 4) sRGB


def read_primitive(
    container: GltfContainer, placed: PlacedMesh, primitive: dict[str, Any], matrices: list[Floats], limits: ReadLimits
) -> GltfPart | None:
    """One primitive of a placed mesh, or None for lines. ``matrices`` are those of all nodes, for skins."""
    mode, attributes = primitive.get("mode", _TRIANGLES), primitive["attributes"]
    if mode not in (_POINTS, _TRIANGLES, _STRIP, _FAN):
        return None
    most = limits.max_vertices
    uv_name, uv_matrix = base_uvs(container, primitive, MOST_UV_SETS)
    found = {
        name: read_accessor(container, attributes[name], widths, most)
        for name, widths in (*_COLUMNS.items(), (uv_name, (2,)))
        if name in attributes
    }
    positions = found["POSITION"]
    if any(len(values) != len(positions) for values in found.values()):
        raise LegoError(f"{container.name}: the attributes of a mesh have different lengths", _DAMAGED)
    index = np.arange(len(positions))
    if "indices" in primitive:
        index = read_accessor(container, primitive["indices"], (1,), 12 * most)[:, 0].astype(np.int64)
    if len(index) and not 0 <= index.min() <= index.max() < len(positions):
        raise LegoError(f"{container.name}: a triangle asks for a vertex that is not there", _DAMAGED)
    matrix = _skinned_matrix(container, placed, found, matrices)
    positions, normals, flipped = _moved(matrix, positions, found.get("NORMAL"))
    triangles = _triangles(index, mode)
    return GltfPart(
        placed=placed,
        mesh_name=str(container.item("meshes", placed.mesh).get("name", "")),
        primitive=primitive,
        matrix=matrix,
        flipped=flipped,
        material=_material(container, primitive),
        positions=positions,
        triangles=triangles[:, ::-1] if flipped else triangles,
        uvs=_upright(found.get(uv_name), uv_matrix),
        normals=normals,
        colours=_display(found.get("COLOR_0")),
    )


def _triangles(index: Ints, mode: int) -> Ints:
    if mode == _POINTS:
        return np.zeros((0, 3), np.int64)
    if mode == _TRIANGLES:
        return index[: len(index) // 3 * 3].reshape(-1, 3)
    if mode == _FAN:
        return np.stack([np.full(max(len(index) - 2, 0), index[:1].sum()), index[1:-1], index[2:]], axis=1)
    strip = np.stack([index[:-2], index[1:-1], index[2:]], axis=1)
    strip[1::2] = strip[1::2, [1, 0, 2]]
    distinct = (strip[:, 0] != strip[:, 1]) & (strip[:, 1] != strip[:, 2]) & (strip[:, 0] != strip[:, 2])
    return strip[distinct]  # strips jump with triangles that have no area


def _skinned_matrix(
    container: GltfContainer, placed: PlacedMesh, found: dict[str, np.ndarray], matrices: list[Floats]
) -> Floats:
    """``(4, 4)`` of the node, or ``(n, 4, 4)`` of each vertex where joints carry the mesh."""
    if placed.skin is None or "JOINTS_0" not in found or "WEIGHTS_0" not in found:
        return placed.matrix
    skin = container.item("skins", placed.skin)
    joints = np.stack([matrices[joint] for joint in skin["joints"]])
    if "inverseBindMatrices" in skin:
        inverse = read_accessor(container, skin["inverseBindMatrices"], (16,), 1 << 16)
        joints = joints @ inverse[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
    weights = found["WEIGHTS_0"] / np.maximum(found["WEIGHTS_0"].sum(axis=1, keepdims=True), 1e-12)
    index = found["JOINTS_0"].astype(np.int64)
    blended = np.zeros((len(weights), 4, 4))
    for influence in range(4):
        blended += weights[:, influence, None, None] * joints[index[:, influence]]
    return blended


def _moved(matrix: Floats, positions: Floats, normals: Floats | None) -> tuple[Floats, Floats | None, bool]:
    """Positions and normals in the scene's frame, and whether the transform mirrors."""
    if np.array_equal(matrix, np.eye(4)):
        return positions, normals, False
    linear = matrix[..., :3, :3]
    moved = (linear @ positions[..., None])[..., 0] + matrix[..., :3, 3]
    determinant = float(np.median(np.linalg.det(linear)))
    if normals is not None:
        cofactor = np.linalg.pinv(linear).swapaxes(-1, -2)
        normals = (cofactor @ normals[..., None])[..., 0]
        normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    return moved, normals, determinant < 0


def _material(container: GltfContainer, primitive: dict[str, Any]) -> str:
    if "material" not in primitive:
        return ""
    return material_name(container, primitive["material"])


def _upright(uvs: Floats | None, moved: Floats | None) -> Floats | None:
    """UVs with their origin at the lower left; glTF has it at the upper left, and moves them there."""
    if uvs is None:
        return None
    if moved is not None:
        uvs = uvs @ moved[:, :2].T + moved[:, 2]
    return np.stack([uvs[:, 0], 1.0 - uvs[:, 1]], axis=1)


def _display(colours: Floats | None) -> Floats | None:
    """Linear glTF colours as the sRGB values that OBJ and PLY hold; alpha stays."""
    if colours is None:
        return None
    colours = np.clip(colours, 0.0, 1.0)
    rgb = colours[:, :3]
    colours[:, :3] = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return colours
