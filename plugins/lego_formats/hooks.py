"""Registers the mesh formats that results are written in."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_exporters(register: Register) -> None:
    """OBJ, PLY, STL, GLB, VRM, USD and OFF."""
    register("obj", "lego_formats.obj:ObjExporter", "Wavefront OBJ: the input's own text, with new positions")
    register("ply", "lego_formats.ply:PlyExporter", "Stanford PLY, binary: polygons, colours, UVs")
    register("stl", "lego_formats.stl:StlExporter", "STL, binary: triangles for printing")
    register("glb", "lego_formats.glb:GlbExporter", "binary glTF 2.0: shapes, clips, colours, textures")
    register("vrm", "lego_formats.vrm:VrmExporter", "VRM 1.0: an avatar with a stub body, presets and 52 expressions")
    for name, form in (("usd", "binary"), ("usda", "text"), ("usdc", "binary")):
        summary = f"USD, {form}: blend shapes, clips, polygons, UVs, colours"
        register(name, "lego_formats.usd:UsdExporter", summary, ("module:pxr",))
    register("off", "lego_formats.off:OffExporter", "OFF: polygons as plain text")
