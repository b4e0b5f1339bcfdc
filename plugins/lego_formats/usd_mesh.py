"""Meshes and materials of a USD stage: one mesh for each group, its polygons as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Mesh, Surface
from lego_formats.usd_names import UsdNames

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints


@dataclass(frozen=True, eq=False)
class UsdPart:
    """The faces of one group."""

    group: str  # "" where faces have none
    faces: Ints  # (F,)
    corners: Ints  # (C,)
    used: Ints  # (n,) vertices of the mesh
    index: Ints  # (C,) indices into used


def usd_parts(mesh: Mesh) -> list[UsdPart]:
    """The groups of ``mesh`` that have faces; all vertices as one part where there are no faces."""
    if not len(mesh.face_sizes):
        none = np.zeros(0, np.int64)
        return [UsdPart("", none, none, np.arange(len(mesh.vertices)), none)]
    group = np.full(len(mesh.face_sizes), -1) if mesh.face_group is None else mesh.face_group
    of_corner = np.repeat(group, mesh.face_sizes)
    parts = []
    for number in np.unique(group).tolist():
        corners = np.flatnonzero(of_corner == number)
        used, index = np.unique(mesh.corner_vertex[corners], return_inverse=True)
        name = mesh.groups[number] if number >= 0 else ""
        parts.append(UsdPart(name, np.flatnonzero(group == number), corners, used, index.reshape(-1)))
    return parts


def add_mesh(stage: Any, root: Any, mesh: Mesh, part: UsdPart, normals: Floats | None, names: UsdNames) -> Any:
    """Add one part with positions, normals ``(V, 3)`` or ``(C, 3)``, UVs, colours and materials; returns its prim."""
    from pxr import Sdf, UsdGeom, Vt

    path = root.GetPath().AppendChild(names.valid(part.group or "mesh"))
    points = mesh.vertices[part.used].astype(np.float32)
    if not len(part.faces):
        made = UsdGeom.Points.Define(stage, path)
    else:
        made = UsdGeom.Mesh.Define(stage, path)
        made.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(mesh.face_sizes[part.faces].astype(np.int32)))
        made.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(part.index.astype(np.int32)))
        made.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    made.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
    made.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(np.stack([points.min(axis=0), points.max(axis=0)])))
    if normals is not None:
        of_vertices = len(normals) == len(mesh.vertices)
        chosen = normals[part.used if of_vertices else part.corners].astype(np.float32)
        made.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(chosen)))
        made.SetNormalsInterpolation(UsdGeom.Tokens.vertex if of_vertices else UsdGeom.Tokens.faceVarying)
    if mesh.uvs is not None and mesh.corner_uv is not None and len(part.faces):
        uvs = np.concatenate([mesh.uvs, np.zeros((1, 2))])  # the last one for corners without
        used, index = np.unique(mesh.corner_uv[part.corners] % len(uvs), return_inverse=True)
        kind = Sdf.ValueTypeNames.TexCoord2fArray
        st = UsdGeom.PrimvarsAPI(made).CreatePrimvar("st", kind, UsdGeom.Tokens.faceVarying)
        st.Set(Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(uvs[used, :2].astype(np.float32))))
        st.SetIndices(Vt.IntArray.FromNumpy(index.reshape(-1).astype(np.int32)))
    if mesh.colours is not None:
        colours = _linear(mesh.colours[part.used, :3]).astype(np.float32)
        made.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex).Set(Vt.Vec3fArray.FromNumpy(colours))
    _bind_materials(stage, root, made, mesh, part)
    return made.GetPrim()


def _bind_materials(stage: Any, root: Any, made: Any, mesh: Mesh, part: UsdPart) -> None:
    """A material for the mesh, or for each of its subsets of faces where it has several."""
    from pxr import UsdGeom, UsdShade, Vt

    if mesh.face_material is None or not len(part.faces):
        return
    of_face = mesh.face_material[part.faces]
    several = len(np.unique(of_face)) > 1
    for number in np.unique(of_face[of_face >= 0]).tolist():
        material = _material(stage, root, mesh, number)
        target = made.GetPrim()
        if several:
            name = material.GetPath().name
            faces = Vt.IntArray.FromNumpy(np.flatnonzero(of_face == number).astype(np.int32))
            subset = UsdGeom.Subset.CreateGeomSubset(
                made, name, UsdGeom.Tokens.face, faces, UsdShade.Tokens.materialBind, UsdGeom.Tokens.nonOverlapping
            )
            target = subset.GetPrim()
        UsdShade.MaterialBindingAPI.Apply(target).Bind(material)


def _material(stage: Any, root: Any, mesh: Mesh, number: int) -> Any:
    """A preview surface; its colour comes from the vertices where they have one."""
    from pxr import Gf, Sdf, Tf, UsdGeom, UsdShade

    name = mesh.materials[number]
    scope = UsdGeom.Scope.Define(stage, root.GetPath().AppendChild("Looks"))
    path = scope.GetPath().AppendChild(Tf.MakeValidIdentifier(f"{name}_{number}"))
    if stage.GetPrimAtPath(path):
        return UsdShade.Material.Get(stage, path)
    surface = mesh.surfaces.get(name, Surface())
    material = UsdShade.Material.Define(stage, path)
    shader = UsdShade.Shader.Define(stage, path.AppendChild("Surface"))
    shader.CreateIdAttr("UsdPreviewSurface")
    shader.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(float(surface.roughness))
    colour = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    colour.Set(Gf.Vec3f(*map(float, surface.colour)))
    if mesh.colours is not None:
        reader = UsdShade.Shader.Define(stage, path.AppendChild("VertexColours"))
        reader.CreateIdAttr("UsdPrimvarReader_float3")
        reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("displayColor")
        colour.ConnectToSource(reader.CreateOutput("result", Sdf.ValueTypeNames.Float3))
    material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
    return material


def _linear(colours: Floats) -> Floats:
    """sRGB to linear light."""
    colours = np.clip(colours, 0.0, 1.0)
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
