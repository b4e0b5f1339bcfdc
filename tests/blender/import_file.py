"""Run by Blender's Python: import a file, note what came in, export it again. ``import_file.py IN FACTS.npz OUT``."""

import json
import sys

import bpy
import numpy as np

source, facts, again = sys.argv[1:]
bpy.ops.wm.read_factory_settings(use_empty=True)
if source.endswith(".glb"):
    bpy.ops.import_scene.gltf(filepath=source, merge_vertices=False)
else:
    bpy.ops.wm.usd_import(filepath=source)
bpy.context.view_layer.update()


def world(points, matrix):
    """Blender's points in the axes of glTF: its Z is up, its -Y is the front."""
    moved = np.reshape(points, (-1, 3)) @ np.array(matrix)[:3, :3].T + np.array(matrix)[:3, 3]
    return np.stack([moved[:, 0], moved[:, 2], -moved[:, 1]], axis=1)


def coordinates(items):
    values = np.empty(3 * len(items), np.float32)
    items.foreach_get("co", values)
    return values


def curves(action):
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from bag.fcurves


objects, arrays = {}, {}
for item in bpy.data.objects:
    told = {
        "type": item.type,
        "parent": item.parent.name if item.parent else "",
        "place": list(item.matrix_world.translation),
    }
    if item.type == "MESH":
        keys = item.data.shape_keys
        told["keys"] = [key.name for key in keys.key_blocks] if keys else []
        told["values"] = [key.value for key in keys.key_blocks] if keys else []
        told["vertices"], told["faces"] = len(item.data.vertices), len(item.data.polygons)
        told["corners"] = sorted({len(polygon.vertices) for polygon in item.data.polygons})
        told["materials"] = [material.name for material in item.data.materials]
        told["colours"] = [attribute.name for attribute in item.data.color_attributes]
        told["attributes"] = [attribute.name for attribute in item.data.attributes]
        arrays[f"{item.name}|rest"] = world(coordinates(item.data.vertices), item.matrix_world)
        for key in keys.key_blocks if keys else ():
            arrays[f"{item.name}|{key.name}"] = world(coordinates(key.data), item.matrix_world)
        if "_VERTEX" in item.data.attributes:
            numbers = np.empty(len(item.data.vertices), np.float32)
            item.data.attributes["_VERTEX"].data.foreach_get("value", numbers)
            arrays[f"{item.name}|vertex"] = numbers
    objects[item.name] = told
rate = bpy.context.scene.render.fps / bpy.context.scene.render.fps_base
clips = {}
for action in bpy.data.actions:
    for curve in curves(action):
        points = [(point.co[0] / rate, point.co[1]) for point in curve.keyframe_points]
        clips.setdefault(action.name, {}).setdefault(f"{curve.data_path}[{curve.array_index}]", []).extend(points)
bpy.ops.export_scene.gltf(filepath=again, export_attributes=True, export_extras=True, export_morph_normal=True)
np.savez(facts, facts=json.dumps({"version": bpy.app.version_string, "objects": objects, "clips": clips}), **arrays)
