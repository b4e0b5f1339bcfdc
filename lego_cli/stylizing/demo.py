"""``lego stylize --demo``: styles on the head that ships with the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli import assets
from lego_cli.api import Report, silent
from lego_cli.core.encoding.encoded import Encoded
from lego_cli.exporter_choice import exporters_by_suffix
from lego_cli.expression import action_values, expression_code, parse_expression
from lego_cli.files.outputs import refuse_overwrite
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.write import write_mesh
from lego_cli.preview import carried_landmarks, contact_sheet, labelled_views, render_views, write_picture
from lego_cli.stylizing.stylize_files import preview_sheet
from lego_cli.stylizing.stylizer import Stylizer

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Mesh, Renderer
    from lego_cli.core.avatar import Avatar
    from lego_cli.registry import Registry
    from lego_cli.stylizing.stylizer import Stylized, StylizeOptions

DEMO_STYLES = ("pixar", "chibi", "elf", "orc")
FACES = ("happy", "surprised", "angry")


def run_demo(
    registry: Registry, options: StylizeOptions, folder: Path, renderer: Renderer, force: bool, report: Report = silent
) -> dict[str, Any]:
    """Stylise the demo head in each style of ``options``; writes a mesh for each and one gallery picture."""
    meshes = {name: folder / f"demo_head.{name}.obj" for name in options.style}
    gallery, sheet = folder / "gallery.png", folder / "input_fit_result.png"
    refuse_overwrite(*meshes.values(), gallery, sheet, force=force)
    source = assets.data_file("demo_head.obj")
    mesh = read_mesh(source)
    stylizer = Stylizer(registry, replace(options, style=options.style[:1]))
    result = stylizer(mesh)
    rows = [_row("the person", stylizer, stylizer.stylist.avatar(result.encoded.code), renderer, registry)]
    for done, (name, path) in enumerate(meshes.items()):
        style = (assets.style(registry, name), options.strength)
        avatar = stylizer.stylist.avatar(result.encoded.code, [style], options.detail)
        write_mesh(_made(mesh, result, stylizer, avatar), path, exporters_by_suffix(registry), force)
        rows.append(_row(name, stylizer, avatar, renderer, registry))
        report("demo", done + 1, len(meshes), fit_mm=result.metrics["fit_mean_mm"])
    write_picture(contact_sheet(rows), gallery)
    write_picture(preview_sheet(mesh, result, stylizer, renderer), sheet)
    files = {"pictures": [str(gallery), str(sheet)], "meshes": [str(path) for path in meshes.values()]}
    return {"input": str(source), **files}


def _made(mesh: Mesh, result: Stylized, stylizer: Stylizer, avatar: Avatar) -> Mesh:
    """The demo head as ``avatar`` has it, in the wanted topology."""
    from lego_cli.core.keep.kept import KeptMesh

    if stylizer.keeps and isinstance(result.encoded, Encoded):
        kept = KeptMesh(mesh, result.encoded, stylizer.stylist)
        return kept.styled(avatar, stylizer.expression, stylizer.options.detail)
    vertices = result.encoded.transform.apply(avatar.pose(stylizer.topology, stylizer.expression))
    return stylizer.topology.mesh.with_vertices(vertices)


def _row(
    label: str, stylizer: Stylizer, avatar: Avatar, renderer: Renderer, registry: Registry, size: int = 256
) -> list[tuple[str, Image.Image]]:
    """Front and three quarters at rest, then a few expressions."""
    topology = stylizer.topology
    marks = carried_landmarks(topology, stylizer.stylist.head)
    still = topology.mesh.with_vertices(avatar.pose(topology, expression_code({})))
    row = labelled_views(label, still, renderer, ("front", "three_quarter"), size, landmarks=marks)
    for face in FACES:
        code = expression_code(action_values(parse_expression([face]), registry))
        posed = topology.mesh.with_vertices(avatar.pose(topology, code))
        row.append((face, render_views(posed, renderer, ("three_quarter",), size, landmarks=marks)[0]))
    return row
