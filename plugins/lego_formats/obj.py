"""Writing Wavefront OBJ: the file that was read with new numbers in it, or a fresh one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lego_cli.api import Mesh, ObjSource
from lego_formats.mtl import copy_companions, write_materials
from lego_formats.obj_fresh import fresh_obj
from lego_formats.obj_patch import patched_obj, with_library

_KEPT = ("face_sizes", "corner_vertex", "uvs", "corner_uv", "colours", "groups", "face_group", "materials",
         "face_material", "smoothing")  # fmt: skip


class ObjExporter:
    """Writes OBJ with quads, n-gons, UVs, normals, groups, materials and colours.

    A mesh that came from an OBJ file and differs from it in positions only gives that file back, byte by byte but for
    the ``v`` lines of vertices that moved and the ``vn`` lines of the surface round them; its materials and textures go
    along. Looks of another origin become ``NAME.mtl`` and ``NAME.texture.png``.
    """

    suffixes = (".obj",)

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``, in the unit and frame that its positions are in."""
        source = mesh.source if isinstance(mesh.source, ObjSource) else None
        same_looks = source is not None and mesh.surfaces == source.mesh.surfaces
        if source is not None and same_looks:
            libraries = source.libraries
            copy_companions(source.companions, path)
        else:
            libraries = write_materials(mesh, path)
        if source is not None and _same_but_moved(mesh, source.mesh):
            data = patched_obj(mesh, source)
            path.write_bytes(data if same_looks else with_library(data, *libraries))
        else:
            path.write_text(fresh_obj(mesh, libraries), encoding="utf-8", newline="\n")


def _same_but_moved(mesh: Mesh, original: Mesh) -> bool:
    """Whether nothing but positions, and normals with them, has changed."""
    if mesh.vertices.shape != original.vertices.shape:
        return False
    if mesh.normals is not None and not (
        original.normals is not None
        and mesh.normals.shape == original.normals.shape
        and _equal(mesh.corner_normal, original.corner_normal)
    ):
        return False
    return all(_equal(getattr(mesh, name), getattr(original, name)) for name in _KEPT)


def _equal(one: object, other: object) -> bool:
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return not isinstance(one, np.ndarray) and not isinstance(other, np.ndarray) and one == other
