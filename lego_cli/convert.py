"""Any readable mesh to any writable one, shapes and clips included where the format holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import option

if TYPE_CHECKING:
    from lego_cli.api import Exporter, Mesh, RiggedHead
    from lego_cli.api.mesh import Floats

HOLDS = {
    ".glb": ("shapes", "clips", "colours", "textures", "UVs"),
    ".vrm": ("shapes", "colours", "textures", "UVs"),
    ".usd": ("shapes", "clips", "colours", "UVs", "polygons"),
    ".obj": ("colours", "textures", "UVs", "polygons"),
    ".ply": ("colours", "UVs", "polygons"),
    ".off": ("colours", "polygons"),
    ".stl": (),
}
"""What our formats hold of all that a file can have; ``.usda`` and ``.usdc`` hold what ``.usd`` does."""

NEUTRAL = "neutral"


@dataclass(frozen=True)
class ConvertOptions:
    """Options of ``lego convert``."""

    dense: bool = option(False, "Spell the zeros of shapes out, for tools that know no sparse ones.")


def convert(
    source: Path, output: Path, exporters: Mapping[str, Exporter], options: ConvertOptions, force: bool = False
) -> dict[str, Any]:
    """Write the mesh of ``source`` to ``output``; what the format cannot hold is told under ``left_out``.

    Raises :class:`LegoError`.
    """
    from lego_cli.api import RiggedExporter
    from lego_cli.files.outputs import refuse_overwrite
    from lego_cli.mesh.rigged_gltf import RIGGED
    from lego_cli.mesh.write import exporter_for, write_mesh, write_rigged

    exporter = exporter_for(output, exporters)
    refuse_overwrite(output, force=force, inputs=[source])
    head, mesh = read_any(source)
    if isinstance(exporter, RiggedExporter) and head is not None and (head.controls or head.clips):
        write_rigged(head, output, exporters, force, options.dense)
    else:
        write_mesh(mesh, output, exporters, force)
    suffix = ".usd" if output.suffix.lower() in (".usda", ".usdc") else output.suffix.lower()
    held = HOLDS.get(suffix, tuple(contents(head, mesh)))
    held += ("polygons",) if source.suffix.lower() in RIGGED else ()  # they were triangles before
    left_out = [what for what in contents(head, mesh) if what not in held]
    written = {what: 0 if what in left_out else count for what, count in _counts(head, mesh).items()}
    return {"input": str(source), "output": str(output), **written, "left_out": left_out}


def convert_to_folder(
    source: Path, folder: Path, exporters: Mapping[str, Exporter], force: bool = False
) -> dict[str, Any]:
    """Write ``neutral.obj`` and one OBJ for each shape of ``source`` into ``folder``, all in one order of vertices.

    Raises :class:`LegoError`, also where the file has no shapes.
    """
    from lego_cli.files.outputs import refuse_overwrite
    from lego_cli.mesh.write import write_mesh

    head, _ = read_any(source)
    if head is None or not head.controls:
        raise LegoError(
            f"{source.name} has no shapes to fill a folder with", f"give a file name: {folder.name}.obj", ExitCode.USAGE
        )
    rest = placed(head, head.mesh.vertices)
    shapes = head.all_shapes()
    paths = [folder / f"{name}.obj" for name in file_names((NEUTRAL, *shapes))]
    refuse_overwrite(*paths, force=force, inputs=[source])
    write_mesh(head.mesh.with_vertices(rest), paths[0], exporters, force)
    bare = replace(head.mesh, surfaces={})  # the look is that of the neutral
    for path, shape in zip(paths[1:], shapes.values(), strict=True):
        write_mesh(bare.with_vertices(placed(head, head.mesh.vertices + shape)), path, exporters, force)
    outputs = [str(path) for path in paths]
    left_out = [what for what in contents(head, head.mesh) if what == "clips"]
    return {"input": str(source), "output": str(folder), "outputs": outputs, **_counts(head, head.mesh)} | {
        "left_out": left_out
    }


def read_any(source: Path) -> tuple[RiggedHead | None, Mesh]:
    """The head with its shapes, where the file is of a kind that has them, and the mesh as it stands in the scene."""
    from lego_cli.mesh.read import read_mesh
    from lego_cli.mesh.rigged_gltf import RIGGED, read_rigged

    if source.suffix.lower() not in RIGGED:
        return None, read_mesh(source)
    head = read_rigged(source)
    vertices = head.mesh.vertices if head.pose is None else head.posed(head.pose[None])[0]
    if head.pose is None and head.placement is None:
        return head, head.mesh
    return head, head.mesh.with_vertices(placed(head, vertices))


def placed(head: RiggedHead, vertices: Floats) -> Floats:
    """``(V, 3)`` vertices of the canonical frame where the head stands in its scene."""
    if head.placement is None:
        return vertices
    return vertices @ head.placement[:3, :3].T + head.placement[:3, 3]


def contents(head: RiggedHead | None, mesh: Mesh) -> list[str]:
    """Which of the things that formats may or may not hold are there."""
    there = {
        "shapes": head is not None and bool(head.controls),
        "clips": head is not None and bool(head.clips),
        "colours": mesh.colours is not None,
        "textures": any(surface.texture for surface in mesh.surfaces.values()),
        "UVs": mesh.uvs is not None,
        "polygons": bool((mesh.face_sizes > 3).any()),
    }
    return [name for name, found in there.items() if found]


def file_names(shapes: Iterable[str]) -> list[str]:
    """A file name for each shape, without what some systems do not allow; distinct where case does not count."""
    taken: set[str] = set()
    numbers: dict[str, int] = {}  # the last one that each name was given
    names = []
    for shape in shapes:
        plain = re.sub(r"[^\w.-]+", "_", shape).strip("._ ")[:100] or "shape"
        name, number = plain, numbers.get(plain.casefold(), 1)
        while name.casefold() in taken:
            number += 1
            name = f"{plain}_{number}"
        numbers[plain.casefold()] = number
        taken.add(name.casefold())
        names.append(name)
    return names


def _counts(head: RiggedHead | None, mesh: Mesh) -> dict[str, int]:
    return {
        "vertices": len(mesh.vertices),
        "faces": len(mesh.face_sizes),
        "shapes": len(head.all_shapes()) if head is not None else 0,
        "clips": len(head.clips) if head is not None else 0,
    }
