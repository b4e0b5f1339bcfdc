"""Wavefront OBJ, read so that nothing is lost: quads, n-gons, v/vt/vn, groups, materials, colours, order, text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.api import LegoError, Mesh, ObjSource
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.obj_faces import ObjFaces
from lego_cli.mesh.obj_lines import read_lines
from lego_cli.mesh.obj_looks import read_obj_looks
from lego_cli.mesh.obj_points import ObjPoints

if TYPE_CHECKING:
    from lego_cli.api import Floats


def read_obj(path: Path, data: bytes, limits: ReadLimits) -> Mesh:
    """The mesh of an OBJ file's bytes, with an :class:`ObjSource` that can give the same file back.

    ``g`` and ``o`` both name a face's group, whichever stands last before it. Raises :class:`LegoError` with the line
    number where the file is not sound.
    """
    points, faces = ObjPoints(path.name, limits), ObjFaces(path.name, limits)
    for lines in read_lines(path.name, data):
        before = points.counts()
        points.add(lines)
        faces.add(lines, before)
    if not points.counts()["v"]:
        raise LegoError(f"{path.name} holds no vertices", "an OBJ mesh has lines 'v x y z': export the head again")
    mesh = _mesh(path, data, points, faces)
    libraries = faces.libraries.all()
    looks = read_obj_looks(path, libraries)
    mesh = replace(mesh, surfaces=looks.surfaces, notes=looks.notes.lines())
    source = ObjSource(data, points.vertex_lines(), points.normal_lines(), mesh, libraries, looks.companions)
    return replace(mesh, source=source)


def _mesh(path: Path, data: bytes, points: ObjPoints, faces: ObjFaces) -> Mesh:
    sizes, totals = faces.sizes(), points.counts()
    corner = faces.corners("v", totals["v"], data)
    groups: dict[str, Any] = {}
    if len(sizes):  # without faces, names of groups and materials say nothing
        groups = {"groups": faces.groups.all(), "face_group": faces.group_of_faces()}
        groups |= {"materials": faces.materials.all(), "face_material": faces.material_of_faces()}
    return Mesh(
        vertices=points.positions(),
        face_sizes=sizes,
        corner_vertex=sizes if corner is None else corner,
        colours=points.colours(),
        path=path,
        smoothing=faces.smoothing_of_faces(),
        **groups,
        **_attribute("uv", points.uvs(), faces.corners("vt", totals["vt"], data)),
        **_attribute("normal", points.normals(), faces.corners("vn", totals["vn"], data)),
    )


def _attribute(name: str, values: Floats, corner: Any) -> dict[str, Any]:
    return {f"{name}s": values, f"corner_{name}": corner} if corner is not None and (corner >= 0).any() else {}
