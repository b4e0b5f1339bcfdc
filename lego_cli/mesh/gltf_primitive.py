"""Primitives of glTF meshes: points, triangles, strips and fans, moved to where their node stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_accessor import declared_count, read_accessor
from lego_cli.mesh.gltf_carrier import Carrier, Skins
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


@dataclass(eq=False)
class GltfPart:
    """One primitive, in the scene's frame. ``triangles (T, 3)`` is empty for a point cloud."""

    placed: PlacedMesh
    mesh_name: str
    primitive: dict[str, Any]
    carrier: Carrier  # from the primitive's frame
    flipped: bool  # the matrix mirrors, so triangles run the other way round
    material: str
    positions: Floats  # (n, 3)
    triangles: Ints
    uvs: Floats | None  # (n, 2), origin at the lower left
    normals: Floats | None  # (n, 3)
    colours: Floats | None  # (n, 3) or (n, 4) sRGB

    def take(self, name: str) -> Any:
        """The array of that name, which the part lets go: in large scenes nothing can be held twice."""
        value = self.__dict__[name]
        self.__dict__[name] = None
        return value


def declared_size(container: GltfContainer, primitive: dict[str, Any]) -> tuple[int, int]:
    """How many vertices and corners of triangles a primitive says that it has, before any is read; none for lines."""
    mode = primitive.get("mode", _TRIANGLES)
    if mode not in (_POINTS, _TRIANGLES, _STRIP, _FAN):
        return 0, 0
    vertices = declared_count(container, primitive["attributes"]["POSITION"])
    index = declared_count(container, primitive["indices"]) if "indices" in primitive else vertices
    return vertices, index * {_POINTS: 0, _TRIANGLES: 1}.get(mode, 3)


def read_primitive(
    container: GltfContainer, placed: PlacedMesh, primitive: dict[str, Any], skins: Skins, limits: ReadLimits
) -> GltfPart | None:
    """One primitive of a placed mesh, or None for lines."""
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
        entries = read_accessor(container, primitive["indices"], (1,), limits.max_corners)
        index = entries[:, 0].astype(np.int64, copy=False)
    if len(index) and not 0 <= index.min() <= index.max() < len(positions):
        raise LegoError(f"{container.name}: a triangle asks for a vertex that is not there", _DAMAGED)
    carrier = _carrier(container, placed, found, skins)
    positions, normals, flipped = carrier.placed(positions, found.get("NORMAL"))
    if not primitive.get("targets"):  # nothing else is moved, and weights take memory
        carrier = Carrier(placed.matrix)
    triangles = _triangles(index, mode)
    return GltfPart(
        placed=placed,
        mesh_name=str(container.item("meshes", placed.mesh).get("name", "")),
        primitive=primitive,
        carrier=carrier,
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


def _carrier(container: GltfContainer, placed: PlacedMesh, found: dict[str, np.ndarray], skins: Skins) -> Carrier:
    """What brings the vertices to where they stand: joints where they carry the mesh, else its node."""
    if placed.skin is None or "JOINTS_0" not in found or "WEIGHTS_0" not in found:
        return Carrier(placed.matrix)
    joints = found["JOINTS_0"].astype(np.int32)  # half the memory; there are no more than MOST_JOINTS
    if len(joints) and not np.array_equal(joints, found["JOINTS_0"]):
        raise LegoError(f"{container.name}: a vertex hangs at a joint that is not there", _DAMAGED)
    return Carrier(skins.joints(placed.skin), joints, found["WEIGHTS_0"])


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
